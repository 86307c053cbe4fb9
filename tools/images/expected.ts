import type { Profile } from "../../modules/config/profiles";
import type { Releases } from "../../modules/services/releases";
import { repositoryName } from "../../modules/config/names";
import type { ServiceName } from "../../modules/services/service-name";
import { serviceCatalog } from "../../modules/services/catalog";
import { deployedImage, type DeployedImage } from "../../modules/services/deployed-image";

/** The image that a service's task definition will name, and its repository. */
export interface ExpectedImage extends DeployedImage {
  readonly service: ServiceName;
  readonly repository: string;
}

/** A secret that ECS reads when it starts a task. */
export interface ExpectedSecret {
  readonly service: ServiceName;
  readonly name: string;
  readonly jsonKey: string;
}

/** The images and secrets that must be there before tasks can start. */
export interface Expected {
  readonly images: readonly ExpectedImage[];
  readonly secrets: readonly ExpectedSecret[];
}

/**
 * The images and secrets that a profile's tasks need.
 *
 * @param profile the profile
 * @param releases the recorded releases of its environment
 */
export function expectedBy({ config }: Profile, releases: Releases): Expected {
  const services = Object.values(serviceCatalog(config));
  return {
    images: services.map((service) => ({
      service: service.name,
      repository: repositoryName(config.imageRepositories, service.name),
      ...deployedImage(service, config.imageRepositories, releases),
    })),
    secrets: services.flatMap(({ name, secrets }) =>
      Object.values(secrets ?? {}).map(({ secretName, jsonKey }) => ({ service: name, name: secretName, jsonKey })),
    ),
  };
}
