import type { ServiceName } from "../../modules/services/service-name";
import type { SmokeReport } from "../smoke/run-smoke";
import type { Denial, Unchecked } from "./aws/ledger";
import type { DeploymentResult } from "./ecs/service-scheduler";

/** A task that failed, as ECS would say it. */
export interface TaskFailure {
  readonly service: ServiceName;
  readonly task: string;
  readonly reason: string;
  /** The last lines that it wrote. */
  readonly lines: readonly string[];
}

/** Result of a service. */
export interface LiveServiceReport {
  readonly service: ServiceName;
  readonly revision: string;
  readonly result: DeploymentResult | "left out";
  /** Reason why it was left out. @default - it was not */
  readonly why?: string;
  /** Seconds from its first task's start until all its tasks were healthy. @default - they were not */
  readonly healthySeconds?: number;
  /** Longest stop of a task at the end, in seconds. @default - none ran */
  readonly stopSeconds?: number;
  /** Seconds that a task may take to stop. */
  readonly stopTimeoutSeconds: number;
  /** True if a task had to be killed after that. */
  readonly killed: boolean;
}

/** A later deployment, and what came of it. */
export interface TrialReport {
  readonly service: ServiceName;
  readonly label: string;
  readonly result: DeploymentResult;
  /** True if the service has as many healthy tasks as it should have after it. */
  readonly steadyAfter: boolean;
}

/** All that a live rehearsal saw. */
export interface LiveReport {
  readonly services: readonly LiveServiceReport[];
  readonly smoke: SmokeReport;
  /** Seconds from the first task's start until the smoke test had ended. */
  readonly greenSeconds: number;
  readonly failures: readonly TaskFailure[];
  /** Calls that a role does not allow. Any fails the run. */
  readonly denials: readonly Denial[];
  /** Conditions of policies that were taken as fulfilled. */
  readonly unchecked: readonly Unchecked[];
  readonly trials: readonly TrialReport[];
}

/** Messages of the engine while it runs, a line of JSON each. */
export type EngineMessage =
  | { readonly kind: "step" | "done" | "failed"; readonly service: ServiceName; readonly text: string }
  | { readonly kind: "note"; readonly text: string }
  /** The load balancer listens: the socket of each listener. */
  | {
      readonly kind: "listening";
      readonly sockets: readonly { readonly port: number; readonly path: string; readonly protocol: string }[];
    }
  /** Everything is up and tested, and goes on running. */
  | { readonly kind: "up"; readonly report: LiveReport }
  | { readonly kind: "report"; readonly report: LiveReport };
