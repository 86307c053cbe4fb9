import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceFile } from "../../checks/source-file";
import { projectRoot } from "../../tools/terminal/paths";
import { STORING_SERVICES, type StoringService } from "./items/signal-items";

const FILES = ["Dockerfile", "config.yaml"] as const;

/**
 * Today's images, as far as they are known; as files of a folder below `dockerfiles/`, where images are described.
 *
 * @returns nothing for a service that is not there
 */
export function todaysImages(): Readonly<Partial<Record<StoringService, readonly SourceFile[]>>> {
  const folder = join(projectRoot, "__tests__", "fixtures", "todays-images");
  return Object.fromEntries(
    STORING_SERVICES.filter((service) => existsSync(join(folder, service))).map((service) => [
      service,
      FILES.map((file) => ({
        path: `dockerfiles/${service}/${file}`,
        text: readFileSync(join(folder, service, file), "utf8"),
      })),
    ]),
  );
}
