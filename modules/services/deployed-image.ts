import type { ReleasedTag, UpstreamVersion } from "../config/image-version";
import type { ImageRepositoriesConfig } from "../config/platform-config";
import type { ImageDigest, Releases } from "./releases";
import type { DeployedService } from "./catalog";

/** The image that a service's task definition names. */
export interface DeployedImage {
  readonly tag: UpstreamVersion | ReleasedTag;
  /** Names the image for good. @default - the tag is deployed */
  readonly digest?: ImageDigest;
  /** True if the platform deploys released images and none is recorded for the service. */
  readonly isUnreleased: boolean;
}

/**
 * The image that a service runs: the released one or, for a platform that deploys no releases and while none is recorded,
 * the one under the upstream version, as which the first images were pushed.
 *
 * @param service the service
 * @param repositories the configuration of all repositories
 * @param releases the released images of the environment
 */
export function deployedImage(
  { name, version }: Pick<DeployedService, "name" | "version">,
  repositories: Pick<ImageRepositoriesConfig, "deployedTag">,
  releases: Releases,
): DeployedImage {
  const isReleased = repositories.deployedTag === "released";
  const release = isReleased ? releases[name] : undefined;
  return {
    tag: release?.tag ?? version,
    ...(release?.digest === undefined ? {} : { digest: release.digest }),
    isUnreleased: isReleased && release === undefined,
  };
}

/**
 * The text by which a container definition names an image.
 *
 * @param repositoryUrl URL of the repository
 * @param image the image
 */
export function imageReference(repositoryUrl: string, { tag, digest }: DeployedImage): string {
  return digest === undefined ? `${repositoryUrl}:${tag}` : `${repositoryUrl}@${digest}`;
}
