import type { PlanChange, PlanJson, PlanResource } from "../terraform/plan-json";
import { unwrapJson } from "../terraform/plan-summary";
import type { Placeholder } from "../terraform/provisional/placeholder";

/** A placeholder with the value that its layer has put out by now. */
export interface Filled extends Placeholder {
  /** Undefined: the layer did not put it out. */
  readonly actual: unknown;
}

/** One point in which a plan is not what was approved. */
export interface PlanDifference {
  readonly address: string;
  /** Path inside the resource, `action` or `address`. */
  readonly path: string;
  /** As text; sensitive values are masked. */
  readonly approved: string;
  readonly now: string;
}

/** How two plans are compared. */
export interface ComparisonOptions {
  /** An apply stopped half way: what was approved may be done already. @default false */
  readonly partlyDone?: boolean;
}

/**
 * Compares an approved plan with the plan that was made anew: a provisional one once its upstream was applied, or one
 * that was applied in part. They are the same only if placeholders, and nothing else, got values, and exactly those that
 * the upstream has put out.
 *
 * @param approved the approved plan
 * @param fresh the new plan
 * @param filled the approved plan's placeholders with their values
 * @returns all differences; none: the approval covers the new plan
 */
export function comparePlans(
  approved: PlanJson,
  fresh: PlanJson,
  filled: readonly Filled[],
  { partlyDone = false }: ComparisonOptions = {},
): readonly PlanDifference[] {
  const [before, after] = [managed(approved), managed(fresh)];
  const outputsBefore = { ...approved.output_changes };
  if (partlyDone) {
    for (const [address, { change }] of before) {
      if (actionText(change) === "delete" && !after.has(address)) before.delete(address);
    }
    for (const [name, change] of Object.entries(outputsBefore)) {
      if (actionText(change) === "delete" && fresh.output_changes[name] === undefined) delete outputsBefore[name];
    }
  }
  const addresses = [...new Set([...before.keys(), ...after.keys()])].sort();
  const names = [...new Set([...Object.keys(outputsBefore), ...Object.keys(fresh.output_changes)])].sort();
  return [
    ...addresses.flatMap((address) =>
      compareResource(address, before.get(address), after.get(address), filled, partlyDone),
    ),
    ...names.flatMap((name) =>
      compareChange(`output ${name}`, outputsBefore[name], fresh.output_changes[name], filled, partlyDone),
    ),
  ];
}

function managed(plan: PlanJson): Map<string, PlanResource> {
  return new Map(
    plan.resource_changes.filter(({ mode }) => mode === "managed").map((resource) => [resource.address, resource]),
  );
}

function compareResource(
  address: string,
  approved: PlanResource | undefined,
  now: PlanResource | undefined,
  filled: readonly Filled[],
  partlyDone: boolean,
): readonly PlanDifference[] {
  const moved = [approved, now].map((resource) => resource?.previous_address ?? "(not moved)");
  const isMoved = approved !== undefined && now !== undefined && !(partlyDone && now.previous_address === undefined);
  return [
    ...(isMoved ? differing(address, "moved from", moved[0], moved[1]) : []),
    ...compareChange(address, approved?.change, now?.change, filled, partlyDone),
  ];
}

function compareChange(
  address: string,
  approved: PlanChange | undefined,
  now: PlanChange | undefined,
  filled: readonly Filled[],
  partlyDone: boolean,
): readonly PlanDifference[] {
  const actions = differing(address, "action", actionText(approved), actionText(now));
  if (approved === undefined || now === undefined) return actions;
  const doesNothing = actionText(now) === "no-op";
  // An upstream value that was unknown may turn out to be what it was: nothing is done where a change was approved.
  const mayDoNothing = ["update", "delete, then create", "create, then delete", ...(partlyDone ? ["create"] : [])];
  if (actions.length > 0 && !(doesNothing && mayDoNothing.includes(actionText(approved)))) return actions;
  if (actions.length === 0 && doesNothing) return [];
  return new Comparison(address, filled, doesNothing || partlyDone).compare([], sideOf(approved), sideOf(now));
}

function actionText(change: PlanChange | undefined): string {
  if (change === undefined) return "(not in the plan)";
  // Both orders of a replacement are written out: which comes first matters to what is in use.
  return change.actions.join(", then ");
}

function differing(address: string, path: string, approved = "", now = ""): readonly PlanDifference[] {
  return approved === now ? [] : [{ address, path, approved, now }];
}

/** One side of the comparison, walked value by value. */
interface Side {
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly sensitive: unknown;
}

function sideOf(change: PlanChange): Side {
  const { before, after, after_unknown: unknown } = change;
  return { before, after, unknown, sensitive: mergeMarks(change.before_sensitive, change.after_sensitive) };
}

type Path = readonly (string | number)[];

class Comparison {
  constructor(
    private readonly address: string,
    private readonly filled: readonly Filled[],
    /**
     * Whether what was unknown may be known by now: the new plan leaves the resource as it is, or what it hangs on was
     * made by the same approved plan before that stopped.
     */
    private readonly mayBeKnown: boolean,
  ) {}

