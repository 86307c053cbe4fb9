import type { PlatformConfig } from "../../../modules/config/platform-config";
import { namePrefix } from "../../../modules/config/names";
import type { PolicyStatement } from "../../../modules/policy-document";
import { applyPolicy } from "./apply-policy";
import { planPolicy } from "./plan-policy";
import { readingStatements } from "./reading";
import { releasePolicy } from "./release-policy";
import { platformResources } from "./resources";
import { branchSubject, environmentSubject, githubTrust, pullRequestSubject, type GitHubOrigin } from "./trust";

/** What a role is for. */
export type Duty = "plan" | "apply" | "release";

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
}

/** A policy that is attached to several roles; at most 6144 characters (an IAM limit). */
export interface SharedPolicy {
  readonly name: string;
  readonly arn: string;
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
    return { duty, name, arn, description, subjects, trust: githubTrust(accountId, subjects), policy, shared };
  };
  const readName = `${namePrefix(config)}-delivery-read`;
  const read: SharedPolicy = {
    name: readName,
    arn: `arn:aws:iam::${accountId}:policy/${readName}`,
    statements: readingStatements(resources),
  };
  const onBranch = branchSubject(origin);
  return [
    role(
      "plan",
      "Plans of the LGTM layers: reads settings and states, writes locks and saved plans",
      [pullRequestSubject(origin), onBranch],
      planPolicy(resources),
      [read],
    ),
    role(
      "apply",
      "Applies approved plans of the LGTM layers",
      [environmentSubject(origin)],
      applyPolicy(resources, config),
      [read],
    ),
    role("release", "Pushes images of the LGTM services", [onBranch], releasePolicy(resources), []),
  ];
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
