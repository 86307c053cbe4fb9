import { ECRClient } from "@aws-sdk/client-ecr";
import { deployments } from "../../../common.config";
import type { Profile } from "../../../modules/config/profiles";
import { releaseFile } from "../../../modules/services/releases";
import { repositoryName } from "../../../modules/config/names";
import type { ServiceName } from "../../../modules/services/service-name";
import { guardAccount } from "../../aws/account-guard";
import { clientConfig } from "../../aws/client-config";
import { connectToAws } from "../../aws/clients";
import { chosenServices } from "../../layers/chosen-services";
import { loadProfile } from "../../layers/profile";
import { UserError } from "../../terminal/user-error";
import { profileOfImages } from "../verify/profile-of-images";
import { ReleaseRepository } from "./repository";

/** Dependencies of every kind of release. */
export interface ReleaseSession {
  readonly profile: Profile;
  readonly service: ServiceName;
  readonly repository: ReleaseRepository;
  /** Path of the release file. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Service that is released, and its profile. */
export interface ReleaseTarget {
  readonly service: ServiceName;
  /** @default - LGTM_PROFILE, then `activeProfile`, or `target` while that one runs the legacy images */
  readonly profile?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Told what happens. @default - no one */
  readonly say?: (line: string) => void;
}

/**
 * Opens the account that holds the images.
 *
 * @param target which service, and for whom
 * @throws UserError for an unknown profile, one whose environment is deployed nowhere, or absent or wrong credentials
 */
export async function openRelease(target: ReleaseTarget): Promise<ReleaseSession> {
  const { service, env = process.env, say = () => undefined } = target;
  const profile = loadProfile(profileOfImages(target.profile, env).name, env);
  chosenServices(profile, [service]);
  const { region, environment, imageRepositories } = profile.config;
  const clients = connectToAws(region, env);
  // Images are released before their profile is deployed; the environment must be one that is.
  if (clients.target.kind === "account" && deployments[environment] === undefined) throw notDeployed(profile);
  const caller = await guardAccount(profile, clients);
  const { target: reached, config } = clientConfig(region, env);
  const where = reached.kind === "mock" ? `the mock at ${reached.endpoint}` : `account ${caller.account}`;
  say(`Profile ${profile.name} (environment ${environment}) on ${where}`);
  const repository = new ReleaseRepository(new ECRClient(config), repositoryName(imageRepositories, service));
  return { profile, service, repository, file: releaseFile(env), env };
}

function notDeployed({ name, config }: Profile): UserError {
  return new UserError({
    what: `Environment ${config.environment} of profile ${name} is not deployed to any account.`,
    where: "common.config.ts (deployments)",
    mend: `name the profile of another environment, or add ${config.environment} to deployments, as a reviewed change`,
    exit: "badInput",
  });
}
