import type { ServiceDiagnosis, ServiceStatus, StoppedTask } from "./service-diagnosis";

/** Facts about a service that decide its status. */
export type Judged = Pick<
  ServiceDiagnosis,
  "tasks" | "deployments" | "rollbacks" | "events" | "stoppedTasks" | "targets"
>;

/** A verdict on a service that exists. */
export interface Verdict {
  readonly status: ServiceStatus;
  readonly because: readonly string[];
}

/**
 * Decides the status of a service and its reasons: what failed in the deployment that is in effect, what runs, and how the load
 * balancer sees it. What happened before that deployment is past.
 *
 * @param facts what was read; what could not be read counts as nothing
 */
export function judge(facts: Judged): Verdict {
  const because = [
    ...failedDeployments(facts),
    ...rollbacks(facts),
    ...stops(facts),
    ...unhealthy(facts),
    ...missingTasks(facts),
  ];
  if (because.length > 0) return { status: "trouble", because };
  const goesOn = facts.deployments.some(({ rolloutState }) => rolloutState === "IN_PROGRESS");
  return goesOn ? { status: "deploying", because: ["a deployment goes on"] } : { status: "steady", because: [] };
}

/** Tests if a task stopped because of itself, and not because ECS wanted fewer or other ones. */
export function stoppedByItself({ code, reason }: StoppedTask): boolean {
  return /^(EssentialContainerExited|TaskFailedToStart)$/.test(code) || /health checks/i.test(reason);
}

function failedDeployments({ deployments }: Judged): readonly string[] {
  return deployments.flatMap(({ rolloutState, failedTasks, taskDefinition, reason }) => {
    if (rolloutState === "FAILED") return [`the deployment of ${taskDefinition} failed: ${reason}`];
    if (failedTasks > 0 && rolloutState !== "COMPLETED") {
      return [`${failedTasks} tasks of ${taskDefinition} did not become healthy`];
    }
    return [];
  });
}

function rollbacks({ rollbacks: past, events, deployments }: Judged): readonly string[] {
  const since = primarySince(deployments);
  const said = past
    .filter(({ finished }) => finished === null || finished >= since)
    .map(({ status, reason }) => `${status.toLowerCase().replaceAll("_", " ")}: ${reason}`);
  if (said.length > 0) return said;
  return events
    .filter(({ at, text }) => (at ?? "") >= since && /deployment failed|rolling back to deployment/.test(text))
    .map(({ text }) => text)
    .slice(0, 1);
}

function stops({ stoppedTasks, deployments }: Judged): readonly string[] {
  const since = primarySince(deployments);
  const own = stoppedTasks.filter((task) => stoppedByItself(task) && (task.at ?? since) >= since);
  const [newest] = own;
  if (newest === undefined) return [];
  const times = own.length === 1 ? "a task" : `${own.length} tasks`;
  return [`${times} stopped within the last hour, the last one: ${describeStop(newest)}`];
}

/** Describes the stop of a task, with the exit codes of its containers. */
export function describeStop({ reason, code, containers }: StoppedTask): string {
  const ends = containers
    .filter(({ exitCode, reason: why }) => exitCode !== null || why !== "")
    .map(({ name, exitCode, reason: why }) =>
      [`${name}:`, exitCode === null ? "never ran" : `exit ${exitCode}`, why].filter((part) => part !== "").join(" "),
    );
  return [reason === "" ? code : reason, ...ends].join("; ");
}

function unhealthy({ targets }: Judged): readonly string[] {
  return targets
    .filter(({ state }) => state === "unhealthy" || state === "unavailable")
    .map(({ targetGroup, target, state, reason }) => `${target} is ${state} in ${targetGroup}: ${reason}`);
}

function missingTasks({ tasks, deployments }: Judged): readonly string[] {
  if (tasks === null || tasks.running >= tasks.desired) return [];
  const goesOn = deployments.some(({ rolloutState }) => rolloutState === "IN_PROGRESS");
  return goesOn ? [] : [`${tasks.running} of ${tasks.desired} tasks run`];
}

/** Since when what runs is what was ordered; ISO 8601, empty if it is not said, which is before everything. */
function primarySince(deployments: Judged["deployments"]): string {
  return deployments.find(({ status }) => status === "PRIMARY")?.since ?? "";
}
