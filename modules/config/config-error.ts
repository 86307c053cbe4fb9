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
  const place = cut(file === CONFIG_FILE ? key : `${file} ${key}`, MAX_SHOWN);
  const shown = value === undefined ? "" : ` = ${cut(textOf(value), MAX_SHOWN)}`;
  const line = `${place}${shown}: ${cut(instead, MAX_ADVICE)} [${incident === undefined ? rule : `${rule}, ${incident}`}]`;
  // Whatever the value holds, a finding stays one line, and nothing in it moves the cursor or turns the text around.
  return line.replace(/\s*\n\s*/g, " ").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** Longest place and value that are shown whole; the rest of a longer one says nothing more. */
const MAX_SHOWN = 200;

/** Longest advice that is shown whole; the list of TLS policies is the longest of ours. */
const MAX_ADVICE = 2000;

/** Shows any value: JSON has no NaN, no BigInt and no circle, and says `null` or throws. */
function textOf(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return inspect(value, { depth: 4, breakLength: Infinity, compact: true, maxArrayLength: 20, maxStringLength: 100 });
}

function cut(text: string, maximum: number): string {
  return text.length <= maximum ? text : `${text.slice(0, maximum)}… (${text.length} characters)`;
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}
