import type { Finding } from "../../modules/config/config-error";
import type { Problem } from "../finding";
import type { IncidentId } from "../incidents";
import { leavesOf, valueAt, type Leaf } from "../plain-object";
import type { ServiceSources, YamlFile } from "../service-sources";

/** A service's config, as its rules look at it. */
export interface ConfigView {
  readonly sources: ServiceSources;
  /** The value at a key path, with variables put in. */
  readonly get: (key: string) => unknown;
  /** The text at a key path as it is written, variables and all. */
  readonly raw: (key: string) => unknown;
  readonly leaves: readonly Leaf[];
}

/** Rule about the content of a config; it has a name so that people can look it up and talk about it. */
export interface LintRule {
  readonly name: string;
  /** @default - none */
  readonly incident?: IncidentId;
  readonly find: (view: ConfigView) => readonly Problem[];
}

/** Name and incident of a rule. */
export type RuleId = Pick<LintRule, "name" | "incident">;

/**
 * A key that must not be there.
 *
 * @param id name and incident
 * @param key its path
 * @param instead what to write instead, and why
 */
export function forbidden(id: RuleId, key: string, instead: string): LintRule {
  return {
    ...id,
    find: ({ get }) => (get(key) === undefined ? [] : [{ key, value: get(key), instead }]),
  };
}

/**
 * A key that must be there with the right value.
 *
 * @param id name and incident
 * @param key its path
 * @param isRight whether a value is right; it gets undefined for a missing key
 * @param instead what to write, and why
 */
export function required(
  id: RuleId,
  key: string,
  isRight: (value: unknown, view: ConfigView) => boolean,
  instead: string | ((view: ConfigView) => string),
): LintRule {
  return {
    ...id,
    find: (view) => {
      const value = view.get(key);
      if (isRight(value, view)) return [];
      return [{ key, value, instead: typeof instead === "string" ? instead : instead(view) }];
    },
  };
}

/** Each leaf of the config that is wrong. */
export function eachLeaf(
  id: RuleId,
  isWrong: (leaf: Leaf, view: ConfigView) => boolean,
  instead: (leaf: Leaf, view: ConfigView) => string,
): LintRule {
  return {
    ...id,
    find: (view) =>
      view.leaves
        .filter((leaf) => isWrong(leaf, view))
        .map((leaf) => ({ key: leaf.path.join("."), value: leaf.value, instead: instead(leaf, view) })),
  };
}

/**
 * Runs rules on a config.
 *
 * @param rules the rules
 * @param sources the service
 * @param config its config
 */
export function applyRules(rules: readonly LintRule[], sources: ServiceSources, config: YamlFile): readonly Finding[] {
  const view: ConfigView = {
    sources,
    get: (key) => valueAt(config.value, key),
    raw: (key) => valueAt(config.raw, key),
    leaves: leavesOf(config.value),
  };
  return rules.flatMap(({ name, incident, find }) =>
    find(view).map((problem) => ({
      rule: name,
      file: config.file.path,
      ...problem,
      ...(incident === undefined ? {} : { incident }),
    })),
  );
}
