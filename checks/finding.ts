import { CONFIG_FILE, type Finding } from "../modules/config/config-error";

/** Something wrong at a key; the rule that looks for it gives it a name. */
export interface Problem extends Pick<Finding, "key" | "value" | "instead"> {
  /** @default "common.config.ts" */
  readonly file?: string;
}

/** Rules about one subject, by the name that a finding carries. */
export type Rules<Subject> = Readonly<Record<string, (subject: Subject) => readonly Problem[]>>;

/**
 * Applies all rules.
 *
 * @param rules the rules by name
 * @param subject what they look at
 */
export function applyRules<Subject>(rules: Rules<Subject>, subject: Subject): readonly Finding[] {
  return Object.entries(rules).flatMap(([rule, find]) =>
    find(subject).map((found) => ({ rule, file: CONFIG_FILE, ...found })),
  );
}

/**
 * Makes a problem of common.config.ts.
 *
 * @param key path of the value, `network.vpcCidr`
 * @param value the value
 * @param instead the values allowed
 */
export function problem(key: string, value: unknown, instead: string): Problem {
  return { key, value, instead };
}

/**
 * Finds each value that stands at an earlier place too.
 *
 * @param values the values with their places, in the order in which the first of equals is the right one
 */
export function repeated(values: readonly Omit<Problem, "instead">[]): readonly Problem[] {
  return values.flatMap((each, index) => {
    const first = values.slice(0, index).find(({ value }) => value === each.value);
    return first === undefined ? [] : [{ ...each, instead: `must differ from ${placeOf(first)}` }];
  });
}

/**
 * Names a place in one text: the key, after the file if that is not common.config.ts.
 *
 * @param place the place
 */
export function placeOf({ file, key }: Pick<Problem, "file" | "key">): string {
  return file === undefined ? key : `${file} ${key}`;
}

/**
 * Writes a path in the configuration as one text, `network.zones[0].name`; keys that would be misread are quoted.
 *
 * @param parts keys and indexes
 */
export function pathText(parts: readonly PropertyKey[]): string {
  const text = parts.map((part) => {
    if (typeof part === "number") return `[${part}]`;
    const key = String(part);
    return /^[^\s.[\]"]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  });
  return text.join("").replace(/^\./, "");
}
