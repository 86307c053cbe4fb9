import type { PlatformConfig } from "../config/platform-config";

/**
 * The name by which other tasks reach a service: its Cloud Map name.
 *
 * @param config the platform
 * @param service the service to reach
 */
export function internalHost(config: PlatformConfig, service: string): string {
  return `${service}.${config.serviceDiscovery.namespace}`;
}
