import type { UpstreamVersion } from "../config/image-version";
import type { PlatformConfig, ServiceTasks } from "../config/platform-config";
import { SERVICE_NAMES, type ServiceName } from "./service-name";
import * as definitions from "./definitions";
import { asOriginal, type OriginalFacts } from "./original";
import type { ServiceDefinition } from "./service-definition";

/** A service that a profile deploys: its definition, and what the profile says of it. */
export interface DeployedService extends ServiceDefinition {
  readonly name: ServiceName;
  /** Upstream version that its image is built from. */
  readonly version: UpstreamVersion;
  readonly tasks: ServiceTasks;
  /** @default - the legacy Terraform does not have the service */
  readonly original?: OriginalFacts;
}

/** The services that a profile deploys. */
export type ServiceCatalog = Readonly<Partial<Record<ServiceName, DeployedService>>>;

/**
 * The services that a platform deploys, in the order of its configuration.
 *
 * @param config the platform
 */
export function serviceCatalog(config: PlatformConfig): ServiceCatalog {
  const deployed = deployedServices(config).flatMap((name): readonly DeployedService[] => {
    const { [name]: tasks } = config.services;
    const { [name]: version } = config.imageVersions;
    if (tasks === undefined || version === undefined) return [];
    return [{ ...asOriginal(name, definitions[name](config), config), name, version, tasks }];
  });
  return Object.fromEntries(deployed.map((service) => [service.name, service]));
}

/**
 * Names of the services that a platform deploys, in the order of its configuration.
 *
 * @param config the platform
 */
export function deployedServices({ services }: Pick<PlatformConfig, "services">): readonly ServiceName[] {
  return Object.keys(services).flatMap((key) => SERVICE_NAMES.find((name) => name === key) ?? []);
}

/**
 * A service that a platform deploys.
 *
 * @param config the platform
 * @param name its name
 * @throws Error if the platform does not deploy it
 */
export function deployedService(config: PlatformConfig, name: ServiceName): DeployedService {
  const { [name]: service } = serviceCatalog(config);
  if (service === undefined) throw new Error(`This profile does not deploy ${name}`);
  return service;
}
