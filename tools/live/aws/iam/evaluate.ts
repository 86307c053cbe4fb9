import { checkConditions } from "./conditions";
import type { Permission } from "./permission";
import type { PolicyDocument, Statement } from "./policy-document";
import { matchesWildcard } from "./wildcard";

/** Decision of a role's policies on a request. */
export interface Decision {
  readonly allowed: boolean;
  /** Reasons for a refusal; empty when allowed. */
  readonly reason: string;
  /** Conditions that were taken as fulfilled without a check, as `StringEquals aws:SourceVpc`. */
  readonly unchecked: readonly string[];
}

/**
 * Evaluates the policies of one role as IAM does: an explicit Deny wins, else one Allow is needed. A condition that cannot
 * be checked lets an Allow stand and a Deny fall, and is reported.
 *
 * @param policies all policies of the role
 * @param permission what is asked for
 */
export function evaluate(policies: readonly PolicyDocument[], permission: Permission): Decision {
  const matches = policies
    .flatMap(({ Statement: statements }) => statements)
    .filter((statement) => covers(statement, permission))
    .map((statement) => ({ statement, ...checkConditions(statement.Condition ?? {}, permission.context ?? {}) }));
  const unchecked = [...new Set(matches.filter(({ holds }) => holds).flatMap((match) => match.unchecked))];
  const deny = matches.find(
    ({ statement, holds, unchecked: open }) => statement.Effect === "Deny" && holds && open.length === 0,
  );
  if (deny !== undefined) {
    return { allowed: false, reason: `a statement denies it${named(deny.statement)}`, unchecked };
  }
  const allows = matches.filter(({ statement }) => statement.Effect === "Allow");
  if (allows.some(({ holds }) => holds)) return { allowed: true, reason: "", unchecked };
  const [failed] = allows;
  const reason =
    failed === undefined
      ? "no policy of the role allows the action on the resource"
      : `the condition of the statement that would allow it does not hold${named(failed.statement)}`;
  return { allowed: false, reason, unchecked };
}

function named({ Sid }: Statement): string {
  return Sid === undefined ? "" : ` (${Sid})`;
}

function covers(statement: Statement, { action, resource }: Permission): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  const onAction = Action === undefined ? !anyMatches(NotAction, action, true) : anyMatches(Action, action, true);
  if (!onAction) return false;
  return Resource === undefined ? !anyMatches(NotResource, resource) : anyMatches(Resource, resource);
}

function anyMatches(patterns: readonly string[] = [], text: string, ignoreCase = false): boolean {
  return patterns.some((pattern) => matchesWildcard(pattern, text, ignoreCase));
}
