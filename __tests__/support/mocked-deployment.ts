import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selectLayers, type Layer } from "../../tools/layers/layers";
import { startMock, type Mock } from "../../tools/mock/server";
import { run, type RunResult } from "../../tools/terminal/process";
import { openSession, type StateSession } from "../../tools/state/session";
import { synthesize } from "../../tools/layers/synth";
import { ensureTerraform, type TerraformBinary } from "../../tools/terraform/binary";
import { mockEnvironment } from "../../tools/layers/environment";
import { terraformOfLayers } from "../../tools/terraform/plan-layers";
import { parsePlan } from "../../tools/terraform/plan-json";
import { countPlan, summarizePlan, type PlanCounts } from "../../tools/terraform/plan-summary";
import { setUpProvider, type ProviderSetup } from "../../tools/terraform/provider";
import type { Terraform } from "../../tools/terraform/terraform";

/** An empty mock of AWS, the layers of `baseline`, and the real Terraform and provider to apply them. */
export class MockedDeployment {
  private constructor(
    readonly folder: string,
    readonly mock: Mock,
    readonly binary: TerraformBinary,
    private readonly providerSetup: ProviderSetup,
    /** The whole environment of children that work on the mock. */
    readonly env: NodeJS.ProcessEnv,
    private readonly layers: readonly Layer[],
  ) {}

  static async start(): Promise<MockedDeployment> {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-deployment-"));
    const { layers } = await synthesize({ outFolder: folder, profile: "baseline", say: () => undefined });
    const binary = await ensureTerraform();
    const providerSetup = await setUpProvider(binary);
    const mock = await startMock({ region: "ap-northeast-2", logDir: folder });
    const env = { ...mockEnvironment(mock.environment, folder), ...providerSetup.environment };
    return new MockedDeployment(folder, mock, binary, providerSetup, env, layers);
  }

  async stop(): Promise<void> {
    await this.mock.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param endpoint where AWS is asked for; default: the mock itself */
  async session(options: { writes: boolean; endpoint?: string }): Promise<StateSession> {
    const env = { ...this.env, ...(options.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: options.endpoint }) };
    return openSession({ profile: "baseline", writes: options.writes, env });
  }

  layer(id: string): Layer {
    const [layer] = selectLayers(this.layers, [id]);
    if (layer === undefined) throw new Error(`no layer ${id}`);
    return layer;
  }

  terraform(id: string): Terraform {
    const of = terraformOfLayers({
      all: this.layers,
      terraform: this.binary,
      providerSetup: this.providerSetup,
      env: this.env,
      logFolder: join(this.folder, "logs"),
    });
    return of(this.layer(id));
  }

  /** Runs any other Terraform command in a layer's folder. */
  async raw(id: string, ...args: readonly string[]): Promise<RunResult> {
    return run(this.binary.path, args, { cwd: this.layer(id).folder, env: this.env });
  }

  async apply(id: string): Promise<void> {
    const terraform = this.terraform(id);
    await terraform.init();
    await terraform.plan({ out: "test.tfplan" });
    await terraform.apply("test.tfplan");
  }

  /** Plans an initialized layer, real resources read. */
  async plan(id: string): Promise<PlanCounts> {
    const terraform = this.terraform(id);
    await terraform.plan({ out: "test.tfplan" });
    return countPlan(summarizePlan(parsePlan(await terraform.show("test.tfplan"))));
  }
}
