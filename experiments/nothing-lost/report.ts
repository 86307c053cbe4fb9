import { formatSeconds } from "../../tools/terminal/format";
import { renderTable, type Column } from "../../tools/terminal/table";
import { lossesIn } from "./judge";
import type { LossResult, OverlapResult, ReadBack, RestartResult } from "./result";

const RESTART_COLUMNS: readonly Column[] = [
  { title: "service" },
  { title: "stop took" },
  { title: "written", align: "right" },
  { title: "read back", align: "right" },
  { title: "readable after", align: "right" },
  { title: "today's, read", align: "right" },
];

const OVERLAP_COLUMNS: readonly Column[] = [
  { title: "service" },
  { title: "stop took" },
  { title: "written", align: "right" },
  { title: "read back", align: "right" },
  { title: "readable after", align: "right" },
  { title: "refused" },
];

/** The results for people: a table for each of the two cases, then whatever is wrong. */
export function renderLosses(results: readonly LossResult[]): string {
  const restarts = results.filter((result) => result.kind === "restart");
  const overlaps = results.filter((result) => result.kind === "overlap");
  const wrong = results.flatMap((result) => {
    const scenario = result.kind === "failed" ? result.scenario : result.kind;
    return lossesIn(result).map((loss) => `LOST: ${result.service}, ${scenario}: ${loss}`);
  });
  return [
    ...section("Stopped right after the last acknowledged write, started on an empty disk:", RESTART_COLUMNS, restarts),
    ...section("Replaced under steady writes through the load balancer:", OVERLAP_COLUMNS, overlaps),
    ...(wrong.length === 0 ? ["Nothing is lost."] : wrong),
  ].join("\n");
}

function section(
  title: string,
  columns: readonly Column[],
  results: readonly (RestartResult | OverlapResult)[],
): readonly string[] {
  return results.length === 0 ? [] : [title, renderTable(columns, results.map(rowOf)), ""];
}

function rowOf(result: RestartResult | OverlapResult): readonly string[] {
  const { service, item, items } = result;
  return [
    service,
    stopOf(result),
    `${items.written} ${item}`,
    String(items.read),
    formatSeconds(items.afterSeconds),
    result.kind === "restart" ? todayOf(result) : refusedOf(result),
  ];
}

/** With its share of the time that ECS gives. */
function stopOf({ stopSeconds, stopTimeoutSeconds, killed }: RestartResult | OverlapResult): string {
  const share = Math.ceil((100 * stopSeconds) / stopTimeoutSeconds);
  return `${stopSeconds.toFixed(1)} s, ${share} % of ${stopTimeoutSeconds} s${killed ? " KILLED" : ""}`;
}

function todayOf({ today }: RestartResult): string {
  if (today === undefined) return "";
  const of = ({ read, written }: ReadBack): string => `${read} of ${written}`;
  return `${of(today.inBucket)}; in memory at its stop: ${of(today.atStop)}`;
}

function refusedOf({ refusals, longestRefusalSeconds }: OverlapResult): string {
  if (refusals.length === 0) return "none";
  const count = refusals.reduce((sum, refusal) => sum + refusal.count, 0);
  const statuses = [...new Set(refusals.map(({ way, status }) => `${way} ${status ?? "no answer"}`))];
  return `${count} (${statuses.join(", ")}), for ${longestRefusalSeconds.toFixed(1)} s at most`;
}
