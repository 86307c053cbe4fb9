import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { deployments } from "../../common.config";
import type { Profile } from "../../modules/config/profiles";
import type { AwsClients } from "./clients";
import { onAws } from "./errors";
import type { AwsTarget } from "./target";
import { UserError } from "../terminal/user-error";

/** Owner of the credentials. */
export interface Caller {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

/** Profile that may change each environment; `deployments` of common.config.ts is one. */
export type DeployedProfiles = Readonly<Record<string, { readonly profile: string }>>;

/**
 * Asks whose credentials these are and refuses the wrong account. Every command that works on an account calls this
 * first, whether it reads or writes.
 * @throws UserError when there are no valid credentials, or they belong to another account than `accountId` of the profile
 */
export async function guardAccount(profile: Profile, clients: AwsClients): Promise<Caller> {
  const doing = "ask whose credentials these are";
  const identity = await onAws({ doing }, () => clients.sts.send(new GetCallerIdentityCommand({})));
  const account = identity.Account ?? "unknown";
  const expected = profile.config.accountId;
  if (expected === undefined || expected === account) return { account, arn: identity.Arn ?? "unknown" };
  throw new UserError({
    what: `The credentials belong to account ${account}, but profile ${profile.name} is for account ${expected}.`,
    where: "common.config.ts (accountId)",
    mend: "use credentials of that account, or choose the profile of this account with --profile",
    exit: "badInput",
  });
}

/**
 * Refuses to change a real account with another profile than the one that `deployments` gives its environment. Every
 * command that changes something calls this before the first call to AWS; the mock takes every profile.
 *
 * @param profile what would be applied
 * @param target what AWS calls reach
 * @param deployed which profile belongs to which environment
 * @throws UserError (exit "badInput")
 */
export function guardDeployment(profile: Profile, target: AwsTarget, deployed: DeployedProfiles = deployments): void {
  if (target.kind === "mock") return;
  const { environment } = profile.config;
  const deployment = deployed[environment];
  if (deployment?.profile === profile.name) return;
  throw new UserError({
    what:
      deployment === undefined
        ? `Profile ${profile.name} (environment ${environment}) is not deployed to any account.`
        : `Environment ${environment} is deployed from profile ${deployment.profile}, not from ${profile.name}.`,
    where: "common.config.ts (deployments)",
    mend:
      deployment === undefined
        ? `add ${environment} to deployments, as a reviewed change; to try it on a mock, set AWS_ENDPOINT_URL to the mock's address`
        : `use --profile ${deployment.profile}, or change deployments, as a reviewed change`,
    exit: "badInput",
  });
}
