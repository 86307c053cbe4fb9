import type { ServiceName } from "./service-name";

/**
 * Name of a service's log group.
 *
 * @param namePrefix beginning of all names
 * @param service the service
 */
export function logGroupName(namePrefix: string, service: ServiceName): string {
  return `/ecs/${namePrefix}/${service}`;
}
