import type { ServiceName } from "../modules/services/service-name";
import type { Dockerfile } from "./dockerfile";
import type { SourceFile } from "./source-file";

/** A file that an image holds. */
export interface ImageFile {
  /** Absolute path in the image. */
  readonly path: string;
  readonly file: SourceFile;
}

/**
 * The files that a Dockerfile copies into its image.
 *
 * @param service the service; its folder below `dockerfiles/` is the build context
 * @param dockerfile the Dockerfile
 * @param files the build context
 */
export function imageFiles(
  service: ServiceName,
  dockerfile: Dockerfile,
  files: readonly SourceFile[],
): readonly ImageFile[] {
  const context = `dockerfiles/${service}/`;
  return dockerfile.copies.flatMap(({ source, target }) =>
    files.flatMap((file) => {
      const path = pathInImage(file.path.slice(context.length), source.replace(/\/$/, ""), target);
      return path === undefined ? [] : [{ path, file }];
    }),
  );
}

function pathInImage(path: string, source: string, target: string): string | undefined {
  const folder = target.endsWith("/") ? target : `${target}/`;
  if (path === source) return target.endsWith("/") ? `${folder}${path.slice(path.lastIndexOf("/") + 1)}` : target;
  if (source === "." || source === "") return `${folder}${path}`;
  return path.startsWith(`${source}/`) ? `${folder}${path.slice(source.length + 1)}` : undefined;
}
