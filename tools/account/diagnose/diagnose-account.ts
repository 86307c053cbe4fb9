import { readReleases } from "../../../modules/services/releases";
import type { ServiceName } from "../../../modules/services/service-name";
import { connectToWorkload } from "../workload-clients";
import { withReleaseFile } from "../../images/release/with-release-file";
import { summarizeDeployment, type DeploymentSummary } from "../../state/overview";
import { chosenServices } from "../../layers/chosen-services";
import { openSession } from "../../state/session";
import { diagnose } from "./diagnose";
import type { ServiceDiagnosis } from "./service-diagnosis";

/** Options of a diagnosis. */
export interface DiagnoseAccountOptions {
  /** @default - LGTM_PROFILE, then `activeProfile` */
  readonly profile?: string | undefined;
  readonly services: readonly ServiceName[];
  /** Log lines that are shown of each service. */
  readonly lines: number;
  /** Told the profile and account once. @default - no one */
  readonly report?: (text: string) => void;
  /** Environment with endpoint and credentials. @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** Diagnoses, and the account that they belong to. */
export interface AccountDiagnosis extends DeploymentSummary {
  readonly services: readonly ServiceDiagnosis[];
}

/**
 * Diagnoses services on the account, or the mock, of the credentials in the environment.
 * @throws UserError for an unknown profile, absent credentials or another account than the profile's
 */
export async function diagnoseAccount(options: DiagnoseAccountOptions): Promise<AccountDiagnosis> {
  const { profile: name, lines, report, env } = options;
  const session = await openSession({
    profile: name,
    writes: false,
    ...(report === undefined ? {} : { report }),
    ...(env === undefined ? {} : { env }),
  });
  const { profile } = session;
  const services = chosenServices(profile, options.services);
  const clients = connectToWorkload(profile.config.region, env);
  try {
    const releases = withReleaseFile(() => readReleases(profile.config.environment, env));
    const found = await diagnose({ profile, releases, clients, services, lines });
    return { ...summarizeDeployment(session), services: found };
  } finally {
    clients.ecs.destroy();
    clients.loadBalancers.destroy();
    clients.logs.destroy();
  }
}
