import { count, formatSeconds } from "../terminal/format";
import { wavesOf, type Layer } from "../layers/layers";
import { renderTable, type Cell } from "../terminal/table";
import { countPlan, type PlanSummary } from "../terraform/plan-summary";
import { UserError } from "../terminal/user-error";
import type { Outcome } from "../layers/waves";
import { describeActions } from "./apply";
import type { Emptied } from "./buckets";
import type { Inspection } from "./inspect";
import type { MockDifference } from "./mock-differences";
import type { Recovered } from "./recover";
import type { SecondPlanVerdict } from "./second-plan";

/** Everything that a rehearsal found. */
export interface Rehearsal {
  readonly profile: string;
  readonly layers: readonly Layer[];
  /** Only of a resumed rehearsal. */
  readonly recovered?: Recovered;
  readonly applied: readonly Outcome<PlanSummary>[];
  /** By layer; empty if not all layers could be applied. */
  readonly secondPlans: ReadonlyMap<string, SecondPlanVerdict | Error>;
  readonly inspections: readonly Inspection[];
  /** Empty if nothing was destroyed. */
  readonly destroyed: readonly Outcome<PlanSummary>[];
  readonly emptied: readonly Emptied[];
  /** Wall-clock seconds of the apply alone. */
  readonly applySeconds: number;
  readonly seconds: number;
}

/** One line of the table. */
export interface RehearsalRow {
  readonly layer: string;
  readonly wave: number;
  /** Announcement of the apply, `+17`. */
  readonly actions: string;
  readonly applySeconds: number | undefined;
  readonly secondPlan: "empty" | "mock only" | "changes" | "failed" | "-";
  /** Resources and outputs in the state. */
  readonly state: string;
  readonly destroySeconds: number | undefined;
  readonly result: "ok" | "failed" | "not tried" | "kept";
  /** Problems, one line each. */
  readonly problems: readonly string[];
}

/** The table's rows, in the order of the layers. */
export function rowsOf(rehearsal: Rehearsal): readonly RehearsalRow[] {
  const waves = wavesOf(rehearsal.layers);
  return rehearsal.layers.map(({ id }) => {
    const applied = outcomeOf(rehearsal.applied, id);
    const destroyed = outcomeOf(rehearsal.destroyed, id);
    const second = rehearsal.secondPlans.get(id);
    const inspection = rehearsal.inspections.find(({ layer }) => layer === id);
    const problems = [
      ...problemsOf("apply", applied),
      ...secondPlanProblems(second),
      ...inspectionProblems(inspection),
      ...problemsOf("destroy", destroyed),
    ];
    return {
      layer: id,
      wave: waves.findIndex((wave) => wave.some((layer) => layer.id === id)) + 1,
      actions: applied?.status === "done" ? describeActions(countPlan(applied.value)) : "-",
      applySeconds: secondsOf(applied),
      secondPlan: secondPlanWord(second),
      state: inspection === undefined ? "-" : `${inspection.resources} + ${inspection.outputs}`,
      destroySeconds: secondsOf(destroyed),
      result: resultOf(applied, destroyed, problems),
      problems,
    };
  });
}

/** Tests if everything held. */
export function isGood(rows: readonly RehearsalRow[]): boolean {
  return rows.every(({ result }) => result === "ok" || result === "kept");
}

/** The report for people: the table, then whatever is not as it should be, then the verdict. */
export function renderRehearsal(rehearsal: Rehearsal): string {
  const rows = rowsOf(rehearsal);
  const columns = ["layer", "wave", "actions", "apply", "plan again", "state", "destroy", "result"];
  const right = new Set(["wave", "apply", "destroy"]);
  const table = renderTable(
    columns.map((title) => ({ title, align: right.has(title) ? "right" : "left" })),
    rows.map(cellsOf),
  );
  return [table, "", ...notesOf(rehearsal), ...rows.flatMap(problemLines), verdict(rehearsal, rows)].join("\n");
}

function cellsOf(row: RehearsalRow): readonly Cell[] {
  const time = (seconds: number | undefined): string => (seconds === undefined ? "-" : formatSeconds(seconds));
  const { layer, wave, actions, applySeconds, secondPlan, state, destroySeconds, result } = row;
  return [layer, wave, actions, time(applySeconds), secondPlan, state, time(destroySeconds), result];
}

