/**
 * Name of the ECS cluster.
 *
 * @param namePrefix beginning of all names
 */
export function clusterName(namePrefix: string): string {
  return `${namePrefix}-cluster`;
}
