import { renderTable } from "../../terminal/table";
import { describeStop } from "./judge";
import type { LooksLike, ServiceDiagnosis, TimedLine } from "./service-diagnosis";

/** Largest number of entries shown of a long list. */
const SHOWN = { events: 8, stoppedTasks: 5 } as const;

/**
 * Diagnoses for people: a table of all, then the details of those that are not steady.
 *
 * @param diagnoses what was found
 * @param everything whether the details of steady services are shown too
 */
export function renderDiagnoses(diagnoses: readonly ServiceDiagnosis[], everything = false): string {
  const columns = ["service", "status", "tasks", "healthy targets", "image", "looks like"].map((title) => ({ title }));
  const table = renderTable(columns, diagnoses.map(rowOf));
  const detailed = diagnoses.filter(({ status }) => everything || status !== "steady");
  return [table, ...detailed.map(renderDetails)].join("\n\n");
}

function rowOf({ service, status, tasks, targets, image, looksLike }: ServiceDiagnosis): readonly string[] {
  const healthy = targets.filter(({ state }) => state === "healthy").length;
  return [
    service,
    status,
    tasks === null ? "-" : `${tasks.running} of ${tasks.desired}`,
    targets.length === 0 ? "-" : `${healthy} of ${targets.length}`,
    image
      ?.split("/")
      .at(-1)
      ?.replace(/(@sha256:.{12}).*/, "$1…") ?? "-",
    looksLike.map(({ id, certainty }) => (certainty === "typical" ? id : `${id}?`)).join(" "),
  ];
}

function renderDetails(diagnosis: ServiceDiagnosis): string {
  const { service, status, because, logs, notChecked } = diagnosis;
  const sections = [
    section("why", because),
    section("looks like", diagnosis.looksLike.flatMap(describeLikeness)),
    section("deployments", diagnosis.deployments.map(describeDeployment)),
    section(
      "rolled back",
      diagnosis.rollbacks.map(({ status: how, reason, finished }) => `${finished ?? "now"}  ${how}: ${reason}`),
    ),
    section(
      `stopped tasks (ECS remembers them for an hour)`,
      diagnosis.stoppedTasks
        .slice(0, SHOWN.stoppedTasks)
        .map((task) => `${time(task.at)}  ${task.taskDefinition}  ${describeStop(task)}`),
    ),
    section(
      "targets",
      diagnosis.targets.map(({ targetGroup, target, state, reason }) =>
        `${targetGroup}  ${target}  ${state}  ${reason}`.trimEnd(),
      ),
    ),
    section("events", diagnosis.events.slice(0, SHOWN.events).map(lineOf)),
    section(logs === null ? "no log lines" : `log ${logs.group} ${logs.stream}`, logs?.lines.map(lineOf) ?? []),
    section("not checked", notChecked),
  ];
  return [`${service}: ${status}`, ...sections.filter((text) => text !== "")].join("\n");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`  ${title}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

function lineOf({ at, text }: TimedLine): string {
  return `${time(at)}  ${text}`;
}

/** Seconds suffice: lines stay short. */
function time(at: string | null): string {
  return at === null ? "-" : at.replace(/\.\d+Z$/, "Z");
}

function describeDeployment({
  status,
  rolloutState,
  taskDefinition,
  running,
  desired,
  failedTasks,
  reason,
  since,
}: ServiceDiagnosis["deployments"][number]): string {
  const failed = failedTasks === 0 ? "" : `, ${failedTasks} failed`;
  return `${time(since)}  ${status} ${rolloutState}  ${taskDefinition}  ${running} of ${desired} run${failed}  ${reason}`.trimEnd();
}

/** An incident with what looks like it and its remedy, a few lines. */
export function describeLikeness({ id, certainty, what, remedy, seen }: LooksLike): readonly string[] {
  return [
    `${id}${certainty === "typical" ? "" : " (possibly)"}: ${what}`,
    ...seen.map((text) => `  seen: ${text}`),
    `  fix: ${remedy}`,
  ];
}
