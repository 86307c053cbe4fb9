import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Layer } from "../../../tools/layers/layers";
import { run } from "../../../tools/terminal/process";
import { synthesize } from "../../../tools/layers/synth";
import { ensureTerraform, type TerraformBinary } from "../../../tools/terraform/binary";
import { mockEnvironment } from "../../../tools/layers/environment";
import { endProviders } from "../../../tools/mock/provider-process";
import { setUpProvider } from "../../../tools/terraform/provider";
import { sharedProvider, type SharedProvider } from "../../../tools/terraform/shared-provider";
import { runInWaves } from "../../../tools/layers/waves";

jest.setTimeout(600_000);

let folder: string;
let terraform: TerraformBinary;
let env: NodeJS.ProcessEnv;
let shared: SharedProvider | undefined;
const endpoint = "http://127.0.0.1:9";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-hcl-"));
  terraform = await ensureTerraform();
  // One init serves all layers: without a backend they need the same provider and nothing else.
  const { environment, packageFolder } = await setUpProvider(terraform);
  // Nothing answers there, and nothing is asked: it says that this is no account, so that one provider may serve all runs.
  env = mockEnvironment({ AWS_ENDPOINT_URL: endpoint }, folder);
  env = { ...env, ...environment, TF_DATA_DIR: join(folder, "data") };
  shared = sharedProvider({ packageFolder, settings: "validates only", env, logFolder: folder });
});
afterAll(async () => {
  await endProviders(endpoint);
  rmSync(folder, { recursive: true });
});

/** Runs Terraform and gives what it wrote when it failed. */
async function complaintOf(cwd: string, ...args: string[]): Promise<string> {
  const variables = args[0] === "validate" ? await shared?.variables() : {};
  const { code, stdout, stderr } = await run(terraform.path, args, { cwd, env: { ...env, ...variables } });
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
