import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceName } from "../../modules/services/service-name";

const ROOT = join(__dirname, "../..");

/** One instruction of a Dockerfile. */
export interface Instruction {
  /** In upper case, `COPY`. */
  readonly keyword: string;
  /** All that follows, continued lines joined. */
  readonly text: string;
}

/**
 * The folder from which a service's image is built.
 *
 * @param service the service
 */
export function buildFolder(service: ServiceName): string {
  return join(ROOT, "dockerfiles", service);
}

/**
 * The instructions of a service's Dockerfile, in order.
 *
 * @param service the service
 */
export function instructionsOf(service: ServiceName): readonly Instruction[] {
  return readFileSync(join(buildFolder(service), "Dockerfile"), "utf8")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [keyword = "", ...rest] = line.trim().split(/\s+/);
      return { keyword: keyword.toUpperCase(), text: rest.join(" ") };
    });
}

/**
 * The texts of all instructions of one kind.
 *
 * @param service the service
 * @param keyword the kind, `EXPOSE`
 */
export function textsOf(service: ServiceName, keyword: string): readonly string[] {
  return instructionsOf(service)
    .filter((instruction) => instruction.keyword === keyword)
    .map(({ text }) => text);
}
