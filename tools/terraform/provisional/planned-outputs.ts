import { LAYER_OUTPUTS, type OutputSpec } from "../../../stacks/outputs";
import type { PlanChange, PlanJson } from "../plan-json";
import { placeholderOf, type Placeholder } from "./placeholder";

/** The outputs that a layer will have once its plan is applied. */
export interface PlannedOutputs {
  readonly layer: string;
  /** Values by output, placeholders in place of what is not known yet. Sensitive values are in clear. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly sensitive: ReadonlySet<string>;
  /** Outputs that are not in the layer's state as they will be; of a map, the keys that differ, otherwise `all`. */
  readonly unapplied: ReadonlyMap<string, ReadonlySet<string> | "all">;
  readonly placeholders: readonly Placeholder[];
}

/**
 * Takes the outputs out of a layer's plan. Terraform leaves out what it does not know yet; placeholders of the right type
 * come in its place.
 *
 * @param layer the planned layer
 * @param plan its plan
 * @param keysOf keys by which the layers that read it index an output: what a map that is unknown as a whole will hold
 */
export function plannedOutputs(
  layer: string,
  plan: PlanJson,
  keysOf: (output: string) => readonly string[],
): PlannedOutputs {
  const placeholders: Placeholder[] = [];
  const values: Record<string, unknown> = {};
  const changes = Object.entries(plan.output_changes);
  for (const [output, change] of changes) {
    if (change.actions.includes("delete")) continue;
    const fill = filler(layer, output, placeholders);
    const value = fill(change.after, unknownShape(layer, output, change, keysOf(output)), []);
    // A state does not hold an output that is null.
    if (value !== null && value !== undefined) values[output] = value;
  }
  return {
    layer,
    values,
    sensitive: new Set(changes.filter(([, change]) => change.after_sensitive === true).map(([name]) => name)),
    unapplied: new Map(
      changes
        .filter(([, { actions }]) => !actions.every((action) => action === "no-op"))
        .map(([name, change]) => [name, keysThatChange(change)]),
    ),
    placeholders,
  };
}

/** The keys of a map whose values change; a layer that reads others can be planned and applied without these. */
function keysThatChange({ before, after, after_unknown: unknown }: PlanChange): ReadonlySet<string> | "all" {
  if (!isRecord(before) || !isRecord(after) || unknown === true) return "all";
  const shape = isRecord(unknown) ? unknown : {};
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(shape)])];
  const isUnknown = (key: string): boolean => (shape[key] ?? false) !== false;
  return new Set(keys.filter((key) => isUnknown(key) || JSON.stringify(before[key]) !== JSON.stringify(after[key])));
}

type Path = readonly (string | number)[];

/** The shape of what is unknown; for a list or map that is unknown as a whole, a guess by whoever reads or wrote it. */
function unknownShape(layer: string, output: string, change: PlanChange, keys: readonly string[]): unknown {
  if (change.after_unknown !== true) return change.after_unknown;
  const kind = kindOf(layer, output);
  const { before } = change;
  const known = isRecord(before) ? Object.keys(before) : [];
  if (keys.length > 0 || known.length > 0) return Object.fromEntries([...known, ...keys].map((key) => [key, true]));
  if (kind === "list" || Array.isArray(before)) {
    return Array<boolean>(Array.isArray(before) ? before.length : GUESSED_LENGTH).fill(true);
  }
  return true;
}

/** This platform's lists have an element a zone. A wrong guess is found when the layer is planned anew. */
const GUESSED_LENGTH = 2;

function kindOf(layer: string, output: string): OutputSpec["kind"] | undefined {
  const outputs: Readonly<Record<string, Readonly<Record<string, OutputSpec>>>> = LAYER_OUTPUTS;
  return outputs[layer]?.[output]?.kind;
}

/** Makes the function that fills placeholders in where the shape says that the value is unknown. */
function filler(layer: string, output: string, placeholders: Placeholder[]) {
  const fill = (value: unknown, unknown: unknown, path: Path): unknown => {
    if (unknown === true) {
      const kind = kindOf(layer, output) === "number" ? "number" : "text";
      const placeholder = placeholderOf(layer, output, path, kind);
      placeholders.push(placeholder);
      return placeholder.value;
    }
    if (Array.isArray(unknown)) {
      const known: readonly unknown[] = Array.isArray(value) ? value : [];
      const length = Math.max(known.length, unknown.length);
      return Array.from({ length }, (_, index) => fill(known[index], unknown[index], [...path, index]));
    }
    if (isRecord(unknown)) {
      const known = isRecord(value) ? value : {};
      const keys = [...new Set([...Object.keys(known), ...Object.keys(unknown)])].sort();
      return Object.fromEntries(keys.map((key) => [key, fill(known[key], unknown[key], [...path, key])]));
    }
    return value;
  };
  return fill;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
