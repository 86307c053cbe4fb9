/**
 * Takes out of a change what decides on security and on what runs: permissions, images, ingress, routes, and what tasks are
 * told. Everything else stands in the list of differences alone.
 */
import { visible } from "../terminal/visible-text";
import type { MaskedChange } from "./plan-masking";
import {
  bare,
  differencesBetween,
  holdsSecret,
  identity,
  isAbsent,
  isList,
  isObject,
  pairByMeaning,
  show,
  showDifference,
  showPath,
  Unknown,
  valueAt,
  type Difference,
  type PlanObject,
  type PlanValue,
} from "./plan-values";

/** Kinds of highlights, in the order in which reports show them. */
export const HIGHLIGHT_KINDS = ["permission", "image", "ingress", "route", "expiry", "task"] as const;

/** A part of a change that whoever approves should not have to look for. */
export interface Highlight {
  readonly kind: (typeof HIGHLIGHT_KINDS)[number];
  /** The resource. */
  readonly address: string;
  readonly change: "added" | "removed" | "changed";
  /** Text that is added or removed, in full; or its changed parts. */
  readonly text: string;
  /** Of what changes, how it will be as a whole. */
  readonly whole?: string;
  /** Set when a part of it is masked. */
  readonly masked?: true;
}

/** A resource, as far as highlights look at it. */
export interface HighlightedResource {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly string[];
}

/** Something that is compared as one: a statement, a rule, an image. */
interface Item {
  /** Identity of the entry, where a part of it changes. */
  readonly key?: string | undefined;
  readonly value: PlanValue;
  readonly text: string;
}

type Items = (attributes: PlanObject, type: string) => readonly Item[];

/**
 * Finds the highlights of one resource.
 *
 * @param resource what changes
 * @param change its values, masked
 */
export function highlightsOf(resource: HighlightedResource, change: MaskedChange): readonly Highlight[] {
  if (resource.actions.every((action) => action === "no-op" || action === "read")) return [];
  const [before, after] = [attributesOf(change.before), attributesOf(change.after)];
  const items: readonly [Highlight["kind"], Items][] = [
    ["permission", permissions],
    ["image", images],
    ["ingress", traffic],
    ["route", routes],
    ["expiry", expiries],
  ];
  return [
    ...items.flatMap(([kind, find]) =>
      compareItems(kind, resource.address, find(before, resource.type), find(after, resource.type)),
    ),
    ...taskHighlights(resource, change),
  ];
}

function attributesOf(value: PlanValue): PlanObject {
  const object = bare(value);
  return isObject(object) ? object : {};
}

function compareItems(
  kind: Highlight["kind"],
  address: string,
  before: readonly Item[],
  after: readonly Item[],
): readonly Highlight[] {
  const [gone, come] = withoutEqual(before, after);
  const pairs = gone.flatMap((item) => {
    const other = partnerOf(item, gone, come);
    return other === undefined ? [] : [[item, other] as const];
  });
  const paired = new Set(pairs.flat());
  const make = (change: "added" | "removed", item: Item): Highlight => ({
    kind,
    address,
    change,
    text: item.text,
    ...maskedMark(item.value),
  });
  return [
    ...pairs.map(([item, other]) => changedItem(kind, address, item, other)),
    ...gone.filter((item) => !paired.has(item)).map((item) => make("removed", item)),
    ...come.filter((item) => !paired.has(item)).map((item) => make("added", item)),
    ...(kind === "ingress" && before.length > 0 && after.length === 0
      ? [{ kind, address, change: "removed", text: "nothing is let through any more" } as const]
      : []),
  ];
}

/** Each item is taken off once for an equal one on the other side. */
function withoutEqual(before: readonly Item[], after: readonly Item[]): [Item[], Item[]] {
  const come = [...after];
  const gone = before.filter((item) => {
    const index = come.findIndex((other) => identity(other.value) === identity(item.value));
    if (index >= 0) come.splice(index, 1);
    return index < 0;
  });
  return [gone, come];
}

function partnerOf(item: Item, gone: readonly Item[], come: readonly Item[]): Item | undefined {
  if (item.key === undefined) return gone.length === 1 && come.length === 1 ? come[0] : undefined;
  const same = come.filter(({ key }) => key === item.key);
  return same.length === 1 && gone.filter(({ key }) => key === item.key).length === 1 ? same[0] : undefined;
}

