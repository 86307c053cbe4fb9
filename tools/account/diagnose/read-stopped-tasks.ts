import { DescribeTasksCommand, ListTasksCommand, type ECSClient, type Task } from "@aws-sdk/client-ecs";
import { redact } from "../../terminal/redact";
import type { StoppedTask } from "./service-diagnosis";

/** Needed permissions. */
export const STOPPED_TASKS_ACTIONS = ["ecs:ListTasks", "ecs:DescribeTasks"] as const;

/**
 * The tasks of a service that have stopped, newest first.
 *
 * @param ecs connection to ECS
 * @param cluster name of the cluster
 * @param service name of the service
 */
export async function readStoppedTasks(
  ecs: ECSClient,
  cluster: string,
  service: string,
): Promise<readonly StoppedTask[]> {
  const { taskArns: tasks = [] } = await ecs.send(
    new ListTasksCommand({ cluster, serviceName: service, desiredStatus: "STOPPED" }),
  );
  if (tasks.length === 0) return [];
  const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  // `STOPPED` is what ECS wants of them; those that still stop have no reason to tell yet.
  const stopped = (described.tasks ?? []).filter(({ stoppedReason }) => stoppedReason !== undefined);
  return stopped.map(factsOf).sort((a, b) => (b.at ?? "").localeCompare(a.at ?? ""));
}

function factsOf(task: Task): StoppedTask {
  return {
    id: lastPart(task.taskArn),
    taskDefinition: lastPart(task.taskDefinitionArn),
    at: (task.stoppedAt ?? task.stoppingAt)?.toISOString() ?? null,
    code: task.stopCode ?? "",
    reason: redact(task.stoppedReason ?? ""),
    containers: (task.containers ?? []).map(({ name = "", exitCode, reason = "" }) => ({
      name,
      exitCode: exitCode ?? null,
      reason: redact(reason),
    })),
  };
}

function lastPart(arn = ""): string {
  return arn.split("/").at(-1) ?? "";
}
