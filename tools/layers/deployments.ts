import { deployments, profiles, type Deployment } from "../../common.config";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { UserError } from "../terminal/user-error";

/** Purposes for which the workflows take a role. */
export type RoleDuty = "review" | "plan" | "apply" | "release";

/** One real environment, as the workflows run for it. */
export interface DeploymentEntry {
  readonly environment: string;
  readonly profile: string;
  readonly region: string;
  /** GitHub environment in which applies run: its reviewers approve. */
  readonly gitHubEnvironment: string;
  /** Names of the variables on GitHub that hold the ARNs of the roles (`./lgtm roles`), by what they are for. */
  readonly roleVariables: Readonly<Record<RoleDuty, string>>;
}

/**
 * The deployments with everything that a workflow needs of them.
 *
 * @param only names of the environments wanted; none means all
 * @param all @default - `deployments` of common.config.ts
 * @throws UserError (exit "badInput") for a name that is not deployed; it lists those that are
 */
export function listDeployments(
  only: readonly string[] = [],
  all: Readonly<Record<string, Deployment>> = deployments,
): readonly DeploymentEntry[] {
  const unknown = only.filter((name) => !(name in all));
  if (unknown.length > 0) {
    throw new UserError({
      what: `No such deployment: ${unknown.join(", ")}.`,
      where: "common.config.ts (deployments)",
      mend: `name one of ${Object.keys(all).join(", ")}, or add it to deployments as a reviewed change`,
      exit: "badInput",
    });
  }
  return Object.entries(all)
    .filter(([name]) => only.length === 0 || only.includes(name))
    .map(([name, deployment]) => entryOf(name, deployment));
}

function entryOf(environment: string, deployment: Deployment): DeploymentEntry {
  const config: PlatformConfig = profiles[deployment.profile];
  return {
    environment,
    profile: deployment.profile,
    region: config.region,
    gitHubEnvironment: deployment.gitHubEnvironment ?? environment,
    roleVariables: {
      review: roleVariable("review", environment),
      plan: roleVariable("plan", environment),
      apply: roleVariable("apply", environment),
      release: roleVariable("release", environment),
    },
  };
}

/**
 * Name of the variable on GitHub that holds the ARN of a role. GitHub takes letters, digits and underscores.
 *
 * @param duty what the role is for
 * @param environment name of the deployment
 */
export function roleVariable(duty: RoleDuty, environment: string): string {
  return `LGTM_${duty}_ROLE_ARN_${environment}`.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}