function notesOf({ recovered, emptied, secondPlans }: Rehearsal): readonly string[] {
  const known = [...secondPlans.values()].flatMap((verdict) => (verdict instanceof Error ? [] : verdict.known));
  return [
    ...(recovered?.locks ?? []).map((lock) => `Released the lock that was left on ${lock}.`),
    ...(recovered?.orphans ?? []).map((orphan) => `Removed from the mock: ${orphan}, which no state knows.`),
    ...emptied.map(
      ({ bucket, versions, deleteMarkers }) =>
        `Emptied bucket ${bucket} by API before its layer was destroyed: ${versions} object versions, ${deleteMarkers} delete markers.`,
    ),
    ...known.map(
      ({ address, attribute, reason }: MockDifference) =>
        `Difference of the mock alone: ${address} ${attribute}: ${reason}`,
    ),
  ];
}

function problemLines({ layer, problems }: RehearsalRow): readonly string[] {
  return problems.length === 0 ? [] : ["", `${layer}:`, ...problems.map((problem) => `  ${problem}`)];
}

function verdict({ profile, seconds, destroyed }: Rehearsal, rows: readonly RehearsalRow[]): string {
  const good = rows.filter(({ result }) => result === "ok" || result === "kept").length;
  const steps = destroyed.length === 0 ? "applied, planned again empty" : "applied, planned again empty, destroyed";
  const words = isGood(rows) ? steps : "see above for what did not hold";
  return `\n${good} of ${count(rows.length, "layer")} ok (profile ${profile}): ${words}, ${formatSeconds(seconds)}`;
}

function outcomeOf<T>(outcomes: readonly Outcome<T>[], id: string): Outcome<T> | undefined {
  return outcomes.find(({ layer }) => layer === id);
}

function secondsOf(outcome: Outcome<PlanSummary> | undefined): number | undefined {
  return outcome === undefined || outcome.status === "not tried" ? undefined : outcome.seconds;
}

function resultOf(
  applied: Outcome<PlanSummary> | undefined,
  destroyed: Outcome<PlanSummary> | undefined,
  problems: readonly string[],
): RehearsalRow["result"] {
  if (applied === undefined || applied.status === "not tried") return "not tried";
  if (problems.length > 0) return "failed";
  return destroyed === undefined ? "kept" : "ok";
}

function problemsOf(step: string, outcome: Outcome<PlanSummary> | undefined): readonly string[] {
  if (outcome === undefined || outcome.status === "done") return [];
  if (outcome.status === "not tried") {
    const because = outcome.because.length === 0 ? "it was interrupted" : `it needs ${outcome.because.join(", ")}`;
    return [`${step}: not tried, because ${because}`];
  }
  const { error } = outcome;
  const text = error instanceof UserError ? error.render() : error instanceof Error ? error.message : String(error);
  return `${step}: ${text}`.split("\n");
}

function secondPlanProblems(verdict: SecondPlanVerdict | Error | undefined): readonly string[] {
  if (verdict === undefined) return [];
  if (verdict instanceof Error) return [`plan again: ${verdict.message}`];
  return [
    ...verdict.unexpected.map((change) => `plan again: ${change}`),
    ...verdict.stale.map(
      ({ address, attribute }) =>
        `plan again: ${address} ${attribute} no longer differs; remove it from tools/rehearse/mock-differences.ts`,
    ),
  ];
}

function secondPlanWord(verdict: SecondPlanVerdict | Error | undefined): RehearsalRow["secondPlan"] {
  if (verdict === undefined) return "-";
  if (verdict instanceof Error) return "failed";
  if (verdict.unexpected.length + verdict.stale.length > 0) return "changes";
  return verdict.known.length > 0 ? "mock only" : "empty";
}

function inspectionProblems(inspection: Inspection | undefined): readonly string[] {
  if (inspection === undefined) return [];
  return [
    ...inspection.missing.map((address) => `state: ${address} is declared and not in the state`),
    ...inspection.extra.map((address) => `state: ${address} is in the state and not declared`),
  ];
}
