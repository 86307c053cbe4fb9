import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceName } from "../modules/services/service-name";

/** A text file of a service. */
export interface SourceFile {
  /** Path from the project's root, with forward slashes: `dockerfiles/tempo/tempo.yaml`. */
  readonly path: string;
  readonly text: string;
}

/** The project's root, below which `dockerfiles/` lies. */
const ROOT = join(__dirname, "..");

/**
 * All that an image of a service is built from: the files of `dockerfiles/<service>/`, in a fixed order.
 *
 * @param service the service
 * @returns no files if there is no such folder
 */
export function readServiceFiles(service: ServiceName): readonly SourceFile[] {
  const folder = `dockerfiles/${service}`;
  return filesBelow(folder).map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(join(ROOT, folder), { withFileTypes: true })
      .sort((left, right) => (left.name < right.name ? -1 : 1))
      .flatMap((entry) => {
        const path = `${folder}/${entry.name}`;
        return entry.isDirectory() ? filesBelow(path) : [path];
      });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
