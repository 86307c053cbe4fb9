import { parseDocument } from "../plan-values";

/** Attributes of a resource as a plan tells them. */
export type Values = Readonly<Record<string, unknown>>;

/** A permission or a route that a resource gives to others. */
interface Grant {
  /** Parts that must be equal: receiver, port, target. */
  readonly terms: string;
  /** Parts that may hold wildcards: an action and a resource, a path. */
  readonly patterns: readonly string[];
}

/** Compares the permissions and routes that a resource gives before and after an update. */
export interface GrantChange {
  readonly widened: boolean;
  readonly narrowed: boolean;
}

/**
 * Compares the permissions and routes that a resource gives before and after an update. Other attributes are settings: they
 * change how something works, and no order helps.
 *
 * @param type Terraform type of the resource
 */
export function compareGrants(type: string, before: Values, after: Values): GrantChange {
  const [old, now] = [grantsOf(type, before), grantsOf(type, after)];
  return {
    widened: now.some((grant) => !isCovered(grant, old)),
    narrowed: old.some((grant) => !isCovered(grant, now)),
  };
}

function isCovered({ terms, patterns }: Grant, by: readonly Grant[]): boolean {
  return by.some(
    (other) => other.terms === terms && patterns.every((text, index) => matches(text, other.patterns[index] ?? "")),
  );
}

function matches(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return text === pattern || new RegExp(`^${source}$`, "s").test(text);
}

function grantsOf(type: string, values: Values): readonly Grant[] {
  if (type === "aws_security_group") {
    return [...rulesOf("ingress", values.ingress), ...rulesOf("egress", values.egress)];
  }
  if (type === "aws_lb_listener_rule") return routesOf(values);
  return POLICY_ATTRIBUTES.flatMap((attribute) => statementsOf(attribute, parseDocument(asText(values[attribute]))));
}

/** Attributes that hold an IAM policy as JSON text. */
const POLICY_ATTRIBUTES = ["policy", "assume_role_policy"] as const;

function rulesOf(direction: string, rules: unknown): readonly Grant[] {
  return listOf(rules).flatMap((rule) => {
    const { cidr_blocks, ipv6_cidr_blocks, prefix_list_ids, security_groups, self, ...ports } = recordOf(rule);
    const peers = [cidr_blocks, ipv6_cidr_blocks, prefix_list_ids, security_groups].flatMap(listOf);
    const { from_port, to_port, protocol } = ports;
    return [...peers, ...(self === true ? ["self"] : [])].map((peer) => ({
      terms: textOf([direction, from_port, to_port, protocol, peer]),
      patterns: [],
    }));
  });
}

/** A route is what a request must match, and where it goes then. */
function routesOf({ condition, action }: Values): readonly Grant[] {
  const targets = listOf(action).map((one) => recordOf(one).target_group_arn);
  return listOf(condition).flatMap((one) =>
    Object.entries(recordOf(one)).flatMap(([field, matches]) =>
      listOf(matches).flatMap((match) =>
        listOf(recordOf(match).values).map((value) => ({ terms: textOf([field, targets]), patterns: [asText(value)] })),
      ),
    ),
  );
}

/** Each action on each resource apart: one action more in a statement takes nothing away. A denial grants nothing. */
function statementsOf(attribute: string, document: unknown): readonly Grant[] {
  return listOf(recordOf(document).Statement).flatMap((statement) => {
    const { Effect, Action, NotAction, Resource, NotResource, Principal, Condition } = recordOf(statement);
    if (Effect !== "Allow") return [];
    const terms = textOf([attribute, NotAction, NotResource, Principal, Condition]);
    const [actions, resources] = [Action, Resource].map((part) => (part === undefined ? [""] : listOf(part)));
    return (actions ?? []).flatMap((action) =>
      (resources ?? []).map((resource) => ({ terms, patterns: [asText(action), asText(resource)] })),
    );
  });
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : textOf([value]);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function recordOf(value: unknown): Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

function textOf(parts: readonly unknown[]): string {
  return JSON.stringify(parts, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b)))
      : inner,
  );
}
