import { parseDockerfile } from "../../../checks/dockerfile";
import { imageFiles } from "../../../checks/image-files";
import type { SourceFile } from "../../../checks/source-file";
import type { ServiceName } from "../../../modules/services/service-name";
import type { ServiceImage } from "../../../modules/services/service-image";
import { HOME_IN_CONTAINER, type ContainerFile } from "./container";

/** Settings of containers that come from the image. */
export interface ContainerImage {
  /** Arguments of the program. */
  readonly command: readonly string[];
  readonly files: readonly ContainerFile[];
  /** Empty folders in which the program writes. */
  readonly folders: readonly string[];
  /** Variables that the image itself sets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The upstream image's part of a container; plain data, so that it can be handed to another process. */
export interface ImageBase {
  /** Arguments that the image's own entrypoint gives to the program, where the Dockerfile gives none. */
  readonly command: readonly string[];
  /** Variables that the image sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Empty folders in which the program writes. */
  readonly folders: readonly string[];
}

/**
 * The upstream image's part of a service's container.
 *
 * @param image the image
 */
export function imageBase({ program, entrypoint }: ServiceImage): ImageBase {
  return {
    command: entrypoint?.command(HOME_IN_CONTAINER) ?? [],
    environment: entrypoint?.environment ?? {},
    folders: program.writableFolders ?? [],
  };
}

/**
 * Builds a service's image, without its program.
 *
 * @param service the service
 * @param sources files of its folder below `dockerfiles/`
 * @param base the upstream image
 */
export function containerImage(service: ServiceName, sources: readonly SourceFile[], base: ImageBase): ContainerImage {
  const dockerfile = parseDockerfile(sources.find(({ path }) => path.endsWith("/Dockerfile"))?.text ?? "");
  return {
    command: dockerfile.command.length === 0 ? base.command : dockerfile.command,
    files: imageFiles(service, dockerfile, sources).map(({ path, file }) => ({ path, text: file.text })),
    folders: base.folders,
    environment: { ...base.environment, ...Object.fromEntries(dockerfile.environment) },
  };
}
