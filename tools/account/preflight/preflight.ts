import { readReleases } from "../../../modules/services/releases";
import { platformJson, type SynthesizedLayer } from "../../../stacks/platform-json";
import { ask } from "../ask";
import { awsErrorCode } from "../../aws/errors";
import { withReleaseFile } from "../../images/release/with-release-file";
import { layerIds } from "../../state/layer-id";
import { readLayerState } from "../../state/layer-state";
import { summarizeDeployment, type DeploymentSummary } from "../../state/overview";
import { openSession, type StateSession } from "../../state/session";
import { UserError } from "../../terminal/user-error";
import { ACCOUNT_ACTIONS, accountFindings } from "./checks/account";
import { existingCheck } from "./checks/existing";
import { imagesCheck } from "./checks/images";
import { quotasCheck } from "./checks/quotas";
import { secretsCheck } from "./checks/secrets";
import { stateFindings, STATES_ACTIONS } from "./checks/states";
import { versioningCheck } from "./checks/versioning";
import type { KnownState, PreflightCheck, PreflightContext } from "./context";
import type { Finding } from "./finding";
import { connectForPreflight } from "./preflight-clients";

const CHECKS: readonly PreflightCheck[] = [versioningCheck, imagesCheck, secretsCheck, existingCheck, quotasCheck];

/** Everything that the checks take, as IAM writes it. */
export const PREFLIGHT_ACTIONS: readonly string[] = [
  ...new Set([...ACCOUNT_ACTIONS, ...STATES_ACTIONS, ...CHECKS.flatMap(({ actions }) => actions)]),
];

/** Options of a preflight. */
export interface PreflightOptions {
  /** @default - LGTM_PROFILE, then `activeProfile` */
  readonly profile?: string | undefined;
  /** Told the profile and account once. @default - no one */
  readonly report?: (text: string) => void;
  /** Environment with endpoint and credentials. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Layers that an apply would make. @default - made from the profile */
  readonly platform?: readonly SynthesizedLayer[];
}

/** Findings, and the account that they belong to. */
export interface Preflight extends DeploymentSummary {
  /** True if nothing is a problem. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** Permissions that all checks need, as IAM writes them. */
  readonly actions: readonly string[];
}

/**
 * Looks at an account before a plan or apply: what is missing there, in the way, or too small. Read-only. What these
 * credentials may not look at is named and stops nothing else.
 * @throws UserError for an unknown profile, absent credentials or another account than the profile's
 */
export async function preflight(options: PreflightOptions): Promise<Preflight> {
  const { profile: name, report, env } = options;
  const session = await openSession({
    profile: name,
    writes: false,
    ...(report === undefined ? {} : { report }),
    ...(env === undefined ? {} : { env }),
  });
  const { config } = session.profile;
  const clients = connectForPreflight(config.region, env);
  try {
    const releases = withReleaseFile(() => readReleases(config.environment, env));
    const states = await readStates(session);
    const platform = options.platform ?? platformJson(config, releases);
    const context: PreflightContext = { session, clients, releases, platform, states };
    const found = await Promise.all(CHECKS.map((check) => check.run(context)));
    const findings = [...accountFindings(context), ...stateFindings(context), ...found.flat()];
    const ok = findings.every(({ status }) => status !== "problem");
    return { ...summarizeDeployment(session), ok, findings, actions: PREFLIGHT_ACTIONS };
  } finally {
    for (const client of Object.values(clients) as { destroy: () => void }[]) client.destroy();
  }
}

async function readStates(session: StateSession): Promise<PreflightContext["states"]> {
  const states = await Promise.all(
    layerIds.map(async (layer) => {
      const state = await ask(STATES_ACTIONS, async (): Promise<KnownState> => {
        try {
          return await readLayerState(session, layer);
        } catch (error) {
          if (error instanceof UserError && awsErrorCode(error.cause) === "NoSuchBucket") return "no bucket";
          throw error;
        }
      });
      return [layer, state] as const;
    }),
  );
  return new Map(states);
}
