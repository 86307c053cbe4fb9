import type { ConfigFinding } from "../modules/config/config-error";

/**
 * A finding.
 *
 * @param path where, `network.vpcCidr`
 * @param value what is there
 * @param rule what is allowed
 */
export function finding(path: string, value: unknown, rule: string): ConfigFinding {
  return { path, value, rule };
}

/**
 * A finding for each value that an earlier path has too.
 *
 * @param values path and value, in the order in which the first of equals is the right one
 */
export function repeated(values: readonly (readonly [path: string, value: unknown])[]): readonly ConfigFinding[] {
  return values.flatMap(([path, value], index) => {
    const first = values.slice(0, index).find(([, other]) => other === value);
    return first === undefined ? [] : [finding(path, value, `must differ from ${first[0]}`)];
  });
}
