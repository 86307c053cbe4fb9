import type { PlatformConfig } from "../config/platform-config";
import type { ServiceName } from "./service-name";

/**
 * Types a configuration: its services are some of those in modules/services/definitions.ts, and each has a size and a
 * version. A profile that begins with `...target` deploys the services of `target` and those it adds.
 *
 * @param config the configuration
 */
export function defineProfile<const Service extends ServiceName>(
  config: PlatformConfig<Service>,
): PlatformConfig<Service> {
  return config;
}
