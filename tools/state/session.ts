import { guardAccount, guardDeployment, type Caller } from "../aws/account-guard";
import { connectToAws, type AwsClients } from "../aws/clients";
import type { Profile } from "../../modules/config/profiles";
import { loadProfile } from "../layers/profile";

/** A command at work on one deployment: its profile, the connections, and who calls. */
export interface StateSession {
  readonly profile: Profile;
  readonly clients: AwsClients;
  readonly caller: Caller;
}

/** Options of a session. */
export interface SessionOptions {
  /** @default - LGTM_PROFILE, then `activeProfile` */
  readonly profile?: string | undefined;
  /** True if something will be changed; a real account then takes only the profile that `deployments` names. */
  readonly writes: boolean;
  /** Told the profile and account once. @default - no one */
  readonly report?: (text: string) => void;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Opens the deployment of a profile, with the guards that every command needs.
 * @throws UserError for an unknown profile, absent or wrong credentials, or a profile that may not change this account
 */
export async function openSession(options: SessionOptions): Promise<StateSession> {
  const profile = loadProfile(options.profile, options.env);
  const clients = connectToAws(profile.config.region, options.env);
  if (options.writes) guardDeployment(profile, clients.target);
  const caller = await guardAccount(profile, clients);
  const { environment } = profile.config;
  const where = clients.target.kind === "mock" ? `the mock at ${clients.target.endpoint}` : `account ${caller.account}`;
  options.report?.(`Profile ${profile.name} (environment ${environment}) on ${where}`);
  return { profile, clients, caller };
}
