import type { Profile } from "../../modules/config/profiles";
import type { Release, Releases } from "../../modules/config/releases";
import { repositoryName } from "../../modules/config/names";
import { serviceCatalog } from "../../modules/services/catalog";
import { SERVICE_NAMES, type ServiceName } from "../../modules/config/service-name";

/** The image that a service's task definition will name. */
export interface ExpectedImage {
  readonly service: ServiceName;
  readonly repository: string;
  readonly tag: string;
  /** @default - the tag is deployed */
  readonly digest?: string;
  /** Whether the profile deploys released images and none is recorded for this service. */
  readonly isUnreleased: boolean;
}

/** A secret that ECS reads when it starts a task. */
export interface ExpectedSecret {
  readonly service: ServiceName;
  readonly name: string;
  readonly jsonKey: string;
}

/** What must be there before tasks can start. */
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
  const catalog = serviceCatalog(config);
  return {
    images: SERVICE_NAMES.map((service) => {
      const isReleased = config.imageRepositories.deployedTag === "released";
      const release: Release | undefined = isReleased ? releases[service] : undefined;
      return {
        service,
        repository: repositoryName(config.imageRepositories, service),
        tag: release?.tag ?? config.imageVersions[service],
        ...(release?.digest === undefined ? {} : { digest: release.digest }),
        isUnreleased: isReleased && release === undefined,
      };
    }),
    secrets: SERVICE_NAMES.flatMap((service) =>
      Object.values(catalog[service].secrets ?? {}).map(({ secretName, jsonKey }) => ({
        service,
        name: secretName,
        jsonKey,
      })),
    ),
  };
}
