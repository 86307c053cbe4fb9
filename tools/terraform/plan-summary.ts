import { parsePlan, type PlanChange as Change, type PlanResource } from "./plan-json";

/** What Terraform would do with a resource. */
export type PlanAction = "no-op" | "create" | "update" | "replace" | "delete" | "read" | "forget";

/** One attribute that differs. Values are shown as text: JSON, `(sensitive)`, `(known after apply)` or `(absent)`. */
export interface AttributeDifference {
  /** Path inside the resource, for example `ingress[0].cidr_blocks[1]`. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** Whether this attribute forces the replacement. */
  readonly forcesReplacement: boolean;
}

/** One resource in a plan. */
export interface ResourcePlan {
  readonly address: string;
  /** The address it moves from, when it moves. */
  readonly previousAddress: string | undefined;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly action: PlanAction;
  /** Attributes that differ; empty for a no-op. */
  readonly differences: readonly AttributeDifference[];
}

/** One output that changes. */
export interface OutputChange {
  readonly name: string;
  readonly action: PlanAction;
  readonly before: string;
  readonly after: string;
}

/** A plan as `terraform show -json` tells it, in the form that reports use. */
export interface PlanSummary {
  readonly terraformVersion: string;
  /** Managed resources and data sources that the plan names, sorted by address. */
  readonly resources: readonly ResourcePlan[];
  /** Outputs that change; unchanged ones are left out. */
  readonly outputs: readonly OutputChange[];
  /** What differs between the state and the real resource, as found by the refresh. */
  readonly drift: readonly ResourcePlan[];
}

/** How many managed resources fall under which action. */
export interface PlanCounts {
  /** All managed resources in the plan. */
  readonly managed: number;
  /** Those that come from another address; they are counted under their action too. */
  readonly moved: number;
  readonly noOp: number;
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly forget: number;
  readonly outputChanges: number;
}

/**
 * Summarizes the output of `terraform show -json <plan>`.
 * @throws z.ZodError when the text is no plan of Terraform 1.x
 */
export function summarizePlan(json: string): PlanSummary {
  const plan = parsePlan(json);
  return {
    terraformVersion: plan.terraform_version,
    resources: plan.resource_changes.map(summarizeResource).sort(byAddress),
    outputs: Object.entries(plan.output_changes)
      .map(([name, change]) => summarizeOutput(name, change))
      .filter((output) => output.action !== "no-op"),
    drift: plan.resource_drift.map(summarizeResource).sort(byAddress),
  };
}

function byAddress(a: ResourcePlan, b: ResourcePlan): number {
  return a.address.localeCompare(b.address);
}

/** Counts a plan's managed resources by action. Data sources are read, never changed, and are not counted. */
export function countPlan(plan: PlanSummary): PlanCounts {
  const managed = plan.resources.filter((resource) => resource.mode === "managed");
  const count = (action: PlanAction): number => managed.filter((resource) => resource.action === action).length;
  return {
    managed: managed.length,
    moved: managed.filter((resource) => resource.previousAddress !== undefined).length,
    noOp: count("no-op"),
    create: count("create"),
    update: count("update"),
    replace: count("replace"),
    delete: count("delete"),
    forget: count("forget"),
    outputChanges: plan.outputs.length,
  };
}

/** Whether the plan changes nothing: every managed resource a no-op (moved or not) and no output changes. */
export function changesNothing(plan: PlanSummary): boolean {
  const counts = countPlan(plan);
  return counts.noOp === counts.managed && counts.outputChanges === 0;
}

function summarizeResource(resource: PlanResource): ResourcePlan {
  const action = actionOf(resource.change.actions);
  return {
    address: resource.address,
    previousAddress: resource.previous_address,
    mode: resource.mode,
    type: resource.type,
    action,
    differences: action === "no-op" ? [] : differencesOf(resource.change),
  };
}

function summarizeOutput(name: string, change: Change): OutputChange {
  const sensitive = holdsTrue(change.before_sensitive) || holdsTrue(change.after_sensitive);
  return {
    name,
    action: actionOf(change.actions),
    before: show(change.before, sensitive, false),
    after: show(change.after, sensitive, change.after_unknown),
  };
}

function actionOf(actions: readonly string[]): PlanAction {
  if (actions.includes("delete") && actions.includes("create")) return "replace";
  const [action] = actions;
  if (actions.length === 1 && isAction(action)) return action;
  throw new Error(`unknown actions in the plan: ${actions.join(", ")}`);
}

function isAction(action: string | undefined): action is PlanAction {
  return ["no-op", "create", "update", "delete", "read", "forget"].includes(action ?? "");
}

type Path = readonly (string | number)[];

/** The four shapes of one value, walked side by side. */
interface Side {
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly beforeSensitive: unknown;
  readonly afterSensitive: unknown;
}

