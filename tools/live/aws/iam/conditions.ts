import { matchesWildcard } from "./wildcard";

/** Result of evaluating the conditions of one statement. */
export interface ConditionResult {
  /** True if all conditions that could be checked hold. */
  readonly holds: boolean;
  /** Those that could not be checked, as `StringEquals aws:SourceVpc`. */
  readonly unchecked: readonly string[];
}

type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
type Test = (value: string, wanted: readonly string[]) => boolean;

const equal: Test = (value, wanted) => wanted.includes(value);
const like: Test = (value, wanted) => wanted.some((pattern) => matchesWildcard(pattern, value));

/** Operators that compare texts; the negated ones hold, as in IAM, when the request lacks the key. */
const OPERATORS: Readonly<Record<string, { readonly test: Test; readonly negated: boolean }>> = {
  StringEquals: { test: equal, negated: false },
  StringNotEquals: { test: equal, negated: true },
  StringLike: { test: like, negated: false },
  StringNotLike: { test: like, negated: true },
  ArnEquals: { test: like, negated: false },
  ArnLike: { test: like, negated: false },
};

/**
 * Checks the conditions of a statement. Keys compare without case, as in IAM.
 *
 * @param conditions the statement's
 * @param context the keys that are known for the request
 */
export function checkConditions(
  conditions: Conditions,
  context: Readonly<Record<string, string | undefined>>,
): ConditionResult {
  const known = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  const unchecked: string[] = [];
  let holds = true;
  for (const [operator, byKey] of Object.entries(conditions)) {
    for (const [key, wanted] of Object.entries(byKey)) {
      const result = known.has(key.toLowerCase()) ? check(operator, known.get(key.toLowerCase()), wanted) : undefined;
      if (result === undefined) unchecked.push(`${operator} ${key}`);
      else holds &&= result;
    }
  }
  return { holds, unchecked };
}

/** Undefined for an operator that is not known here. A key here has one value, so "for all" and "for any" differ without one. */
function check(operator: string, value: string | undefined, wanted: readonly string[]): boolean | undefined {
  const [, quantity, plain = operator] = /^(?:(ForAllValues|ForAnyValue):)?(.*)$/.exec(operator) ?? [];
  if (quantity !== undefined && value === undefined) return quantity === "ForAllValues";
  return compare(plain, value, wanted);
}

function compare(operator: string, value: string | undefined, wanted: readonly string[]): boolean | undefined {
  if (operator === "Null") return (value === undefined) === (wanted[0] === "true");
  const ifExists = operator.endsWith("IfExists");
  const known = OPERATORS[ifExists ? operator.slice(0, -"IfExists".length) : operator];
  if (known === undefined) return undefined;
  if (value === undefined) return ifExists || known.negated;
  return known.test(value, wanted) !== known.negated;
}
