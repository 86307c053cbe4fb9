import { HARMLESS_REPLACEMENTS } from "../harmless-replacements";
import type { PlanJson, PlanResource } from "../plan-json";
import { compareGrants, type Values } from "./grants";

/** Effect of one change in a layer on the layers that come after it. */
export interface Effect {
  readonly kind: "adds" | "takes away";
  readonly address: string;
  /** Kind of the change, for people: `deleted`, `replaced`, `narrowed`, `created`, `widened`. */
  readonly verb: string;
  /** Texts by which others refer to the resource: its ARN, or its id where it has none, and addresses it is reached by. */
  readonly own: readonly string[];
  /** The same of the resources of its layer that it belongs to: the role of a policy, the target group of a rule. */
  readonly parents: readonly string[];
  /** True if Terraform can leave it out of an apply: a deletion can be, what a resource does in one step cannot. */
  readonly separable: boolean;
}

/**
 * The effects of a layer's plan on others. Settings, such as a health check's interval, have none; neither has a replacement
 * that loses nothing.
 */
export function effectsOf(plan: PlanJson): readonly Effect[] {
  const managed = plan.resource_changes.filter(({ mode }) => mode === "managed");
  const owners = managed.map(({ address, change }) => ownerOf(address, valuesOf(change.before)));
  return managed.flatMap((resource) => {
    const { address, type, change } = resource;
    const [before, after] = [valuesOf(change.before), valuesOf(change.after)];
    const effect = (kind: Effect["kind"], verb: string, values: Values | undefined): Effect => ({
      kind,
      address,
      verb,
      own: namesOf(before),
      parents: owners
        .filter(({ references }) => mentionsAny(partOf(type, values), references, "whole"))
        .flatMap(({ names }) => names),
      separable: verb === "deleted",
    });
    return kindsOf(resource).map(([kind, verb]) => effect(kind, verb, kind === "adds" ? after : before));
  });
}

/** Attribute that names the parent of a resource, by type: a user of the parent uses the resource too. */
const PART_OF: Readonly<Record<string, string>> = {
  aws_iam_role_policy: "role",
  aws_iam_role_policy_attachment: "role",
  aws_lb_listener_rule: "action",
  aws_security_group_rule: "security_group_id",
  aws_vpc_security_group_ingress_rule: "security_group_id",
  aws_vpc_security_group_egress_rule: "security_group_id",
  aws_s3_bucket_policy: "bucket",
  aws_ecr_repository_policy: "repository",
};

function partOf(type: string, values: Values | undefined): unknown {
  const attribute = PART_OF[type];
  return attribute === undefined ? undefined : values?.[attribute];
}

/** A resource to which others of its layer may belong; these refer to some by ARN and to some by id. */
function ownerOf(address: string, values: Values | undefined) {
  const references = [values?.arn, values?.id].filter(isName);
  return { address, references, names: namesOf(values) };
}

function kindsOf({ type, change }: PlanResource): readonly (readonly [Effect["kind"], string])[] {
  const { actions } = change;
  const isReplaced = actions.includes("create") && actions.includes("delete");
  if (isReplaced && type in HARMLESS_REPLACEMENTS) return [];
  if (isReplaced) {
    return [
      ["takes away", "replaced"],
      ["adds", "replaced"],
    ];
  }
  if (actions.includes("delete")) return [["takes away", "deleted"]];
  if (actions.includes("create")) return [["adds", "created"]];
  if (!actions.includes("update")) return [];
  const { widened, narrowed } = compareGrants(type, valuesOf(change.before) ?? {}, valuesOf(change.after) ?? {});
  return [
    ...(narrowed && !isUnknownAnywhere(change.after_unknown) ? [["takes away", "narrowed"] as const] : []),
    ...(widened ? [["adds", "widened"] as const] : []),
  ];
}

/** A value that is not known yet cannot be said to be gone. */
function isUnknownAnywhere(unknown: unknown): boolean {
  if (typeof unknown !== "object" || unknown === null) return unknown === true;
  return Object.values(unknown).some(isUnknownAnywhere);
}

/** Attributes by which other resources reach one, beside its ARN. */
const REACHED_BY = ["repository_url", "dns_name", "cluster_address", "configuration_endpoint", "endpoint"] as const;

/** Ids shorter than this say too little to be found in a text. */
const SHORTEST_NAME = 6;

function namesOf(values: Values | undefined): readonly string[] {
  if (values === undefined) return [];
  const { arn, id } = values;
  const identity = typeof arn === "string" && arn !== "" ? [arn] : [id];
  // A security group, a subnet and a VPC are referred to by id although they have an ARN.
  const generated = typeof id === "string" && /^[a-z]+-[0-9a-z]{8,}$/.test(id) ? [id] : [];
  return [...new Set([...identity, ...generated, ...REACHED_BY.map((name) => values[name])])].filter(isName);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length >= SHORTEST_NAME;
}

/**
 * Tests if a resource's attributes name one of these, as a value of their own or inside a text such as a container definition.
 *
 * @param values attributes
 * @param names ARNs, ids or addresses
 * @param how `whole`: as a value of its own alone
 */
export function mentionsAny(
  values: unknown,
  names: readonly string[],
  how: "whole" | "anywhere" = "anywhere",
): boolean {
  if (typeof values === "string") {
    return names.some((name) => values === name || (how === "anywhere" && mentions(values, name)));
  }
  if (typeof values !== "object" || values === null) return false;
  return Object.values(values).some((inner) => mentionsAny(inner, names, how));
}

/** A name that goes on is another one: `role/lgtm-prod-mimir` is not in `role/lgtm-prod-mimir-ruler`. */
function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before, after] = [text[at - 1] ?? "", text[at + name.length] ?? ""];
    if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true;
  }
  return false;
}

function valuesOf(value: unknown): Values | undefined {
  return typeof value === "object" && value !== null ? (value as Values) : undefined;
}
