import { deployments } from "../../../../common.config";
import { guardDeployment, type DeployedProfiles } from "../../../aws/account-guard";
import { UserError } from "../../../terminal/user-error";
import type { PreflightContext } from "../context";
import type { Finding } from "../finding";

/** Needed permissions. The account is asked for before every check, and a wrong one is refused. */
export const ACCOUNT_ACTIONS: readonly string[] = ["sts:GetCallerIdentity"];

/**
 * Checks the caller, and that this profile may change this account.
 *
 * @param context the account
 * @param deployed which profile belongs to which environment
 */
export function accountFindings(
  { session }: Pick<PreflightContext, "session">,
  deployed: DeployedProfiles = deployments,
): readonly Finding[] {
  const { caller, profile, clients } = session;
  const { accountId } = profile.config;
  const who: Finding = {
    check: "account",
    subject: caller.account,
    ...(accountId === undefined
      ? {
          status: "warning" as const,
          found: `you are ${caller.arn}; the profile does not say which account is its own`,
          mend: `set accountId: "${caller.account}" in common.config.ts if this is the account: every other one is refused then`,
        }
      : { status: "ok" as const, found: `you are ${caller.arn}; the account is the profile's` }),
  };
  return [
    who,
    deploymentFinding(() => {
      guardDeployment(profile, clients.target, deployed);
    }, profile.name),
  ];
}

function deploymentFinding(guard: () => void, profile: string): Finding {
  const row = { check: "deployment", subject: profile };
  try {
    guard();
    return { ...row, status: "ok", found: "this profile may change this account" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...row, status: "warning", found: `an apply would be refused: ${error.what}`, mend: error.mend };
  }
}