function changedItem(kind: Highlight["kind"], address: string, before: Item, after: Item): Highlight {
  const differences = differencesBetween(before.value, after.value, { pairLists: pairByMeaning });
  const texts = differences.flatMap((difference) => {
    const [one, other] = [bare(difference.before), bare(difference.after)];
    const path = showPath(difference.path);
    if (isList(one) && isList(other)) return listChange(path, one, other);
    const shown = showDifference(difference);
    const list = showPath(difference.path.slice(0, -1));
    if (typeof difference.path.at(-1) === "number" && isAbsent(one)) return [`${list} adds ${shown.after}`];
    if (typeof difference.path.at(-1) === "number" && isAbsent(other)) return [`${list} removes ${shown.before}`];
    return [path === "" ? `${before.text} becomes ${after.text}` : `${path}: ${shown.before} -> ${shown.after}`];
  });
  return {
    kind,
    address,
    change: "changed",
    text: texts.join("; "),
    whole: after.text,
    ...maskedMark(before.value, after.value),
  };
}

function listChange(path: string, before: readonly PlanValue[], after: readonly PlanValue[]): readonly string[] {
  const [was, is] = [before.map(identity), after.map(identity)];
  const added = after.filter((value) => !was.includes(identity(value))).map(show);
  const removed = before.filter((value) => !is.includes(identity(value))).map(show);
  if (added.length + removed.length === 0) return [`${path}: ${show(before)} -> ${show(after)}`];
  return [
    ...(added.length === 0 ? [] : [`${path} adds ${added.join(", ")}`]),
    ...(removed.length === 0 ? [] : [`${path} removes ${removed.join(", ")}`]),
  ];
}

function maskedMark(...values: readonly PlanValue[]): { masked?: true } {
  return values.some(holdsSecret) ? { masked: true } : {};
}

/** Attributes with a policy of IAM. */
const POLICIES: readonly string[] = [
  "policy",
  "assume_role_policy",
  "policy_document",
  "access_policy",
  "resource_policy",
];

const permissions: Items = (attributes, type) => {
  if (type === "aws_ecr_lifecycle_policy") return [];
  const found: Item[] = [];
  for (const name of POLICIES) found.push(...statementsOf(attributes[name], name === "assume_role_policy"));
  const inline = bare(attributes.inline_policy);
  if (isList(inline)) for (const one of inline) found.push(...statementsOf(valueAt(one, ["policy"]), false));
  const holder = ["role", "user", "group"].flatMap((name) => (isAbsent(attributes[name]) ? [] : [attributes[name]]));
  for (const [name, word] of Object.entries(GRANTS)) {
    const values = bare(attributes[name]);
    for (const value of isList(values) ? values : [attributes[name]]) {
      // What AWS fills in for a role that has none is unknown before.
      if (isAbsent(value) || value === "" || (value instanceof Unknown && name !== "policy_arn")) continue;
      const text = `${word} ${oneOrMany(value)}${holder.map((one) => ` of ${oneOrMany(one)}`).join("")}`;
      found.push({ key: isList(values) ? undefined : name, value: [value, ...holder], text });
    }
  }
  // What grants or guards something and has no statement of its own: who may do what is decided by its mere presence.
  if (OTHER_GRANTS.test(type) && found.length === 0 && Object.keys(attributes).length > 0) {
    const value = chosen(attributes);
    found.push({ key: type, value, text: `${type} ${show(value)}` });
  }
  return found;
};

/** Attributes by which something is allowed that stands elsewhere. */
const GRANTS: Readonly<Record<string, string>> = {
  managed_policy_arns: "managed policy",
  permissions_boundary: "permissions boundary",
  policy_arn: "attached policy",
};

const OTHER_GRANTS =
  /^aws_(iam_(?!role$|policy$|role_policy$|service_linked_role$)\w+|s3_bucket_(public_access_block|acl|ownership_controls)|lambda_permission|kms_grant)$/;

function statementsOf(value: PlanValue, isTrust: boolean): readonly Item[] {
  if (isAbsent(value)) return [];
  const prefix = isTrust ? "trust: " : "";
  const document = bare(value);
  if (document instanceof Unknown || !isObject(document) || isAbsent(document.Statement)) {
    return [{ key: prefix, value, text: `${prefix}the policy as a whole: ${show(value)}` }];
  }
  const list = bare(document.Statement);
  return (isList(list) ? list : [list]).map((statement) => {
    const sid = valueAt(statement, ["Sid"]);
    return {
      key: typeof sid === "string" && sid !== "" ? `${prefix}${sid}` : undefined,
      value: statement,
      text: `${prefix}${statementText(statement)}`,
    };
  });
}

