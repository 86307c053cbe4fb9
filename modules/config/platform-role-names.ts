import { SERVICE_NAMES } from "./service-name";

/** AWS's policy by which ECS pulls images and writes logs. */
export const EXECUTION_POLICY_ARN = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

/**
 * Name of one of the platform's roles.
 *
 * @param namePrefix beginning of all names
 * @param name what the role is for, `task-execution`
 */
export function platformRoleName(namePrefix: string, name: string): string {
  return `${namePrefix}-${name}-role`;
}

/**
 * Names of all roles that ECS and the tasks may have, whatever the configuration makes of them: who may manage and pass roles
 * is limited to these.
 *
 * @param namePrefix beginning of all names
 */
export function platformRoleNames(namePrefix: string): readonly string[] {
  const names = ["task-execution", "task", ...SERVICE_NAMES.map((service) => `${service}-task`)];
  return names.map((name) => platformRoleName(namePrefix, name));
}
