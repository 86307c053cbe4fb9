import type { ConfigFinding } from "../modules/config/config-error";
import type { IncidentId } from "./incidents";

/** Something in a service's files, in the routes or in the catalog that would go wrong once deployed. */
export interface CheckFinding {
  /** Name of the rule that found it, `pyroscope-storage-prefix`. */
  readonly rule: string;
  /** File or layer, relative to the project's root: `dockerfiles/tempo/tempo.yaml`, `50-alb`. */
  readonly file: string;
  /** Key path, variable, instruction or request in it. */
  readonly key: string;
  /** What is there; undefined when something is missing. */
  readonly value: unknown;
  /** What to write instead, and why. */
  readonly instead: string;
  /** The incident of the past that it would repeat. @default - none */
  readonly incident?: IncidentId;
}

/**
 * A finding in the form in which refused configurations are reported.
 *
 * @param finding the finding
 */
export function asConfigFinding({ rule, file, key, value, instead, incident }: CheckFinding): ConfigFinding {
  const source = incident === undefined ? rule : `${rule}, ${incident}`;
  return { path: `${file} ${key}`, value, rule: `${instead} [${source}]` };
}
