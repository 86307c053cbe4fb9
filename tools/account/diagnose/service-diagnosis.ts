import type { ServiceName } from "../../../modules/services/service-name";
import type { Certainty } from "../incidents/known-incident";

/** One deployment of an ECS service that is under way or in effect. */
export interface DeploymentFacts {
  /** `PRIMARY` is what ECS wants to run. */
  readonly status: string;
  /** `COMPLETED`, `IN_PROGRESS`, `FAILED`; empty when ECS does not say. */
  readonly rolloutState: string;
  readonly reason: string;
  /** `family:revision`. */
  readonly taskDefinition: string;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  /** Tasks that did not become healthy since the deployment began. */
  readonly failedTasks: number;
  /** ISO 8601; null when ECS does not say. */
  readonly since: string | null;
}

/** A deployment of the last days that did not end well. */
export interface RollbackFacts {
  /** As ECS says it: `ROLLBACK_SUCCESSFUL`, `STOPPED`, … */
  readonly status: string;
  readonly reason: string;
  /** ISO 8601; null when it goes on. */
  readonly finished: string | null;
}

/** A task that has stopped; ECS remembers it for about an hour. */
export interface StoppedTask {
  readonly id: string;
  readonly taskDefinition: string;
  /** ISO 8601; null when ECS does not say. */
  readonly at: string | null;
  /** `EssentialContainerExited`, `TaskFailedToStart`, `ServiceSchedulerInitiated`, … */
  readonly code: string;
  readonly reason: string;
  readonly containers: readonly {
    readonly name: string;
    /** Null when the container never ran. */
    readonly exitCode: number | null;
    readonly reason: string;
  }[];
}

/** One target of one target group. */
export interface TargetFacts {
  readonly targetGroup: string;
  /** `address:port`. */
  readonly target: string;
  /** `healthy`, `unhealthy`, `draining`, … */
  readonly state: string;
  /** AWS's reason code and description; empty for healthy targets. */
  readonly reason: string;
}

/** A line of a container's log or a service's event. */
export interface TimedLine {
  /** ISO 8601; null when it is not said. */
  readonly at: string | null;
  readonly text: string;
}

/** The last log lines. */
export interface LogFacts {
  readonly group: string;
  readonly stream: string;
  readonly lines: readonly TimedLine[];
}

/** An incident of the history that a service looks like, for people and machines. */
export interface LooksLike {
  readonly id: string;
  readonly certainty: Certainty;
  readonly what: string;
  readonly remedy: string;
  readonly seen: readonly string[];
}

/**
 * `steady`; `deploying`: a deployment goes on and nothing has failed yet; `trouble`; `absent`: ECS has no such service;
 * `not checked`: the service itself could not be read.
 */
export type ServiceStatus = "steady" | "deploying" | "trouble" | "absent" | "not checked";

/** All that was found out about one service. */
export interface ServiceDiagnosis {
  readonly service: ServiceName;
  readonly status: ServiceStatus;
  /** Reasons of the status, most important first; empty when it is steady. */
  readonly because: readonly string[];
  readonly tasks: { readonly running: number; readonly pending: number; readonly desired: number } | null;
  /** Image in the deployed task definition; null when it is not known. */
  readonly image: string | null;
  readonly deployments: readonly DeploymentFacts[];
  readonly rollbacks: readonly RollbackFacts[];
  /** Newest first. */
  readonly events: readonly TimedLine[];
  /** Newest first. */
  readonly stoppedTasks: readonly StoppedTask[];
  readonly targets: readonly TargetFacts[];
  readonly logs: LogFacts | null;
  /** Facts that could not be read: `stopped tasks: needs ecs:ListTasks`. */
  readonly notChecked: readonly string[];
  readonly looksLike: readonly LooksLike[];
}
