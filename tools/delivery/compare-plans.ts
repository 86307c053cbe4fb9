import type { PlanChange, PlanJson, PlanResource } from "../terraform/plan-json";
import { maskChange, secretsOf, type MaskedChange, type Secrets } from "../terraform/plan-masking";
import { nameOfResource } from "../terraform/plan-summary";
import {
  differencesBetween,
  holdsUnknown,
  identity,
  isList,
  pairByPosition,
  showDifference,
  showPath,
  Unknown,
  valueAt,
  type Path,
  type PlanValue,
} from "../terraform/plan-values";
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

/** Options of a comparison of two plans. */
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
  const secrets = new Set([...secretsOf(approved), ...secretsOf(fresh)]);
  return new Comparison(filled, secrets, partlyDone).compare(approved, fresh);
}

/** A resource or output on both sides; undefined where a plan does not have it. */
interface Sides<Value> {
  readonly approved: Value | undefined;
  readonly now: Value | undefined;
}

class Comparison {
  constructor(
    private readonly filled: readonly Filled[],
    private readonly secrets: Secrets,
    private readonly partlyDone: boolean,
  ) {}

  compare(approved: PlanJson, fresh: PlanJson): readonly PlanDifference[] {
    const [before, after] = [resourcesOf(approved), resourcesOf(fresh)];
    const outputsBefore = new Map(Object.entries(approved.output_changes));
    if (this.partlyDone) {
      leaveOutDone(before, after);
      for (const [name, change] of outputsBefore) {
        if (actionText(change) === "delete" && fresh.output_changes[name] === undefined) outputsBefore.delete(name);
      }
    }
    const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
    const outputs = [...new Set([...outputsBefore.keys(), ...Object.keys(fresh.output_changes)])].sort();
    return [
      ...this.compareBesides(approved, fresh),
      ...keys.flatMap((key) => this.compareResource({ approved: before.get(key), now: after.get(key) })),
      ...outputs.flatMap((name) =>
        this.compareChange(`output ${name}`, {
          approved: outputsBefore.get(name),
          now: fresh.output_changes[name],
        }),
      ),
    ];
  }

  /** Compares what a plan does beside its changes: actions that it runs, changes that it puts off, failures. */
  private compareBesides(approved: PlanJson, fresh: PlanJson): readonly PlanDifference[] {
    const besides = (plan: PlanJson): Readonly<Record<string, unknown>> => ({
      // Two entries of one object would hide one of them.
      "entries of resources": plan.resource_changes.length - resourcesOf(plan).size,
      errored: plan.errored ?? false,
      complete: plan.complete ?? true,
      "deferred changes": plan.deferred_changes,
      "action invocations": plan.action_invocations,
      "deferred action invocations": plan.deferred_action_invocations,
    });
    const now = besides(fresh);
    return Object.entries(besides(approved)).flatMap(([path, value]) => {
      const [one, other] = [identity(this.fill(value) as PlanValue), identity(now[path] as PlanValue)];
      return one === other ? [] : [{ address: "the plan", path, approved: countOf(value), now: countOf(now[path]) }];
    });
  }

  private compareResource({ approved, now }: Sides<PlanResource>): readonly PlanDifference[] {
    const either = now ?? approved;
    const name = either === undefined ? "" : nameOfResource(either);
    return [
      ...this.compareOrigin(name, approved, now),
      ...this.compareChange(name, { approved: approved?.change, now: now?.change }),
    ];
  }

  /** Compares where a resource comes from, who makes it, and which object of AWS it is. */
  private compareOrigin(
    name: string,
    approved: PlanResource | undefined,
    now: PlanResource | undefined,
  ): readonly PlanDifference[] {
    if (approved === undefined || now === undefined) return [];
    const isMoveDone = this.partlyDone && now.previous_address === undefined;
    const isImportDone = this.partlyDone && !hasImport(now);
    return [
      ...(isMoveDone ? [] : differing(name, "moved from", movedFrom(approved), movedFrom(now))),
      ...(isImportDone ? [] : differing(name, "imported by", importText(approved), importText(now))),
      ...differing(name, "type", approved.type, now.type),
      ...differing(name, "provider", approved.provider_name, now.provider_name),
      ...this.compareObject(name, approved.change, now.change),
    ];
  }

  /** A change of what exists must be of the very object that was approved, deleted as it was approved. */
  private compareObject(name: string, approved: PlanChange, now: PlanChange): readonly PlanDifference[] {
    if (actionText(approved) !== actionText(now) || actionText(now) === "no-op") return [];
    const [one, other] = [maskChange(approved, this.secrets).before, maskChange(now, this.secrets).before];
    const names = now.actions.includes("delete") ? [...IDENTIFYING, ...DECIDING] : IDENTIFYING;
    const differences = names.flatMap((attribute) => {
      const [before, after] = [valueAt(one, [attribute]), valueAt(other, [attribute])];
      if (identity(before) === identity(after)) return [];
      const shown = showDifference({ path: [attribute], before, after });
      return [{ address: name, path: `${attribute} of what exists`, approved: shown.before, now: shown.after }];
    });
    const [was, is] = [approved.before_identity, now.before_identity].map((value) => identity(value as PlanValue));
    return [...differences, ...differing(name, "identity of what exists", was, is)];
  }

