import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Layer } from "../../../tools/layers/layers";
import { run } from "../../../tools/terminal/process";
import { synthesize } from "../../../tools/layers/synth";
import { ensureTerraform, type TerraformBinary } from "../../../tools/terraform/binary";
import { quietEnvironment } from "../../../tools/layers/environment";
import { setUpProvider } from "../../../tools/terraform/provider";
import { runInWaves } from "../../../tools/layers/waves";

jest.setTimeout(600_000);

let folder: string;
let terraform: TerraformBinary;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-hcl-"));
  terraform = await ensureTerraform();
  // One init serves all layers: without a backend they need the same provider and nothing else.
  env = { ...quietEnvironment(), ...(await setUpProvider(terraform)).environment, TF_DATA_DIR: join(folder, "data") };
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs Terraform and gives what it wrote when it failed. */
async function complaintOf(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(terraform.path, args, { cwd, env });
  return code === 0 ? "" : `${stdout}${stderr}`;
}

describe.each(["baseline", "target"])("the HCL form of %s", (profile) => {
  test("is alone in its folder, formatted, and valid in every layer", async () => {
    const outFolder = join(folder, profile);
    // A twin in the other form would make Terraform read everything twice.
    await synthesize({ outFolder, profile, say: () => undefined });
    const { layers } = await synthesize({ outFolder, profile, hclWith: terraform.path, say: () => undefined });

    expect(layers).toHaveLength(11);
    for (const layer of layers) {
      expect(layer.file).toBe(join(layer.folder, "cdk.tf"));
      expect(readdirSync(layer.folder).sort()).toEqual([".terraform.lock.hcl", "cdk.tf"]);
    }
    expect(await complaintOf(outFolder, "fmt", "-check", "-recursive")).toBe("");

    const first = layers[0]?.folder ?? "";
    expect(await complaintOf(first, "init", "-backend=false", "-lockfile=readonly", "-no-color")).toBe("");
    const validate = (layer: Layer): Promise<string> => complaintOf(layer.folder, "validate", "-no-color");
    const outcomes = await runInWaves(layers, validate, { parallel: 2, order: "any" });
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: "done", value: "" });
  });
});
