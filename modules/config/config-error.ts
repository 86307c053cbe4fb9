import { inspect } from "node:util";

/** The file that users edit; findings about it name their key alone. */
export const CONFIG_FILE = "common.config.ts";

/** Something wrong in the configuration, in the catalog, in a service's files or in the synthesized layers. */
export interface Finding {
  /** Name of the rule that found it, `pyroscope-storage-prefix`. */
  readonly rule: string;
  /** File or layer, relative to the project's root: `common.config.ts`, `dockerfiles/tempo/config.yaml`, `50-alb`. */
  readonly file: string;
  /** Key path, variable, instruction or request in it: `loadBalancer.healthCheck.timeoutSeconds`. */
  readonly key: string;
  /** The value found there; undefined when something is missing. */
  readonly value: unknown;
  /** The values allowed or the text to write instead, and why if that is not obvious. */
  readonly instead: string;
  /** Id of the incident of the past that it would repeat, see checks/incidents.ts. @default - none */
  readonly incident?: `I${number}`;
}

/** A platform that must not be synthesized, with everything that is wrong with it. */
export class ConfigError extends Error {
  /**
   * @param subject the thing that is wrong, as the beginning of a sentence
   * @param findings all that is wrong, at least one
   */
  constructor(
    readonly subject: string,
    readonly findings: readonly Finding[],
  ) {
    const count = `${findings.length} ${findings.length === 1 ? "problem" : "problems"}`;
    super([`${subject} has ${count}:`, ...findings.map((finding) => `  ${describeFinding(finding)}`)].join("\n"));
    this.name = "ConfigError";
  }
}

/**
 * Describes a finding in one line: place, value, what to write instead, and the rule with its incident.
 *
 * @param finding the finding
 */
export function describeFinding({ rule, file, key, value, instead, incident }: Finding): string {
  const place = file === CONFIG_FILE ? key : `${file} ${key}`;
  const shown = value === undefined ? "" : ` = ${shownValue(value)}`;
  return `${place}${shown}: ${instead} [${incident === undefined ? rule : `${rule}, ${incident}`}]`;
}

/** Longest text that is shown whole; the rest of a longer one says nothing more. */
const MAX_SHOWN = 200;

/** Shows any value in one line: JSON has no NaN, no BigInt and no circle, and says `null` or throws. */
function shownValue(value: unknown): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : inspect(value, { depth: 4, breakLength: Infinity, compact: true, maxArrayLength: 20, maxStringLength: 100 });
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)`;
}
