import { count, formatSeconds } from "../../terminal/format";
import { whyHarmless } from "../../terraform/harmless-replacements";
import { changeLines, sectionLines } from "../report/plain-text";
import { sectionsOfHighlights } from "../report/statements";
import { renderTable, type Cell } from "../../terminal/table";
import { planWarnings, type PlanWarning } from "../report/warnings";
import {
  changesNothing,
  countPlan,
  type PlanCounts,
  type PlanSummary,
  type ResourcePlan,
} from "../../terraform/plan-summary";
import { UserError } from "../../terminal/user-error";
import type { LayerPlan, Provisional } from "../../terraform/provisional/plan-in-order";
import { placeholderName } from "../../terraform/provisional/placeholder";
import type { Outcome } from "../../layers/waves";
import { causesOf } from "./causes";
import type { ConfigDifference } from "./config-differences";

/** The answer to "does taking over change anything?" for one layer. */
export interface LayerAdoption {
  readonly layer: string;
  readonly status: "unchanged" | "changes" | "failed" | "not tried";
  /** Absent when the layer was not planned. */
  readonly counts?: PlanCounts;
  readonly seconds: number;
  /** Resources that are not a no-op, data sources that would be read while applying included. */
  readonly changes: readonly CausedChange[];
  readonly outputs: PlanSummary["outputs"];
  /** Changes outside Terraform that the refresh found; never a reason to fail. */
  readonly drift: readonly ResourcePlan[];
  /** Permissions, images, ingress, routes and tasks that change, each in words. */
  readonly highlights: PlanSummary["highlights"];
  readonly notices: PlanSummary["notices"];
  /** Parts of the plan that no report can show; such a plan is never accepted. */
  readonly cannotShow: readonly string[];
  /** Error, as printed. */
  readonly error?: string;
  /** Set when the layer was planned on values that its upstream has not put out yet. */
  readonly provisional?: Provisional;
}

/** A change, with the differences of the configuration that cause it. */
export type CausedChange = ResourcePlan & { readonly causes: readonly ConfigDifference[] };

/** The plan of a layer, as far as adoption looks at it. */
export type PlannedForAdoption = Pick<LayerPlan, "summary" | "provisional">;

/** The answer for all layers. */
export interface Adoption {
  readonly profile: string;
  /** True if every layer was planned and nothing changes. */
  readonly unchanged: boolean;
  /** Managed resources that stay as they are, moved or not. */
  readonly noOp: number;
  /** Managed resources in all plans. */
  readonly managed: number;
  readonly seconds: number;
  readonly layers: readonly LayerAdoption[];
  /** Differences of the profile from `baseline`, which is what runs; empty: nothing may change. */
  readonly configuration: readonly ConfigDifference[];
  /**
   * True if the command's answer is good: nothing changes or, where the configuration differs from what runs, every layer
   * was planned and nothing is deleted or replaced that may not be.
   */
  readonly accepted: boolean;
  /** Deletes and replacements that may not be, `<layer>: <action> <address>`. */
  readonly refused: readonly string[];
  readonly warnings: readonly PlanWarning[];
}

/**
 * Judges the plans.
 *
 * @param profile name of the profile
 * @param outcomes the plans
 * @param seconds how long it took
 * @param configuration differences of the profile from what runs
 */
export function judgeAdoption(
  profile: string,
  outcomes: readonly Outcome<PlannedForAdoption>[],
  seconds: number,
  configuration: readonly ConfigDifference[] = [],
): Adoption {
  const layers = outcomes.map((outcome) => judgeLayer(outcome, configuration));
  const unchanged = layers.every((layer) => layer.status === "unchanged");
  const refused = layers.flatMap(({ layer, changes }) =>
    changes.filter((change) => !mayBe(change)).map(({ action, address }) => `${layer}: ${action} ${address}`),
  );
  const planned = layers.every(({ counts }) => counts !== undefined);
  const plans = outcomes.flatMap((outcome) =>
    outcome.status === "done" ? [{ layer: outcome.layer, summary: outcome.value.summary }] : [],
  );
  const sum = (key: "noOp" | "managed"): number =>
    layers.reduce((total, { counts }) => total + (counts?.[key] ?? 0), 0);
  return {
    profile,
    unchanged,
    accepted:
      unchanged ||
      (configuration.length > 0 &&
        planned &&
        refused.length === 0 &&
        layers.every(({ cannotShow }) => cannotShow.length === 0)),
    refused,
    warnings: planWarnings(plans),
    configuration,
    noOp: sum("noOp"),
    managed: sum("managed"),
    seconds,
    layers,
  };
}

function mayBe(resource: ResourcePlan): boolean {
  const { action, mode } = resource;
  return (
    mode === "data" || ["no-op", "create", "update", "read"].includes(action) || whyHarmless(resource) !== undefined
  );
}

