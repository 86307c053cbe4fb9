/**
 * Name of a target group, at most 32 characters (an AWS limit).
 *
 * @param namePrefix beginning of all names
 * @param key key of the target group's definition
 */
export function targetGroupName(namePrefix: string, key: string): string {
  return `${namePrefix}-${key}-tg`;
}
