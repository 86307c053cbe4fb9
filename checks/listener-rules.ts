/** Parts of a listener rule that decide if it takes a request. */
export interface RuleConditions {
  /** The lowest number is tried first. */
  readonly priority: number;
  /** Path patterns; one that matches is enough. */
  readonly paths: readonly string[];
}

/**
 * The rule that takes a request: the first, by priority, with a pattern that matches its path.
 *
 * @param rules the rules of a listener in any order
 * @param requestTarget what the request line names: the path, with or without a query
 * @returns undefined when the listener's default action takes the request
 */
export function firstMatchingRule<Rule extends RuleConditions>(
  rules: readonly Rule[],
  requestTarget: string,
): Rule | undefined {
  const path = pathOf(requestTarget);
  return [...rules]
    .sort((left, right) => left.priority - right.priority)
    .find((rule) => rule.paths.some((pattern) => matchesPathPattern(pattern, path)));
}

/**
 * Tests if a path pattern of a listener rule matches a path, as AWS does it: case-sensitive, over the whole path, `*` for
 * any number of characters (slashes too) and `?` for exactly one. Nothing is decoded or normalized.
 *
 * @param pattern value of a `path-pattern` condition
 * @param path path of a request, without its query, which path patterns never see
 */
export function matchesPathPattern(pattern: string, path: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(path);
}

function pathOf(requestTarget: string): string {
  const query = requestTarget.indexOf("?");
  return query === -1 ? requestTarget : requestTarget.slice(0, query);
}
