import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeStandIns } from "../../tools/images/stand-ins";
import { selectLayers, withDependencies, type Layer } from "../../tools/layers/layers";
import { startAwsFront, type AwsFront, type CheckedRequest } from "../../tools/live/aws/front";
import { parsePolicyDocument, type PolicyDocument } from "../../tools/live/aws/iam/policy-document";
import type { Principal } from "../../tools/live/aws/principal";
import { startMock, type Mock } from "../../tools/mock/server";
import { loadProfile } from "../../tools/layers/profile";
import { applyLayers, destroyLayers, planAgain } from "../../tools/rehearse/apply";
import { emptyBucketsBefore } from "../../tools/rehearse/buckets";
import { beforeApply, findTools } from "../../tools/rehearse/rehearse";
import { makeWorkbench, type Workbench } from "../../tools/rehearse/workbench";
import { deliveryRoles, type DeliveryRole } from "../../tools/account/roles/delivery-roles";
import { synthesize } from "../../tools/layers/synth";
import { mockEnvironment } from "../../tools/layers/environment";
import type { PlanSummary } from "../../tools/terraform/plan-summary";
import type { Outcome } from "../../tools/layers/waves";

/** Account of the mock. */
export const ACCOUNT = "123456789012";

/** Where the workflows would run. */
export const ORIGIN = { repository: "acme/lgtm", branch: "main", environment: "prod" };

/** What Terraform does under the keys of one principal. */
export type Step = "apply" | "plan" | "destroy" | "intruder";

/** All policies of a role, as the front takes them. */
export function documentsOf({ policy, shared }: DeliveryRole): readonly PolicyDocument[] {
  return [policy, ...shared.map(({ statements }) => statements)].map((Statement) =>
    parsePolicyDocument(JSON.stringify({ Statement })),
  );
}

/** The real Terraform and provider on a mock of AWS that asks IAM: each step under a role of its own. */
export class RolesAtWork {
  private constructor(
    readonly front: AwsFront,
    private readonly folder: string,
    private readonly profile: string,
    private readonly mock: Mock,
    private readonly benchWith: (mock: Mock) => Workbench,
    private readonly layers: readonly Layer[],
  ) {}

  /**
   * @param profile name of the profile
   * @param layerIds layers to work on, with what they need; none means all
   * @param onRequest told each request
   */
  static async start(
    profile: string,
    layerIds: readonly string[],
    onRequest: (request: CheckedRequest) => void = () => undefined,
  ): Promise<RolesAtWork> {
    const folder = mkdtempSync(join(tmpdir(), "lgtm-roles-"));
    const resolved = loadProfile(profile);
    const { releasesFile, expected } = makeStandIns(resolved, folder);
    const { layers } = await synthesize({
      outFolder: join(folder, "out"),
      profile,
      releasesFile,
      say: () => undefined,
    });
    const tools = await findTools(layers, () => undefined);
    const mock = await startMock({ region: resolved.config.region, logDir: join(folder, "logs") });
    const principals = principalsOf(deliveryRoles(resolved.config, ACCOUNT, ORIGIN));
    const front = await startAwsFront({ mockUrl: mock.url, address: "127.0.0.1", port: 0, principals, onRequest });
    const ids = layerIds.length === 0 ? [] : selectLayers(layers, layerIds).map(({ id }) => id);
    const selected = ids.length === 0 ? layers : withDependencies(layers, ids);
    const bench = (ofMock: Mock) =>
      makeWorkbench({
        ...tools,
        runFolder: folder,
        all: layers,
        selected,
        mock: ofMock,
        expected,
        parallel: 4,
        mode: "silent",
        note: () => undefined,
      });
    return new RolesAtWork(front, folder, profile, mock, bench, selected);
  }

  /** Applies under the keys of a step; what Terraform does not make is made by a person, past the front. */
  async apply(step: Step): Promise<readonly Outcome<PlanSummary>[]> {
    return applyLayers(this.bench(step), beforeApply(this.benchWith(this.mock), this.profile, false));
  }

  async plan(step: Step): Promise<readonly Outcome<PlanSummary>[]> {
    return planAgain(this.bench(step));
  }

  async destroy(step: Step): Promise<readonly Outcome<PlanSummary>[]> {
    return destroyLayers(this.bench(step), emptyBucketsBefore(this.mock, this.layers, []));
  }

  async stop(): Promise<void> {
    await this.front.close();
    await this.mock.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the commands of `./lgtm` are given to work under the keys of a step. */
  environment(step: Step): NodeJS.ProcessEnv {
    return mockEnvironment(this.variables(step), this.folder);
  }

  private bench(step: Step): Workbench {
    return this.benchWith({ ...this.mock, environment: this.variables(step) });
  }

  private variables(step: Step): Readonly<Record<string, string>> {
    const { accessKeyId, secretAccessKey, sessionToken } = keysOf(step);
    return {
      ...this.mock.environment,
      AWS_ENDPOINT_URL: this.front.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
  }
}

/** An intruder has the role that plans, and applies. */
const DUTIES = { apply: "apply", destroy: "apply", plan: "plan", intruder: "plan" } as const;

function principalsOf(roles: readonly DeliveryRole[]): readonly Principal[] {
  return (Object.keys(DUTIES) as Step[]).map((step) => {
    const role = roles.find(({ duty }) => duty === DUTIES[step]);
    if (role === undefined) throw new Error(`no role for ${step}`);
    return { task: step, service: role.duty, ...keysOf(step), roleName: role.name, policies: documentsOf(role) };
  });
}

/** Keys of a step at the front. */
export function keysOf(step: Step) {
  return { accessKeyId: `ASIA${step.toUpperCase()}`, secretAccessKey: "secret", sessionToken: `token of ${step}` };
}
