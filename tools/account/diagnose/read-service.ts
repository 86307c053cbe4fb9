import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type Deployment,
  type ECSClient,
  type Service,
} from "@aws-sdk/client-ecs";
import { redact } from "../../terminal/redact";
import type { DeploymentFacts, TimedLine } from "./service-diagnosis";

/** Needed permissions. */
export const SERVICES_ACTIONS = ["ecs:DescribeServices"] as const;

/** Permissions needed to read a task definition. */
export const TASK_DEFINITION_ACTIONS = ["ecs:DescribeTaskDefinition"] as const;

/** A service as ECS describes it. */
export interface EcsServiceFacts {
  readonly running: number;
  readonly pending: number;
  readonly desired: number;
  /** ARN of the task definition that the service is to run. */
  readonly taskDefinitionArn: string;
  readonly targetGroupArns: readonly string[];
  readonly deployments: readonly DeploymentFacts[];
  /** Newest first. */
  readonly events: readonly TimedLine[];
}

/** Events that are looked at; ECS keeps the last hundred. */
const EVENTS = 20;

/**
 * The services of a cluster that exist and are not being deleted, by name.
 *
 * @param ecs connection to ECS
 * @param cluster name of the cluster
 * @param services names, at most ten (an ECS limit)
 * @returns undefined if there is no such cluster
 */
export async function readServices(
  ecs: ECSClient,
  cluster: string,
  services: readonly string[],
): Promise<ReadonlyMap<string, EcsServiceFacts> | undefined> {
  try {
    const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [...services] }));
    const active = (answer.services ?? []).filter(({ status }) => status !== "INACTIVE");
    return new Map(active.map((service) => [service.serviceName ?? "", factsOf(service)]));
  } catch (error) {
    if (error instanceof ClusterNotFoundException) return undefined;
    throw error;
  }
}

function factsOf(service: Service): EcsServiceFacts {
  return {
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    desired: service.desiredCount ?? 0,
    taskDefinitionArn: service.taskDefinition ?? "",
    targetGroupArns: (service.loadBalancers ?? []).map(({ targetGroupArn = "" }) => targetGroupArn),
    deployments: (service.deployments ?? []).map(deploymentOf),
    events: (service.events ?? []).slice(0, EVENTS).map(({ createdAt, message = "" }) => ({
      at: createdAt?.toISOString() ?? null,
      text: redact(message),
    })),
  };
}

function deploymentOf(deployment: Deployment): DeploymentFacts {
  return {
    status: deployment.status ?? "",
    rolloutState: deployment.rolloutState ?? "",
    reason: redact(deployment.rolloutStateReason ?? ""),
    taskDefinition: deployment.taskDefinition?.split("/").at(-1) ?? "",
    desired: deployment.desiredCount ?? 0,
    running: deployment.runningCount ?? 0,
    pending: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    since: deployment.createdAt?.toISOString() ?? null,
  };
}

/** Parts of a task definition that are read; its environment is not, since people put secrets there. */
export interface TaskDefinitionFacts {
  readonly image: string;
  readonly container: string;
  readonly logGroup: string | undefined;
  readonly streamPrefix: string | undefined;
}

/**
 * The first container of a task definition.
 *
 * @param ecs connection to ECS
 * @param taskDefinition ARN or `family:revision`
 */
export async function readTaskDefinition(ecs: ECSClient, taskDefinition: string): Promise<TaskDefinitionFacts> {
  const answer = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  const [container] = answer.taskDefinition?.containerDefinitions ?? [];
  const options = container?.logConfiguration?.options ?? {};
  return {
    image: container?.image ?? "",
    container: container?.name ?? "",
    logGroup: options["awslogs-group"],
    streamPrefix: options["awslogs-stream-prefix"],
  };
}
