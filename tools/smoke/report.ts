import { formatSeconds } from "../format";
import { renderTable, type Column } from "../report/table";
import type { SmokeRow } from "./check";
import type { SmokeReport } from "./run-smoke";

const COLUMNS: readonly Column[] = [
  { title: "service" },
  { title: "state" },
  { title: "tested" },
  { title: "latency", align: "right" },
  { title: "readable after", align: "right" },
];

/** The report for people: the table, then each failure with the way its request took, then the sum. */
export function renderSmokeReport(report: SmokeReport): string {
  const table = renderTable(COLUMNS, report.rows.map(cellsOf));
  const details = report.rows.filter(({ reason }) => reason !== undefined).flatMap(detailOf);
  return [table, ...details, summaryOf(report)].join("\n");
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

function detailOf({ service, state, tested, reason = "", route }: SmokeRow): readonly string[] {
  const lines = [`${state === "failed" ? "FAILED" : "skipped"}: ${service}, ${tested}: ${reason}`];
  if (route !== undefined) lines.push(`  route: ${route}`);
  return lines;
}

function summaryOf({ url, tenant, run, rows, seconds }: SmokeReport): string {
  const count = (state: SmokeRow["state"]): number => rows.filter((row) => row.state === state).length;
  const counts = `${count("ok")} ok, ${count("failed")} failed, ${count("skipped")} skipped`;
  return `${counts} in ${formatSeconds(seconds)} (${url}, tenant ${tenant}, run label ${run})`;
}
