import type { ServiceBinary } from "../binaries/find-binary";
import { formatSeconds } from "../format";
import type { Evidence } from "../incidents/evidence";
import { resembles } from "../incidents/resembles";
import { renderTable, type Column } from "../report/table";
import { renderSmokeReport } from "../smoke/report";
import type { LiveResult } from "./live";
import type { LiveServiceReport, TaskFailure } from "./live-report";

const COLUMNS: readonly Column[] = [
  { title: "service" },
  { title: "version" },
  { title: "deployment" },
  { title: "healthy after", align: "right" },
  { title: "stopped in", align: "right" },
];

/**
 * What a live rehearsal saw, for people: services, smoke test, failures with the incident that they look like, refused calls,
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

function failureLines({ service, task, reason, lines }: TaskFailure): readonly string[] {
  const evidence: readonly Evidence[] = [
    { source: "stop reason", text: reason, service },
    ...lines.map((text): Evidence => ({ source: "log", text, service })),
  ];
  return [
    `FAILED: ${task}: ${reason}`,
    ...lines.slice(-4).map((line) => `    ${line.slice(0, 300)}`),
    ...resembles(evidence)
      .slice(0, 2)
      .map(({ id, what, remedy }) => `  looks like ${id}: ${what}\n  remedy: ${remedy}`),
  ];
}

function verdict({ report }: LiveResult, good: boolean): string {
  const green = `from the first task's start to the end of the smoke test: ${formatSeconds(report.greenSeconds)}`;
  return good ? `The platform runs; ${green}` : `The platform does not run as it should; ${green}`;
}
