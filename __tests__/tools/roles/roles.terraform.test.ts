import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { keysOf, RolesAtWork } from "../../support/roles-at-work";

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

test("the apply role applies, the plan role plans, neither is denied anything", async () => {
  expect((await work.apply("apply")).map(({ status }) => status)).toEqual(["done", "done"]);
  expect((await work.plan("plan")).map(({ status }) => status)).toEqual(["done", "done"]);
  expect(work.front.denials()).toEqual([]);
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
  expect((await work.plan("plan")).map(({ status }) => status)).toEqual(["done", "done"]);
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