/** A statement in the words of IAM, with nothing left out. */
function statementText(statement: PlanValue): string {
  const object = bare(statement);
  if (!isObject(object)) return show(statement);
  const { Effect, Action, NotAction, Principal, NotPrincipal, Resource, NotResource, Condition, Sid, ...rest } = object;
  const part = (word: string, value: PlanValue): readonly string[] =>
    isAbsent(value) ? [] : [`${word}${oneOrMany(value)}`];
  return [
    oneOrMany(Effect),
    ...part("", Action),
    ...part("everything but ", NotAction),
    ...part("by ", Principal),
    ...part("by everyone but ", NotPrincipal),
    ...part("on ", Resource),
    ...part("on everything but ", NotResource),
    ...(isAbsent(Condition) ? [] : [`if ${show(Condition)}`]),
    ...(Object.keys(rest).length === 0 ? [] : [`and ${show(rest)}`]),
    ...(isAbsent(Sid) ? [] : [`(${oneOrMany(Sid)})`]),
  ].join(" ");
}

function oneOrMany(value: PlanValue): string {
  const inner = bare(value);
  if (typeof inner === "string") return visible(inner);
  return isList(inner) ? inner.map(oneOrMany).join(", ") : show(inner);
}

const images: Items = (attributes) =>
  containersOf(attributes).map((container) => {
    const [name, image] = [valueAt(container, ["name"]), valueAt(container, ["image"])];
    const value = { container: name, image: imageParts(image) };
    return { key: oneOrMany(name), value, text: `container ${oneOrMany(name)}: ${imageText(image)}` };
  });

function containersOf(attributes: PlanObject): readonly PlanValue[] {
  const containers = bare(attributes.container_definitions);
  return isList(containers) ? containers : [];
}

function imageParts(image: PlanValue): PlanValue {
  if (typeof image !== "string") return image;
  const [, repository = image, tag = "(none)", digest = "(none)"] =
    /^(.*?)(?::([\w.-]+))?(?:@(\w+:[0-9a-f]+))?$/.exec(image) ?? [];
  return { repository, tag, digest };
}

function imageText(image: PlanValue): string {
  const parts = imageParts(image);
  if (!isObject(parts)) return show(image);
  return `repository ${oneOrMany(parts.repository)}, tag ${oneOrMany(parts.tag)}, digest ${oneOrMany(parts.digest)}`;
}

/** Rules of security groups and network ACLs, inside the group or as resources of their own. */
const traffic: Items = (attributes, type) => {
  if (/^aws_(default_)?(security_group|network_acl)$/.test(type)) {
    return (["ingress", "egress"] as const).flatMap((direction) => {
      const rules = bare(attributes[direction]);
      return (isList(rules) ? rules : isAbsent(rules) ? [] : [rules]).map((rule) => ({
        value: { direction, rule },
        text: ruleText(direction, attributesOf(rule)),
      }));
    });
  }
  const direction =
    TRAFFIC_RULES[type] ?? (type === "aws_security_group_rule" ? oneOrMany(attributes.type) : undefined);
  if (direction === undefined || Object.keys(attributes).length === 0) return [];
  return [{ key: "rule", value: chosen(attributes), text: ruleText(direction, attributes) }];
};

const TRAFFIC_RULES: Readonly<Record<string, string>> = {
  aws_vpc_security_group_ingress_rule: "ingress",
  aws_vpc_security_group_egress_rule: "egress",
  aws_network_acl_rule: "network ACL",
};

const RULE_SOURCES = [
  "cidr_blocks",
  "ipv6_cidr_blocks",
  "cidr_block",
  "ipv6_cidr_block",
  "cidr_ipv4",
  "cidr_ipv6",
  "prefix_list_ids",
  "prefix_list_id",
  "security_groups",
  "referenced_security_group_id",
  "source_security_group_id",
];

function ruleText(direction: string, rule: PlanObject): string {
  const { from_port: from, to_port: to, protocol = rule.ip_protocol, self, description, ...rest } = rule;
  const sources = RULE_SOURCES.flatMap((name) => {
    const value = bare(rest[name]);
    return isAbsent(value) || value === "" || (isList(value) && value.length === 0) ? [] : [oneOrMany(value)];
  });
  const more = Object.fromEntries(
    Object.entries(chosen(rest)).filter(([name]) => !RULE_SOURCES.includes(name) && name !== "ip_protocol"),
  );
  const ports = show(from) === show(to) ? `port ${show(from)}` : `ports ${show(from)} to ${show(to)}`;
  return [
    `${direction} ${oneOrMany(protocol)} ${ports} ${direction === "egress" ? "to" : "from"}`,
    [...(self === true ? ["the group itself"] : []), ...sources].join(", ") || "nowhere",
    ...(isAbsent(description) || description === "" ? [] : [`(${oneOrMany(description)})`]),
    ...(Object.keys(more).length === 0 ? [] : [show(more)]),
  ].join(" ");
}

const ROUTE_TYPES = /^aws_(a?lb_listener|a?lb_listener_rule|a?lb_listener_certificate|route|route53_record)$/;

