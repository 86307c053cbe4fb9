import type { PlatformConfig } from "../config/platform-config";
import type { ServiceName } from "../config/service-name";

/**
 * The name by which other tasks reach a service: its Cloud Map name.
 *
 * @param config the platform
 * @param service the service to reach
 */
export function internalHost(config: PlatformConfig, service: ServiceName): string {
  return `${service}.${config.serviceDiscovery.namespace}`;
}