function differencesOf(change: Change): readonly AttributeDifference[] {
  const found: AttributeDifference[] = [];
  const forcing = (change.replace_paths ?? []).map(formatPath);
  const walk = (path: Path, side: Side): void => {
    if (isSame(side)) return;
    const keys = keysToWalk(side);
    if (keys !== undefined && !differsInFormOnly(side)) {
      for (const key of keys) walk([...path, key], child(side, key));
      return;
    }
    const shown = formatPath(path);
    found.push({
      path: shown,
      ...showBoth(side),
      forcesReplacement: forcing.some((prefix) => shown === prefix || isBelow(shown, prefix)),
    });
  };
  walk([], {
    before: change.before,
    after: change.after,
    unknown: change.after_unknown,
    beforeSensitive: change.before_sensitive,
    afterSensitive: change.after_sensitive,
  });
  return found;
}

function showBoth(side: Side): Pick<AttributeDifference, "before" | "after"> {
  const before = holdsTrue(side.beforeSensitive);
  const after = holdsTrue(side.afterSensitive);
  if (before !== after && !holdsTrue(side.unknown) && canonical(side.before) === canonical(side.after)) {
    return before
      ? { before: "(sensitive)", after: "(the same, not sensitive)" }
      : { before: "(not sensitive)", after: "(the same, sensitive)" };
  }
  // A value that is sensitive on one side says too much about the other.
  const sensitive = before || after;
  return { before: show(side.before, sensitive, false), after: show(side.after, sensitive, side.unknown) };
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

function isSame(side: Side): boolean {
  return !holdsTrue(side.unknown) && canonical(side.before) === canonical(side.after) && !isMarkedAnew(side);
}

/** Terraform counts a value that becomes sensitive, or stops being so, as an update even when it stays the same. */
function isMarkedAnew(side: Side): boolean {
  return marks(side.beforeSensitive) !== marks(side.afterSensitive);
}

/** A shape of `*_sensitive` without the parts that say nothing. */
function marks(shape: unknown): string {
  return canonical(onlyTrue(shape) ?? false);
}

function onlyTrue(shape: unknown): unknown {
  if (typeof shape !== "object" || shape === null) return shape === true ? true : undefined;
  const kept = Object.entries(shape)
    .map(([key, inner]) => [key, onlyTrue(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Two JSON texts of one meaning: walking into them would find nothing, so the texts themselves are shown. */
function differsInFormOnly(side: Side): boolean {
  return typeof side.before === "string" && canonical(unwrapJson(side.before)) === canonical(unwrapJson(side.after));
}

/** Keys below which the difference is looked for, or undefined when the value is shown as one. */
function keysToWalk(side: Side): readonly (string | number)[] | undefined {
  if (side.beforeSensitive === true || side.afterSensitive === true || side.unknown === true) return undefined;
  const before = unwrapJson(side.before);
  const after = unwrapJson(side.after);
  if (Array.isArray(before) && Array.isArray(after)) {
    // Elements of lists of different length do not match by position; the whole lists say more.
    return before.length === after.length ? before.map((_, index) => index) : undefined;
  }
  if (isRecord(before) && isRecord(after)) return unionOfKeys(before, after, side.unknown);
  if (isAbsent(before) && isRecord(after)) return presentKeys(after, side.unknown);
  if (isRecord(before) && isAbsent(after) && !holdsTrue(side.unknown)) return presentKeys(before, undefined);
  return undefined;
}

function unionOfKeys(before: object, after: object, unknown: unknown): readonly string[] {
  const keys = [...Object.keys(before), ...Object.keys(after), ...(isRecord(unknown) ? Object.keys(unknown) : [])];
  return [...new Set(keys)].sort();
}

function presentKeys(value: Record<string, unknown>, unknown: unknown): readonly string[] {
  return unionOfKeys(value, {}, unknown).filter((key) => !isAbsent(value[key]) || holdsTrue(valueAt(unknown, key)));
}

function child(side: Side, key: string | number): Side {
  return {
    before: valueAt(unwrapJson(side.before), key),
    after: valueAt(unwrapJson(side.after), key),
    unknown: valueAt(side.unknown, key),
    beforeSensitive: valueAt(side.beforeSensitive, key),
    afterSensitive: valueAt(side.afterSensitive, key),
  };
}

function valueAt(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === "number" ? (value as readonly unknown[])[key] : undefined;
  return isRecord(value) ? value[key] : undefined;
}

/** Policies and container definitions are JSON in a string: what differs inside them is what a reader wants to know. */
export function unwrapJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a shape of `after_unknown` or `*_sensitive` says true anywhere inside. */
function holdsTrue(shape: unknown): boolean {
  if (shape === true) return true;
  if (typeof shape !== "object" || shape === null) return false;
  return Object.values(shape).some(holdsTrue);
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b))) : inner,
  );
}

function show(value: unknown, sensitive: unknown, unknown: unknown): string {
  if (holdsTrue(sensitive)) return "(sensitive)";
  if (unknown === true) return "(known after apply)";
  const rest = holdsTrue(unknown) ? " (parts known after apply)" : "";
  return isAbsent(value) ? `(absent)${rest}` : `${canonical(value)}${rest}`;
}

function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (/^[A-Za-z_][\w-]*$/.test(key)) return text === "" ? key : `${text}.${key}`;
    return `${text}[${JSON.stringify(key)}]`;
  }, "");
}
