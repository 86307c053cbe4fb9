import { deployments, profiles, type Deployment } from "../common.config";
import type { PlatformConfig } from "../modules/config/platform-config";
import { UserError } from "./user-error";

/** One real environment, as the workflows run for it. */
export interface DeploymentEntry {
  readonly environment: string;
  readonly profile: string;
  readonly region: string;
  /** GitHub environment of plans and drift; its variable LGTM_PLAN_ROLE_ARN names the role that reads. */
  readonly planEnvironment: string;
  /** GitHub environment of applies, with the reviewers; its variable LGTM_APPLY_ROLE_ARN names the role that changes. */
  readonly applyEnvironment: string;
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
    planEnvironment: deployment.planEnvironment ?? `${environment}-plan`,
    applyEnvironment: deployment.applyEnvironment ?? environment,
  };
}