  compare(path: Path, approved: Side, now: Side): readonly PlanDifference[] {
    if (this.isSame(approved, now) || (this.mayBeKnown && approved.unknown === true)) return [];
    const keys = keysBelow(approved, now);
    if (keys !== undefined) {
      return keys.flatMap((key) => this.compare([...path, key], below(approved, key), below(now, key)));
    }
    // What neither plan touches may move by itself, such as a count that others own.
    if (isUntouched(approved) && isUntouched(now)) return [];
    const sensitive = holdsTrue(approved.sensitive) || holdsTrue(now.sensitive);
    return [
      {
        address: this.address,
        path: pathText(path),
        approved: show(approved, sensitive),
        now: show(now, sensitive),
      },
    ];
  }

  private isSame(approved: Side, now: Side): boolean {
    if (canonical(onlyTrue(approved.unknown)) !== canonical(onlyTrue(now.unknown))) return false;
    return this.isSameValue(approved.after, now.after);
  }

  private isSameValue(approved: unknown, now: unknown): boolean {
    const expected = this.fill(approved);
    if (canonical(expected) === canonical(now)) return true;
    // Terraform sorts sets by value, and a placeholder sorts elsewhere than what it stands for.
    if (Array.isArray(expected) && Array.isArray(now) && canonical(expected) !== canonical(approved)) {
      return canonical(sorted(expected)) === canonical(sorted(now));
    }
    if (isRecord(expected) && isRecord(now) && isRecord(approved)) {
      const keys = Object.keys({ ...expected, ...now });
      return keys.every((key) => this.isSameValue(approved[key], now[key]));
    }
    return false;
  }

  /** The approved value with every placeholder replaced by what the upstream has put out. */
  private fill(value: unknown): unknown {
    if (typeof value === "string") return this.fillText(value);
    if (typeof value === "number") return this.filled.find((one) => one.value === value)?.actual ?? value;
    if (Array.isArray(value)) return value.map((inner) => this.fill(inner));
    if (isRecord(value))
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.fill(inner)]));
    return value;
  }

  private fillText(text: string): string {
    return this.filled.reduce((result, { value, actual }) => {
      if (typeof value !== "string" || typeof actual !== "string") return result;
      return result.replaceAll(value, actual);
    }, text);
  }
}

function sorted(list: readonly unknown[]): readonly unknown[] {
  return [...list].sort((a, b) => canonical(a).localeCompare(canonical(b)));
}

function isUntouched({ before, after, unknown }: Side): boolean {
  return !holdsTrue(unknown) && canonical(before) === canonical(after);
}

/** Keys to walk into when both sides are of one shape; policies and container definitions are JSON in a string. */
function keysBelow(approved: Side, now: Side): readonly (string | number)[] | undefined {
  if (approved.unknown === true || now.unknown === true) return undefined;
  const [a, b] = [unwrapJson(approved.after), unwrapJson(now.after)];
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length ? a.map((_, index) => index) : undefined;
  if (!isRecord(a) || !isRecord(b)) return undefined;
  const unknown = [approved.unknown, now.unknown].flatMap((shape) => (isRecord(shape) ? Object.keys(shape) : []));
  return [...new Set([...Object.keys(a), ...Object.keys(b), ...unknown])].sort();
}

function below(side: Side, key: string | number): Side {
  const at = (value: unknown): unknown => {
    const inner = unwrapJson(value);
    if (Array.isArray(inner)) return typeof key === "number" ? (inner as readonly unknown[])[key] : undefined;
    return isRecord(inner) ? inner[key] : undefined;
  };
  const mark = (shape: unknown): unknown => (shape === true ? true : at(shape));
  return {
    before: at(side.before),
    after: at(side.after),
    unknown: mark(side.unknown),
    sensitive: mark(side.sensitive),
  };
}

function show({ after, unknown }: Side, sensitive: boolean): string {
  if (sensitive) return "(sensitive)";
  if (unknown === true) return "(known after apply)";
  return after === undefined || after === null ? "(absent)" : canonical(after);
}

function mergeMarks(a: unknown, b: unknown): unknown {
  if (a === true || b === true) return true;
  if (!isObject(a)) return b;
  if (!isObject(b)) return a;
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return Object.fromEntries(
    [...new Set([...Object.keys(x), ...Object.keys(y)])].map((key) => [key, mergeMarks(x[key], y[key])]),
  );
}

/** A shape without what says nothing: Terraform writes false and {} where nothing is unknown. */
function onlyTrue(shape: unknown): unknown {
  if (!isObject(shape)) return shape === true ? true : undefined;
  const kept = Object.entries(shape)
    .map(([key, inner]) => [key, onlyTrue(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function holdsTrue(shape: unknown): boolean {
  return onlyTrue(shape) !== undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a.localeCompare(b))) : inner,
  );
}

function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