function judgeLayer(outcome: Outcome<PlannedForAdoption>, configuration: readonly ConfigDifference[]): LayerAdoption {
  const nothing = { changes: [], outputs: [], drift: [], highlights: [], notices: [], cannotShow: [] };
  const { layer } = outcome;
  if (outcome.status === "not tried") return { layer, status: "not tried", seconds: 0, ...nothing };
  if (outcome.status === "failed") {
    return { layer, status: "failed", seconds: outcome.seconds, ...nothing, error: describe(outcome.error) };
  }
  const { summary: plan, provisional } = outcome.value;
  return {
    layer,
    status: changesNothing(plan) ? "unchanged" : "changes",
    counts: countPlan(plan),
    seconds: outcome.seconds,
    changes: plan.resources
      .filter(({ action, importing }) => action !== "no-op" || importing !== undefined)
      .map((resource) => ({ ...resource, causes: causesOf(layer, resource, configuration) })),
    outputs: plan.outputs,
    drift: plan.drift.filter((resource) => resource.action !== "no-op"),
    highlights: plan.highlights,
    notices: plan.notices,
    cannotShow: plan.cannotShow,
    ...(provisional === undefined ? {} : { provisional }),
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

/** The report for people: a table, every difference below it, warnings, and the verdict in the last line. */
export function renderAdoption(adoption: Adoption): string {
  const rows = adoption.layers.map((layer) => rowOf(layer.layer, layer.counts, layer.seconds, resultOf(layer)));
  const details = adoption.layers.flatMap(detailsOf);
  const failed = adoption.layers.flatMap((layer) => (layer.error === undefined ? [] : [layer.error, ""]));
  return [
    renderTable(columns, rows),
    "",
    ...attentionLines(adoption.layers),
    ...sectionLines(sectionsOfHighlights(adoption.layers)),
    ...details,
    ...provisionalLines(adoption.layers),
    ...replacementLines(adoption.layers),
    ...adoption.warnings.map(({ layer, kind, text }) => `WARNING (${kind}) ${layer}: ${text}`),
    ...(adoption.warnings.length === 0 ? [] : [""]),
    ...refusedLines(adoption),
    ...failed,
    verdict(adoption),
  ].join("\n");
}

function attentionLines(layers: readonly LayerAdoption[]): readonly string[] {
  const lines = layers.flatMap(({ layer, notices, cannotShow }) => [
    ...cannotShow.map((what) => `ALARM ${layer}: the plan contains what it cannot show: ${what}`),
    ...notices.map(({ kind, text }) => `ALARM ${layer}, ${kind}: ${text}`),
  ]);
  return lines.length === 0 ? [] : [...lines, ""];
}

function resultOf({ status, provisional }: LayerAdoption): string {
  return provisional === undefined ? status : `${status} (provisional)`;
}

function provisionalLines(layers: readonly LayerAdoption[]): readonly string[] {
  return layers.flatMap(({ layer, provisional }) => {
    if (provisional === undefined) return [];
    const { upstream, unapplied, placeholders } = provisional;
    return [
      `${layer} is planned provisionally, on what ${upstream.join(", ")} will put out once applied (${unapplied.join(", ")}).`,
      ...placeholders.map(
        (placeholder) => `    not known yet: ${placeholderName(placeholder)}, in the plan as ${placeholder.value}`,
      ),
      "",
    ];
  });
}

function replacementLines(layers: readonly LayerAdoption[]): readonly string[] {
  const all = layers.flatMap(({ changes }) => changes.flatMap((change) => whyHarmless(change) ?? []));
  const reasons = [...new Set(all)].sort();
  return reasons.length === 0 ? [] : [...reasons.map((reason) => `Replaced without loss: ${reason}.`), ""];
}

function refusedLines({ refused, configuration }: Adoption): readonly string[] {
  if (refused.length === 0 || configuration.length === 0) return [];
  return ["REFUSED, since it deletes or replaces something that is in use:", ...refused.map((line) => `  ${line}`), ""];
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

function verdict({ profile, noOp, managed, unchanged, accepted, configuration, layers, seconds }: Adoption): string {
  const total = `${noOp} of ${managed} no-op`;
  const unplanned = layers.filter((layer) => layer.counts === undefined).length;
  const outputs = layers.reduce((sum, layer) => sum + layer.outputs.length, 0);
  const end = `(profile ${profile}, ${formatSeconds(seconds)})`;
  if (unchanged) return `${total}, no output changes: nothing changes ${end}`;
  const missing = unplanned === 0 ? "" : `, ${unplanned} of ${count(layers.length, "layer")} could not be planned`;
  const answer = accepted ? ": nothing is deleted, and replaced only what loses nothing" : "";
  const cause =
    configuration.length === 0
      ? ""
      : `, ${count(configuration.length, "setting")} ${configuration.length === 1 ? "differs" : "differ"} from baseline`;
  return `${total}, ${count(outputs, "output change")}${missing}${cause}${answer} ${end}`;
}

function detailsOf({ layer, changes, outputs, drift }: LayerAdoption): readonly string[] {
  const lines = [
    ...changes.flatMap((resource) => [
      ...changeLines(layer, resource.action, resource),
      ...resource.causes.map(({ path, from, to }) => `    because ${path}: ${from} -> ${to}`),
    ]),
    ...outputs.flatMap(({ name, action, before, after }) => [
      `${layer}: ${action} output ${name}`,
      `    ${before} -> ${after}`,
    ]),
    ...drift.flatMap((resource) => changeLines(layer, "changed outside Terraform:", resource)),
  ];
  return lines.length === 0 ? [] : [...lines, ""];
}
