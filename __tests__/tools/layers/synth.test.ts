import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize, type Synthesized } from "../../../tools/layers/synth";

const app = join(__dirname, "../../support/fake-app.ts");
let outFolder: string;
let said: string[];

beforeEach(() => {
  outFolder = join(mkdtempSync(join(tmpdir(), "lgtm-test-")), "out");
  said = [];
});
afterEach(() => {
  rmSync(join(outFolder, ".."), { recursive: true });
  delete process.env.FAKE_STACKS;
  delete process.env.FAKE_EXIT;
  delete process.env.SYNTH_HCL_OUTPUT;
});

async function synth(stacks: string, profile?: string): Promise<Synthesized> {
  process.env.FAKE_STACKS = stacks;
  return synthesize({ outFolder, app, profile, say: (line) => said.push(line) });
}

test("writes the layers and says the profile, not the draft folder", async () => {
  const { layers, profile } = await synth("10-a,20-b", "staging");

  expect(layers.map(({ id }) => id)).toEqual(["10-a", "20-b"]);
  expect(layers.map(({ file }) => file)).toEqual(layers.map(({ folder }) => join(folder, "cdk.tf.json")));
  expect(profile).toBe("staging");
  expect(said).toEqual(["Profile staging (environment test)"]);
  expect(readFileSync(join(outFolder, "stacks/10-a/cdk.tf.json"), "utf8")).toContain("staging");
});

test("leaves no file of the other form beside the new one, and keeps .terraform", async () => {
  const folder = join(outFolder, "stacks/10-a");
  mkdirSync(join(folder, ".terraform"), { recursive: true });
  writeFileSync(join(folder, "cdk.tf"), "stale");
  writeFileSync(join(folder, "metadata.json"), "stale");

  await synth("10-a");

  expect(readdirSync(folder).sort()).toEqual([".terraform", ".terraform.lock.hcl", "cdk.tf.json"]);
});

test("removes stacks that are gone, but nothing that it did not write", async () => {
  await synth("10-a,20-b,30-c");
  mkdirSync(join(outFolder, "stacks/20-b/.terraform"));
  writeFileSync(join(outFolder, "stacks/30-c/terraform.tfstate"), "{}");

  await synth("10-a");

  expect(readdirSync(join(outFolder, "stacks")).sort()).toEqual(["10-a", "30-c"]);
  expect(readdirSync(join(outFolder, "stacks/30-c"))).toEqual(["terraform.tfstate"]);
});

test("a refused configuration leaves the output as it was and ends as bad input, with all findings", async () => {
  await synth("10-a");
  process.env.FAKE_EXIT = "2";

  await expect(synth("10-a,99-half-written")).rejects.toMatchObject({
    exit: "badInput",
    detail: expect.stringContaining("network.vpcCidr: 10.0.0.0/99") as string,
  });

  expect(readdirSync(join(outFolder, "stacks"))).toEqual(["10-a"]);
});

test("an app that breaks is no refused configuration", async () => {
  process.env.FAKE_EXIT = "1";

  await expect(synth("10-a")).rejects.toMatchObject({ exit: "failed" });

  expect(existsSync(outFolder)).toBe(false);
});

test("a SYNTH_HCL_OUTPUT left in the shell does not decide the form", async () => {
  process.env.SYNTH_HCL_OUTPUT = "true";

  const { layers } = await synth("10-a");

  expect(layers[0]?.file).toBe(join(outFolder, "stacks/10-a/cdk.tf.json"));
});
