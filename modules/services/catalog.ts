import type { PlatformConfig } from "../config/platform-config";
import { alloy } from "./alloy";
import { grafana } from "./grafana";
import { loki } from "./loki";
import { mimir } from "./mimir";
import { pyroscope } from "./pyroscope";
import type { ServiceDefinition } from "./service-definition";
import { byService, type ServiceName } from "../config/service-name";
import { tempo } from "./tempo";

const DEFINITIONS: Readonly<Record<ServiceName, (config: PlatformConfig) => ServiceDefinition>> = {
  mimir,
  loki,
  tempo,
  pyroscope,
  grafana,
  alloy,
};

/**
 * The services of the platform under a configuration.
 *
 * @param config the platform
 */
export function serviceCatalog(config: PlatformConfig): Readonly<Record<ServiceName, ServiceDefinition>> {
  return byService((name) => DEFINITIONS[name](config));
}
