import { formatSeconds } from "../terminal/format";
import { renderTable, type Column } from "../terminal/table";
import type { SmokeRow } from "./check";
import type { SmokeReport } from "./run-smoke";

const COLUMNS: readonly Column[] = [
  { title: "service" },
  { title: "state" },
  { title: "tested" },
  { title: "latency", align: "right" },
  { title: "readable after", align: "right" },
];

/**
 * The report for people: the table, then each failure with the way its request took, then the sum.
 *
 * @param report what was found
 * @param profile name of the profile whose tenant, rules and secret were used
 */
export function renderSmokeReport(report: SmokeReport, profile: string): string {
  const table = renderTable(COLUMNS, report.rows.map(cellsOf));
  return [table, ...failuresOf(report), ...skippedOf(report), summaryOf(report, profile)].join("\n");
}

function cellsOf({ service, state, tested, latencyMs, waitedSeconds }: SmokeRow): readonly string[] {
  return [
    service,
    state === "failed" ? "FAILED" : state,
    tested,
    latencyMs === undefined ? "" : `${latencyMs} ms`,
    waitedSeconds === undefined ? "" : formatSeconds(waitedSeconds),
  ];
}

function failuresOf({ rows }: SmokeReport): readonly string[] {
  return rows
    .filter(({ state }) => state === "failed")
    .flatMap(({ service, tested, reason = "", route }) => [
      `FAILED: ${service}, ${tested}: ${reason}`,
      ...(route === undefined ? [] : [`  route: ${route}`]),
    ]);
}

/** One line for all checks of a service that were skipped for the same reason. */
function skippedOf({ rows }: SmokeReport): readonly string[] {
  const counts = new Map<string, number>();
  for (const { service, state, reason = "" } of rows) {
    const line = `${service}: ${reason}`;
    if (state === "skipped") counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `skipped: ${line}${count === 1 ? "" : ` (${count} checks)`}`);
}

function summaryOf({ url, tenant, run, rows, seconds }: SmokeReport, profile: string): string {
  const count = (state: SmokeRow["state"]): number => rows.filter((row) => row.state === state).length;
  const counts = `${count("ok")} ok, ${count("failed")} failed, ${count("skipped")} skipped`;
  return `${counts} in ${formatSeconds(seconds)} (${url}, profile ${profile}, tenant ${tenant}, run label ${run})`;
}
