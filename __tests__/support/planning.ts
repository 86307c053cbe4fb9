import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFixtures, type FixturesMock } from "../../tools/delivery/adoption/fixtures";
import { selectLayers, type Layer } from "../../tools/layers/layers";
import { synthesize } from "../../tools/layers/synth";
import { ensureTerraform, type TerraformBinary } from "../../tools/terraform/binary";
import { terraformOfLayers } from "../../tools/terraform/plan-layers";
import { parsePlan } from "../../tools/terraform/plan-json";
import { summarizePlan, countPlan, type PlanCounts, type PlanSummary } from "../../tools/terraform/plan-summary";
import { setUpProvider, type ProviderSetup } from "../../tools/terraform/provider";
import type { Terraform } from "../../tools/terraform/terraform";
import { UserError } from "../../tools/terminal/user-error";

const silent = (): void => undefined;

/** Real Terraform, the real provider and one mock with the committed states, for all tests of a file. */
export class Planning {
  private constructor(
    private readonly folder: string,
    private readonly terraform: TerraformBinary,
    private readonly providerSetup: ProviderSetup,
    private readonly env: NodeJS.ProcessEnv,
    readonly mock: FixturesMock,
    /** All layers of `baseline`. */
    readonly baseline: readonly Layer[],
  ) {}

  static async start(): Promise<Planning> {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-planning-"));
    const { layers } = await synthesize({ outFolder: join(folder, "baseline"), profile: "baseline", say: silent });
    const terraform = await ensureTerraform();
    const providerSetup = await setUpProvider(terraform);
    const mock = await startFixtures({ layers, runFolder: folder, report: silent });
    return new Planning(folder, terraform, providerSetup, { ...mock.env, ...providerSetup.environment }, mock, layers);
  }

  async stop(): Promise<void> {
    await this.mock.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Synthesizes `baseline` with other values in some places. */
  async variant(name: string, overrides: object): Promise<readonly Layer[]> {
    process.env.LGTM_TEST_OVERRIDES = JSON.stringify(overrides);
    try {
      const app = join(__dirname, "variant-app.ts");
      const outFolder = join(this.folder, name);
      return (await synthesize({ outFolder, app, profile: "baseline", say: silent })).layers;
    } finally {
      delete process.env.LGTM_TEST_OVERRIDES;
    }
  }

  /** `baseline` in its HCL form. */
  async hcl(): Promise<readonly Layer[]> {
    const outFolder = join(this.folder, "hcl");
    return (await synthesize({ outFolder, profile: "baseline", hclWith: this.terraform.path, say: silent })).layers;
  }

  /**
   * Plans one layer against its state in the mock.
   * @param layers where the layer is taken from
   * @param facts the same layers in their JSON form, from which the tools read backend and upstream
   * @throws UserError as the user would see it
   */
  async plan(id: string, layers: readonly Layer[] = this.baseline, facts = layers): Promise<PlanSummary> {
    const [layer] = selectLayers(layers, [id]);
    if (layer === undefined) throw new Error(`there is no layer ${id}`);
    const terraform = this.terraformOf(layer, facts, "shared");
    const out = join(layer.folder, "check.tfplan");
    await terraform.init();
    await terraform.plan({ out, refresh: false });
    return summarizePlan(parsePlan(await terraform.show(out)));
  }

  /**
   * Plans a layer of `baseline` with the provider that serves all runs, or with one that the run starts by itself.
   * @returns the plan as JSON; reading a plan takes only the schema, so both kinds are read with the shared provider
   */
  async json(layer: Layer, provider: "shared" | "own"): Promise<Readonly<Record<string, unknown>>> {
    const shared = this.terraformOf(layer, this.baseline, "shared");
    const out = join(layer.folder, `${provider}.tfplan`);
    await shared.init();
    await this.terraformOf(layer, this.baseline, provider).plan({ out, refresh: false });
    return JSON.parse(await shared.show(out)) as Readonly<Record<string, unknown>>;
  }

  private terraformOf(layer: Layer, facts: readonly Layer[], provider: "shared" | "own"): Terraform {
    const logFolder = join(this.folder, "logs");
    const providerSetup = provider === "shared" ? this.providerSetup : { packageFolder: undefined };
    return terraformOfLayers({ all: facts, terraform: this.terraform, providerSetup, env: this.env, logFolder })(layer);
  }

  async counts(id: string, layers?: readonly Layer[]): Promise<PlanCounts> {
    return countPlan(await this.plan(id, layers));
  }

  /** The error that planning a layer ends with. */
  async failure(id: string, layers?: readonly Layer[]): Promise<UserError> {
    try {
      await this.plan(id, layers);
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
    throw new Error(`${id} was planned, but should have failed`);
  }
}
