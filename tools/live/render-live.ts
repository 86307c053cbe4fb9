import type { ServiceBinary } from "../images/binaries/find-binary";
import { formatSeconds } from "../terminal/format";
import { renderTable, type Column } from "../terminal/table";
import { renderSmokeReport } from "../smoke/report";
import type { LiveResult } from "./live";
import type { LiveServiceReport, TaskFailure } from "./live-report";
import { resemblanceLines } from "./resemblance-lines";

const COLUMNS: readonly Column[] = [
  { title: "service" },
  { title: "version" },
  { title: "deployment" },
  { title: "healthy after", align: "right" },
  { title: "stopped in", align: "right" },
];

/**
 * Renders the result of a live rehearsal for people: services, smoke test, failures with the incident that they look like, refused calls,
 * verdict.
 *
 * @param result what it saw
 * @param profile name of the profile
 */
export function renderLive(result: LiveResult, profile: string): string {
  const { report, programs, strayKeys, good, logFolder } = result;
  return [
    renderTable(
      COLUMNS,
      report.services.map((service) => cellsOf(service, programs)),
    ),
    ...programs.flatMap(({ service, version, standsFor }) =>
      standsFor === undefined ? [] : [`* ${service} ${version} stands for ${standsFor.wanted}: ${standsFor.reason}`],
    ),
    ...report.services.flatMap(({ service, why }) => (why === undefined ? [] : [`left out: ${service}: ${why}`])),
    "",
    renderSmokeReport(report.smoke, profile),
    "",
    ...report.failures.flatMap(failureLines),
    ...report.denials.map(
      ({ task, action, resource, reason, count }) =>
        `DENIED: ${task ?? "unknown keys"}: ${action} on ${resource === "" ? "(no resource)" : resource}: ${reason}${count > 1 ? ` (${count} times)` : ""}`,
    ),
    ...[...new Set(report.unchecked.map(({ action, condition }) => `${action}: ${condition}`))].map(
      (text) => `not checked: condition of a policy, taken as fulfilled: ${text}`,
    ),
    ...strayKeys.map((key) => `STRAY: ${key} lies below no declared storage prefix`),
    verdict(result, good),
    `Logs: ${logFolder}`,
  ].join("\n");
}

function cellsOf(
  { service, result, healthySeconds, stopSeconds, stopTimeoutSeconds, killed }: LiveServiceReport,
  programs: readonly ServiceBinary[],
): readonly string[] {
  const program = programs.find((one) => one.service === service);
  const stop = stopSeconds === undefined ? "" : `${stopSeconds.toFixed(1)} of ${stopTimeoutSeconds} s`;
  return [
    service,
    program === undefined ? "" : `${program.version}${program.standsFor === undefined ? "" : " *"}`,
    result === "failed" ? "FAILED" : result,
    healthySeconds === undefined ? "" : formatSeconds(healthySeconds),
    killed ? `KILLED after ${stopTimeoutSeconds} s` : stop,
  ];
}

function failureLines(failure: TaskFailure): readonly string[] {
  const { task, reason, lines } = failure;
  return [
    `FAILED: ${task}: ${reason}`,
    ...lines.slice(-4).map((line) => `    ${line.slice(0, 300)}`),
    ...resemblanceLines(failure),
  ];
}

function verdict({ report }: LiveResult, good: boolean): string {
  const green = `from the first task's start to the end of the smoke test: ${formatSeconds(report.greenSeconds)}`;
  return good ? `The platform runs; ${green}` : `The platform does not run as it should; ${green}`;
}