const routes: Items = (attributes, type) => {
  if (type === "aws_route_table" || type === "aws_default_route_table") {
    const list = bare(attributes.route);
    return (isList(list) ? list : []).map((route) => ({
      value: route,
      text: `network route ${show(chosen(attributesOf(route)))}`,
    }));
  }
  if (!ROUTE_TYPES.test(type) || Object.keys(attributes).length === 0) return [];
  const value = chosen(attributes);
  return [{ key: "route", value, text: routeText(value) }];
};

function routeText({ priority, condition, action, ...rest }: PlanObject): string {
  const conditions = bare(condition);
  const actions = bare(action);
  return [
    ...(isAbsent(priority) ? [] : [`priority ${show(priority)}`]),
    ...(isList(conditions) ? [`if ${conditions.map((one) => show(chosen(attributesOf(one)))).join(" and ")}`] : []),
    ...(isList(actions) ? [`then ${actions.map((one) => show(chosen(attributesOf(one)))).join(", ")}`] : []),
    ...(Object.keys(rest).length === 0 ? [] : [show(rest)]),
  ].join(" ");
}

/** Rules that delete objects, images or logs by themselves. */
const expiries: Items = (attributes, type) => {
  if (type === "aws_cloudwatch_log_group") {
    const days = attributes.retention_in_days;
    return isAbsent(days)
      ? []
      : [{ key: "days", value: { days }, text: `logs are kept ${show(days)} days (0: forever)` }];
  }
  const rules = {
    aws_ecr_lifecycle_policy: valueAt(attributes, ["policy", "rules"]),
    aws_s3_bucket_lifecycle_configuration: attributes.rule,
  }[type];
  const list = bare(rules);
  return (isList(list) ? list : []).map((rule) => {
    const [id, priority] = [valueAt(rule, ["id"]), valueAt(rule, ["rulePriority"])];
    return { key: show(isAbsent(id) ? priority : id), value: rule, text: `rule ${show(chosenBelow(bare(rule)))}` };
  });
};

/** Attributes that AWS computes or that every resource has, which say nothing of a choice. */
const NOT_CHOSEN: ReadonlySet<string> = new Set(["arn", "id", "tags_all", "unique_id", "create_date"]);

/** The attributes of something that were chosen: known, not empty, not made up by AWS. Also below. */
function chosen(attributes: PlanObject): PlanObject {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name, value]) => !NOT_CHOSEN.has(name) && !isEmpty(value))
      .map(([name, value]) => [name, chosenBelow(value)]),
  );
}

function chosenBelow(value: PlanValue): PlanValue {
  if (isList(value)) return value.map(chosenBelow);
  return isObject(value) ? chosen(value) : value;
}

function isEmpty(value: PlanValue): boolean {
  const inner = bare(value);
  if (isAbsent(inner) || inner === "" || (isList(inner) && inner.length === 0)) return true;
  return isObject(inner) && Object.values(inner).every(isEmpty);
}

/** Of tasks and services every change counts, but for images, which have their own section, and what AWS makes up. */
function taskHighlights({ address, type, actions }: HighlightedResource, change: MaskedChange): readonly Highlight[] {
  if (!/^aws_ecs_(task_definition|service)$/.test(type)) return [];
  if (actions.join() === "create" || actions.join() === "delete") return [];
  return differencesBetween(change.before, change.after, { pairLists: pairByMeaning }).flatMap((difference) => {
    const path = showPath(difference.path);
    if (/^container_definitions\[[^\]]*\]\.image$|^tags/.test(path)) return [];
    if (bare(difference.after) instanceof Unknown && AWS_MAKES.has(path)) return [];
    const { before, after } = showDifference(withoutOwnName(difference));
    const changeKind = isAbsent(difference.before) ? "added" : isAbsent(difference.after) ? "removed" : "changed";
    if (isEmpty(difference.before) && isEmpty(difference.after)) return [];
    const values = { added: after, removed: before, changed: `${before} -> ${after}` }[changeKind];
    return [
      {
        kind: "task" as const,
        address,
        change: changeKind,
        text: `${path}: ${values}`,
        ...maskedMark(difference.before, difference.after),
      },
    ];
  });
}

/** A variable is named by its path already; what is left is its value. */
function withoutOwnName({ path, ...sides }: Difference): Difference {
  const last = path.at(-1);
  const valueOf = (value: PlanValue): PlanValue => {
    const object = bare(value);
    if (typeof last !== "object" || !isObject(object) || object.name !== last.label) return value;
    const [only, ...others] = Object.keys(object).filter((key) => key !== "name");
    return only === undefined || others.length > 0 ? value : object[only];
  };
  return { path, before: valueOf(sides.before), after: valueOf(sides.after) };
}

const AWS_MAKES: ReadonlySet<string> = new Set([
  "arn",
  "arn_without_revision",
  "enable_fault_injection",
  "id",
  "revision",
  "task_definition",
]);
