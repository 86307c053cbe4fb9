import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { ServiceName } from "../../modules/services/service-name";
import { buildFolder } from "./dockerfile";

/**
 * The text of a file of a service's image.
 *
 * @param service the service
 * @param file path below the service's folder
 */
export function configText(service: ServiceName, file: string): string {
  return readFileSync(join(buildFolder(service), file), "utf8");
}

/**
 * The value at a path of a service's YAML config, undefined if there is none.
 *
 * @param service the service
 * @param path keys and indexes separated by dots
 * @param file path below the service's folder
 */
export function configValue(service: ServiceName, path: string, file = "config.yaml"): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (Object(value) as Record<string, unknown>)[key],
      parse(configText(service, file), { strict: true, uniqueKeys: true }),
    );
}
