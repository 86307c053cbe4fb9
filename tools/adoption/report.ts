import { formatSeconds } from "../format";
import { renderTable, type Cell } from "../report/table";
import {
  changesNothing,
  countPlan,
  type PlanCounts,
  type PlanSummary,
  type ResourcePlan,
} from "../terraform/plan-summary";
import { UserError } from "../user-error";
import type { LayerPlan } from "../terraform/provisional/plan-in-order";
import type { Outcome } from "../waves";

/** The answer to "does taking over change anything?" for one layer. */
export interface LayerAdoption {
  readonly layer: string;
  readonly status: "unchanged" | "changes" | "failed" | "not tried";
  /** Absent when the layer was not planned. */
  readonly counts?: PlanCounts;
  readonly seconds: number;
  /** Resources that are not a no-op, data sources that would be read while applying included. */
  readonly changes: readonly ResourcePlan[];
  readonly outputs: PlanSummary["outputs"];
  /** What the refresh found changed outside Terraform; never a reason to fail. */
  readonly drift: readonly ResourcePlan[];
  /** Why it failed, as printed. */
  readonly error?: string;
}

/** The answer for all layers. */
export interface Adoption {
  readonly profile: string;
  /** Whether every layer was planned and nothing changes. */
  readonly unchanged: boolean;
  /** Managed resources that stay as they are, moved or not. */
  readonly noOp: number;
  /** Managed resources in all plans. */
  readonly managed: number;
  readonly seconds: number;
  readonly layers: readonly LayerAdoption[];
}

/** Judges the plans. */
export function judgeAdoption(
  profile: string,
  outcomes: readonly Outcome<Pick<LayerPlan, "summary">>[],
  seconds: number,
): Adoption {
  const layers = outcomes.map(judgeLayer);
  const sum = (key: "noOp" | "managed"): number =>
    layers.reduce((total, { counts }) => total + (counts?.[key] ?? 0), 0);
  return {
    profile,
    unchanged: layers.every((layer) => layer.status === "unchanged"),
    noOp: sum("noOp"),
    managed: sum("managed"),
    seconds,
    layers,
  };
}

function judgeLayer(outcome: Outcome<Pick<LayerPlan, "summary">>): LayerAdoption {
  const nothing = { changes: [], outputs: [], drift: [] };
  const { layer } = outcome;
  if (outcome.status === "not tried") return { layer, status: "not tried", seconds: 0, ...nothing };
  if (outcome.status === "failed") {
    return { layer, status: "failed", seconds: outcome.seconds, ...nothing, error: describe(outcome.error) };
  }
  const plan = outcome.value.summary;
  return {
    layer,
    status: changesNothing(plan) ? "unchanged" : "changes",
    counts: countPlan(plan),
    seconds: outcome.seconds,
    changes: plan.resources.filter((resource) => resource.action !== "no-op"),
    outputs: plan.outputs,
    drift: plan.drift.filter((resource) => resource.action !== "no-op"),
  };
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.render();
  return `error: ${error instanceof Error ? error.message : String(error)}`;
}

const columns = [
  { title: "layer" },
  ...["managed", "moved", "no-op", "create", "update", "replace", "delete", "output changes", "time"].map((title) => ({
    title,
    align: "right" as const,
  })),
  { title: "result" },
];

/** The report for people: a table, every difference below it, and the verdict in the last line. */
export function renderAdoption(adoption: Adoption): string {
  const rows = adoption.layers.map((layer) => rowOf(layer.layer, layer.counts, layer.seconds, layer.status));
  const details = adoption.layers.flatMap(detailsOf);
  const failed = adoption.layers.flatMap((layer) => (layer.error === undefined ? [] : [layer.error, ""]));
  return [renderTable(columns, rows), "", ...details, ...failed, verdict(adoption)].join("\n");
}

function rowOf(name: string, counts: PlanCounts | undefined, seconds: number, status: string): readonly Cell[] {
  if (counts === undefined) return [name, ...Array<string>(8).fill("-"), formatSeconds(seconds), status];
  const { managed, moved, noOp, create, update, replace, outputChanges } = counts;
  return [
    name,
    managed,
    moved,
    noOp,
    create,
    update,
    replace,
    counts.delete,
    outputChanges,
    formatSeconds(seconds),
    status,
  ];
}

function verdict({ profile, noOp, managed, unchanged, layers, seconds }: Adoption): string {
  const total = `${noOp} of ${managed} no-op`;
  const unplanned = layers.filter((layer) => layer.counts === undefined).length;
  const outputs = layers.reduce((sum, layer) => sum + layer.outputs.length, 0);
  const end = `(profile ${profile}, ${formatSeconds(seconds)})`;
  if (unchanged) return `${total}, no output changes: nothing changes ${end}`;
  const missing = unplanned === 0 ? "" : `, ${unplanned} of ${layers.length} layers could not be planned`;
  return `${total}, ${outputs} output changes${missing} ${end}`;
}

function detailsOf({ layer, changes, outputs, drift }: LayerAdoption): readonly string[] {
  const lines = [
    ...changes.flatMap((resource) => resourceLines(layer, resource.action, resource)),
    ...outputs.flatMap(({ name, action, before, after }) => [
      `${layer}: ${action} output ${name}`,
      `    ${shorten(before)} -> ${shorten(after)}`,
    ]),
    ...drift.flatMap((resource) => resourceLines(layer, "changed outside Terraform:", resource)),
  ];
  return lines.length === 0 ? [] : [...lines, ""];
}

function resourceLines(layer: string, action: string, resource: ResourcePlan): readonly string[] {
  const from = resource.previousAddress === undefined ? "" : ` (moved from ${resource.previousAddress})`;
  return [
    `${layer}: ${action} ${resource.address}${from}`,
    ...resource.differences.map(({ path, before, after, forcesReplacement }) => {
      const mark = forcesReplacement ? "  # forces replacement" : "";
      return `    ${path}: ${shorten(before)} -> ${shorten(after)}${mark}`;
    }),
  ];
}

const longestValue = 160;

/** Long values are cut for people; --json has them whole. */
function shorten(value: string): string {
  return value.length <= longestValue ? value : `${value.slice(0, longestValue)}… (${value.length} characters)`;
}
