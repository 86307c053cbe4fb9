import type { PlatformConfig } from "../../../modules/config/platform-config";
import { namePrefix } from "../../../modules/config/names";
import type { PolicyStatement } from "../../../modules/services/policy-document";
import { applyPolicy, networkStatements } from "./apply-policy";
import { planPolicy, reviewPolicy } from "./plan-policy";
import { operatingStatements, readingStatements } from "./reading";
import { releasePolicy } from "./release-policy";
import { platformResources } from "./resources";
import { taskBoundary } from "./task-boundary";
import {
  branchRef,
  branchSubject,
  environmentSubject,
  githubTrust,
  pullRequestSubject,
  type GitHubOrigin,
} from "./trust";

/** Purpose of a role. */
export type Duty = "review" | "plan" | "apply" | "release";

/**
 * Seconds for which credentials of a role live: longer than the longest job that takes it, since Terraform cannot write the
 * state once they have expired. Source of the limits: an hour at least and twelve at most for a role's longest session (IAM).
 */
export const SESSION_SECONDS: Readonly<Record<Duty, number>> = {
  review: 3600,
  plan: 3600,
  apply: 7200,
  release: 3600,
};

/** A role that workflows take. */
export interface DeliveryRole {
  readonly duty: Duty;
  readonly name: string;
  readonly arn: string;
  /** One sentence, for IAM. */
  readonly description: string;
  /** Subjects of the tokens that may take it. */
  readonly subjects: readonly string[];
  readonly trust: readonly PolicyStatement[];
  /** Its own, inline policy; all inline policies of a role have at most 10240 characters (an IAM limit). */
  readonly policy: readonly PolicyStatement[];
  /** Managed policies that it shares with other roles. */
  readonly shared: readonly SharedPolicy[];
  /** Seconds for which its credentials may live. */
  readonly sessionSeconds: number;
}

/** A managed policy; at most 6144 characters (an IAM limit). */
export interface SharedPolicy {
  readonly name: string;
  readonly arn: string;
  /** Purpose, in a line. */
  readonly purpose: string;
  readonly statements: readonly PolicyStatement[];
}

/**
 * The roles of a platform's workflows.
 *
 * @param config the platform
 * @param accountId twelve digits
 * @param origin where the workflows run
 */
export function deliveryRoles(
  config: PlatformConfig,
  accountId: string,
  origin: GitHubOrigin,
): readonly DeliveryRole[] {
  const resources = platformResources(config, accountId);
  const role = (
    duty: Duty,
    description: string,
    subjects: readonly string[],
    policy: readonly PolicyStatement[],
    shared: readonly SharedPolicy[],
  ): DeliveryRole => {
    const name = deliveryRoleName(config, duty);
    const arn = `arn:aws:iam::${accountId}:role/${name}`;
    // The subject of a job in an environment does not say which branch it runs on.
    const trust = githubTrust(accountId, subjects, duty === "apply" ? branchRef(origin) : undefined);
    return { duty, name, arn, description, subjects, trust, policy, shared, sessionSeconds: SESSION_SECONDS[duty] };
  };
  const managed = (name: string, purpose: string, statements: readonly PolicyStatement[]) =>
    managedPolicy(config, accountId, `delivery-${name}`, purpose, statements);
  const read = managed("read", "What every plan reads.", readingStatements(resources));
  const operate = managed(
    "operate",
    "What planning on the branch and applying read beside: saved plans, logs, quotas.",
    operatingStatements(resources),
  );
  const network = managed("network", "What applying changes of a network.", networkStatements(resources));
  const onBranch = branchSubject(origin);
  return [
    role(
      "review",
      "Plans of pull requests for the LGTM layers: reads settings and states, writes nothing",
      [pullRequestSubject(origin)],
      reviewPolicy(),
      [read],
    ),
    role(
      "plan",
      "Plans of the LGTM layers: reads settings and states, writes locks and saved plans",
      [onBranch],
      planPolicy(resources),
      [read, operate],
    ),
    role(
      "apply",
      "Applies approved plans of the LGTM layers",
      [environmentSubject(origin)],
      applyPolicy(resources, config),
      [read, operate, network],
    ),
    role("release", "Pushes images of the LGTM services", [onBranch], releasePolicy(resources), []),
  ];
}

/**
 * The policy for `iam.permissionsBoundary`, which bounds the roles of ECS and of the tasks.
 *
 * @param config the platform
 * @param accountId twelve digits
 */
export function boundaryPolicy(config: PlatformConfig, accountId: string): SharedPolicy {
  return managedPolicy(
    config,
    accountId,
    "task-boundary",
    "For iam.permissionsBoundary in common.config.ts, before the first apply with it: the most that tasks may ever do.",
    taskBoundary(platformResources(config, accountId)),
  );
}

function managedPolicy(
  config: PlatformConfig,
  accountId: string,
  ending: string,
  purpose: string,
  statements: readonly PolicyStatement[],
): SharedPolicy {
  const name = `${namePrefix(config)}-${ending}`;
  return { name, arn: `arn:aws:iam::${accountId}:policy/${name}`, purpose, statements };
}

/**
 * Name of a role: outside of the pattern of the platform's own, which the apply role may change.
 *
 * @param config the platform
 * @param duty what it is for
 */
export function deliveryRoleName(config: PlatformConfig, duty: Duty): string {
  return `${namePrefix(config)}-delivery-${duty}`;
}