  private compareChange(name: string, { approved, now }: Sides<PlanChange>): readonly PlanDifference[] {
    const actions = differing(name, "action", actionText(approved), actionText(now));
    if (approved === undefined || now === undefined) return actions;
    const doesNothing = actionText(now) === "no-op";
    // An upstream value that was unknown may turn out to be what it was: nothing is done where a change was approved.
    const mayDoNothing = [
      "update",
      "delete, then create",
      "create, then delete",
      ...(this.partlyDone ? ["create"] : []),
    ];
    if (actions.length > 0 && !(doesNothing && mayDoNothing.includes(actionText(approved)))) return actions;
    if (actions.length === 0 && doesNothing) return [];
    return this.compareValues(name, approved, now, doesNothing || this.partlyDone);
  }

  /**
   * @param mayBeKnown whether what was unknown may be known by now: the new plan leaves the resource as it is, or what it
   * hangs on was made by the same approved plan before that stopped
   */
  private compareValues(
    name: string,
    approved: PlanChange,
    now: PlanChange,
    mayBeKnown: boolean,
  ): readonly PlanDifference[] {
    const before = maskChange(approved, this.secrets);
    const after = maskChange(now, this.secrets);
    const expected = maskChange({ ...approved, after: this.fill(approved.after) }, this.secrets).after;
    const isSame = (one: PlanValue, other: PlanValue, path: Path): boolean =>
      (mayBeKnown && one instanceof Unknown) || isSameSet(valueAt(before.after, path), one, other);
    return differencesBetween(expected, after.after, { pairLists: pairByPosition, isSame }).flatMap(({ path }) => {
      // What neither plan touches may move by itself, such as a count that others own.
      if (isUntouched(before, path) && isUntouched(after, path)) return [];
      const difference = { path, before: valueAt(before.after, path), after: valueAt(after.after, path) };
      const shown = showDifference(difference);
      return [{ address: name, path: showPath(path), approved: shown.before, now: shown.after }];
    });
  }

  /** The approved value with every placeholder replaced by what the upstream has put out. */
  private fill(value: unknown): unknown {
    if (typeof value === "string") return this.fillText(value);
    if (typeof value === "number") return this.filled.find((one) => one.value === value)?.actual ?? value;
    if (Array.isArray(value)) return value.map((inner) => this.fill(inner));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.fill(inner)]));
  }

  private fillText(text: string): string {
    return this.filled.reduce((result, { value, actual }) => {
      if (typeof value !== "string" || typeof actual !== "string") return result;
      return result.replaceAll(value, actual);
    }, text);
  }
}

/** Attributes by which AWS knows an object. */
const IDENTIFYING: readonly string[] = ["id", "arn", "bucket", "name"];

/** Attributes of what exists that decide what its deletion takes along. */
const DECIDING: readonly string[] = [
  "deletion_protection",
  "enable_deletion_protection",
  "force_delete",
  "force_destroy",
  "skip_destroy",
  "skip_final_snapshot",
];

/** Resources that are changed, each object of them apart, and data sources that the apply would read. */
function resourcesOf(plan: PlanJson): Map<string, PlanResource> {
  return new Map(plan.resource_changes.map((resource) => [keyOf(resource), resource]));
}

function keyOf({ mode, address, deposed }: Pick<PlanResource, "mode" | "address" | "deposed">): string {
  return JSON.stringify([mode, address, deposed]);
}

/** Takes out what an apply that stopped half way has done: deletions, reads, and the first half of replacements. */
function leaveOutDone(approved: Map<string, PlanResource>, now: Map<string, PlanResource>): void {
  for (const [key, { change, mode }] of approved) {
    if ((actionText(change) === "delete" || mode === "data") && !now.has(key)) approved.delete(key);
  }
  for (const [key, resource] of now) {
    if (resource.deposed === undefined || approved.has(key)) continue;
    const replaced = approved.get(keyOf({ mode: resource.mode, address: resource.address }));
    if (replaced !== undefined && isLeftOver(resource, replaced)) now.delete(key);
  }
}

/** Tells whether a deposed object is the one whose replacement was approved, made, and not followed by its deletion. */
function isLeftOver(deposed: PlanResource, replaced: PlanResource): boolean {
  const id = (change: PlanChange): string => identity(valueAt(change.before as PlanValue, ["id"]));
  return (
    actionText(replaced.change) === "create, then delete" &&
    actionText(deposed.change) === "delete" &&
    id(deposed.change) === id(replaced.change) &&
    id(deposed.change) !== identity(undefined)
  );
}

function isSameSet(placeholders: PlanValue, expected: PlanValue, now: PlanValue): boolean {
  // Terraform sorts sets by value, and a placeholder sorts elsewhere than what it stands for.
  if (!isList(expected) || !isList(now) || identity(placeholders) === identity(expected)) return false;
  return sorted(expected) === sorted(now);
}

function sorted(list: readonly PlanValue[]): string {
  return list.map(identity).sort().join("\n");
}

function isUntouched({ before, after }: MaskedChange, path: Path): boolean {
  const [one, other] = [valueAt(before, path), valueAt(after, path)];
  return !holdsUnknown(other) && identity(one) === identity(other);
}

function actionText(change: PlanChange | undefined): string {
  if (change === undefined) return "(not in the plan)";
  // Both orders of a replacement are written out: which comes first matters to what is in use.
  return change.actions.join(", then ");
}

function movedFrom({ previous_address: from }: PlanResource): string {
  return from ?? "(not moved)";
}

function hasImport({ change }: PlanResource): boolean {
  return change.importing !== undefined && change.importing !== null;
}

function importText({ change }: PlanResource): string {
  return change.importing === undefined || change.importing === null
    ? "(not imported)"
    : JSON.stringify(change.importing);
}

function countOf(value: unknown): string {
  return Array.isArray(value) ? `${value.length} of them` : String(value);
}

function differing(address: string, path: string, approved = "", now = ""): readonly PlanDifference[] {
  return approved === now ? [] : [{ address, path, approved, now }];
}
