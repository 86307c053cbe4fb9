import type { ImageRepositoriesConfig, PlatformConfig } from "./platform-config";

/**
 * Beginning of names that must be unique in the account: `lgtm-prod`.
 *
 * @param config the platform
 */
export function namePrefix({ projectName, environment }: Pick<PlatformConfig, "projectName" | "environment">): string {
  return `${projectName}-${environment}`;
}

/**
 * Name of the ECS cluster.
 *
 * @param prefix beginning of all names
 */
export function clusterName(prefix: string): string {
  return `${prefix}-cluster`;
}

/**
 * Name of a service's log group.
 *
 * @param prefix beginning of all names
 * @param service the service
 */
export function logGroupName(prefix: string, service: string): string {
  return `/ecs/${prefix}/${service}`;
}

/**
 * Name of a service's image repository.
 *
 * @param repositories the configuration of all repositories
 * @param service the service
 */
export function repositoryName(repositories: ImageRepositoriesConfig, service: string): string {
  return `${repositories.namePrefix}-${service}`;
}

/**
 * Second part of the addresses of a repository that belongs to no service: its name, as far as Terraform's names allow.
 *
 * @param repository name of the repository
 */
export function repositoryId(repository: string): string {
  return repository.replace(/\W/g, "_");
}

/**
 * Name of a service's task-definition family.
 *
 * @param config the platform
 * @param service the service
 */
export function familyName(
  { ecs, imageRepositories }: Pick<PlatformConfig, "ecs" | "imageRepositories">,
  service: string,
): string {
  return `${ecs.familyPrefix ?? imageRepositories.namePrefix}-${service}`;
}

/**
 * Name of a target group, at most 32 characters (an AWS limit).
 *
 * @param prefix beginning of all names
 * @param key key of the target group's definition
 */
export function targetGroupName(prefix: string, key: string): string {
  return `${prefix}-${key}-tg`;
}

/**
 * Name of one of the platform's roles.
 *
 * @param prefix beginning of all names
 * @param name purpose of the role, `task-execution`
 */
export function platformRoleName(prefix: string, name: string): string {
  return `${prefix}-${name}-role`;
}

/**
 * Names of all roles that ECS and the tasks may have under any configuration: who may manage and pass roles is limited to
 * these.
 *
 * @param prefix beginning of all names
 * @param services names of all services that there may be
 */
export function platformRoleNames(prefix: string, services: readonly string[]): readonly string[] {
  const names = ["task-execution", "task", ...services.map((service) => `${service}-task`)];
  return names.map((name) => platformRoleName(prefix, name));
}

/** ARN of AWS's policy by which ECS pulls images and writes logs. */
export const EXECUTION_POLICY_ARN = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/** First part of the keys of saved plans in the state bucket. Its lifecycle rule expires what is below it and nothing else. */
export const PLANS_PREFIX = "plans/";
