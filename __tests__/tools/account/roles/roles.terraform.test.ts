import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { applyPlan } from "../../../../tools/delivery/apply-plan";
import { makePlan } from "../../../../tools/delivery/make-plan";
import { keysOf, RolesAtWork, type Step } from "../../../support/roles-at-work";

jest.setTimeout(900_000);

let work: RolesAtWork;

beforeAll(async () => {
  // One layer of named resources, and the one that all need. All eleven take several minutes; what they call is recorded
  // (__tests__/support/recorded-calls.ts) and held against the policies in a unit test.
  work = await RolesAtWork.start("target", ["05-cloudwatch-logs"]);
});

afterAll(async () => {
  await work.stop();
});

/** What both commands are given. */
function under(step: Step) {
  return {
    profile: "target",
    parallel: 2,
    mode: "silent" as const,
    env: work.environment(step),
    note: () => undefined,
    source: () => Promise.resolve({ commit: "1".repeat(40), dirty: false }),
  };
}

test("the apply role applies from nothing and is denied nothing", async () => {
  expect((await work.apply("apply")).map(({ status }) => status)).toEqual(["done", "done"]);
  expect(work.front.denials()).toEqual([]);
});

test("the plan role saves plans in the state bucket, the apply role takes them from there, neither is denied anything", async () => {
  const { manifestPlace, manifestSha256 } = await makePlan({ ...under("plan"), layers: ["05-cloudwatch-logs"] });
  expect(manifestPlace).toMatch(/^s3:\/\/jsj-lgtm-terraform-state-prod\/plans\//);
  const { outcomes } = await applyPlan({ ...under("apply"), manifest: manifestPlace, sha256: manifestSha256 });
  expect(outcomes).toMatchObject([{ status: "done", value: { how: "nothing to apply" } }]);
  expect(work.front.denials()).toEqual([]);
  const planned = work.front.calls().filter(({ task }) => task === "plan");
  expect(planned.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["logs:DescribeLogGroups", "s3:PutObject"]),
  );
});

test("the plan role cannot apply: it is refused at the first write, and the message names role and action", async () => {
  const [, logs] = await work.destroy("intruder");
  expect(logs).toMatchObject({ layer: "05-cloudwatch-logs", status: "failed" });
  const { error } = logs as { readonly error: { readonly detail?: string } };
  expect(error.detail).toContain("logs:DeleteLogGroup");
  const denied = work.front.denials();
  expect(denied.length).toBeGreaterThan(0);
  expect(new Set(denied.map(({ task }) => task))).toEqual(new Set(["intruder"]));
  expect(denied.map(({ action }) => action)).toContain("logs:DeleteLogGroup");
});

test("the plan role reads no value of a secret", async () => {
  const region = "ap-northeast-2";
  const client = new SecretsManagerClient({
    region,
    endpoint: work.front.url,
    credentials: keysOf("plan"),
    maxAttempts: 1,
  });
  await expect(
    client.send(new GetSecretValueCommand({ SecretId: "lgtm/grafana-admin-password" })),
  ).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
});
