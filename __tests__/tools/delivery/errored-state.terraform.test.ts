/**
 * Credentials that expire, or a bucket that refuses, in the middle of an apply: the real Terraform has made something and
 * cannot write its state.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { StateNotWritten } from "../../../tools/delivery/errored-state";
import { tellApply } from "../../../tools/delivery/github/tell-job";
import type { ApplyResult } from "../../../tools/delivery/apply-plan";
import { ensureTerraform } from "../../../tools/terraform/binary";
import { run } from "../../../tools/terminal/process";
import { startRecorder, type Refusal } from "../../support/recorder";
import { bucket, SmallLayers, stateKeyOf } from "../../support/small-layers";

jest.setTimeout(300_000);

let small: SmallLayers;

beforeAll(async () => {
  small = await SmallLayers.start();
});
afterAll(async () => {
  await small.stop();
});

const refusal = (code: string): Refusal => ({
  status: code === "ExpiredToken" ? 400 : 403,
  body: `<Error><Code>${code}</Code><Message>refused by the test</Message></Error>`,
});

/** Applies one layer of two resources while the mock's front refuses what it is told to. */
async function applyUnder(id: string, refuse: (request: string) => Refusal | undefined) {
  small.define({ [id]: { resource: { one: { input: 1 } }, output: { one: "${terraform_data.one.id}" } } });
  const plan = await small.plan();
  const front = await startRecorder(small.mockUrl, refuse);
  try {
    const result = await small.apply(plan, { env: small.environmentBy(front.url) });
    const [outcome] = result.outcomes;
    if (outcome?.status !== "failed") throw new Error("it did not fail");
    return { result, plan, error: outcome.error };
  } finally {
    await front.stop();
  }
}

/** Outputs of the job. */
function outputsOf(result: ApplyResult): string {
  const env = { GITHUB_OUTPUT: small.file("output"), GITHUB_STEP_SUMMARY: small.file("summary") };
  writeFileSync(env.GITHUB_OUTPUT, "");
  tellApply(result, "text", env);
  return readFileSync(env.GITHUB_OUTPUT, "utf8");
}

test("a state that cannot be written is saved beside the others, and the message says how to put it back", async () => {
  const id = "10-refused";
  const { error, result, plan } = await applyUnder(id, (request) =>
    request === `PUT /${bucket}/${stateKeyOf(id)}` ? refusal("AccessDenied") : undefined,
  );

  expect(error).toBeInstanceOf(StateNotWritten);
  const { savedAs = "", file, what, mend } = error as StateNotWritten;
  expect(savedAs).toMatch(new RegExp(`^s3://${bucket}/small/errored/${id}-\\d{8}T\\d{6}\\.tfstate$`));
  expect(what).toContain("a copy is saved, encrypted, in the state bucket");
  expect(mend).toMatch(/aws s3 cp .* state unlock 10-refused.* state push.*--resume/);
  expect(await small.objects("small/errored/")).toEqual([savedAs.replace(`s3://${bucket}/`, "")]);
  expect(outputsOf(result)).toContain("unsaved-states=\n");
  expect(await small.state(id)).toBeUndefined();

  // The way back that the message names: Terraform's own push, then the rest of what was approved.
  const copy = small.file("copy.tfstate");
  writeFileSync(copy, await small.object(savedAs.replace(`s3://${bucket}/`, "")));
  await small.unlock();
  const { path } = await ensureTerraform();
  const pushed = await run(path, ["state", "push", copy], {
    cwd: dirname(file),
    env: small.environmentBy(small.mockUrl),
  });
  expect(pushed).toMatchObject({ code: 0 });
  const resumed = await small.apply(plan, { resume: true });
  expect(resumed.outcomes).toMatchObject([{ status: "done", value: { how: "nothing to apply" } }]);
});

test("credentials that expire in the middle: the state stays on this machine, and the job is told to save it", async () => {
  const id = "20-expired";
  let expired = false;
  const { error, result } = await applyUnder(id, (request) => {
    expired ||= request === `PUT /${bucket}/${stateKeyOf(id)}`;
    return expired ? refusal("ExpiredToken") : undefined;
  });

  expect(error).toBeInstanceOf(StateNotWritten);
  const { savedAs, where, what, detail, place } = error as StateNotWritten;
  expect([savedAs, place]).toEqual([undefined, `s3://${bucket}/small/errored/`]);
  expect(what).toContain("it lies on this machine alone");
  expect(JSON.parse(readFileSync(where ?? "", "utf8"))).toMatchObject({ resources: [{ name: "one" }] });
  expect(detail).toMatch(/credentials have expired \(20-expired\)[^]*credentials have expired; cannot save/);
  expect(outputsOf(result)).toContain(`unsaved-states=${place}\n`);
  await small.unlock();
});
