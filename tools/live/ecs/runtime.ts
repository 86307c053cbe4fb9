import type { LiveService, LiveTaskDefinition } from "../stack/live-stack";

/** Content of a deployment: a task definition, and the files of the image at that time. */
export interface Rollout {
  /** For people: revision, and what is special about it. */
  readonly label: string;
  readonly taskDefinition: LiveTaskDefinition;
  /** Name of the image's files, which the runtime knows. */
  readonly image: string;
}

/** State of a task in all its target groups. */
export interface TargetState {
  /** `healthy` in each group, `unhealthy` in one at least, or not known yet. A task without target groups is healthy when it runs. */
  readonly state: "healthy" | "unhealthy" | "initial";
  /** Of the worst group, in words. @default - none */
  readonly reason?: string;
}

/** A task that was started. */
export interface RunningTask {
  readonly id: string;
  readonly address: string;
  /** Resolves with the container's exit code. */
  readonly ended: Promise<number>;
  lastLines(count: number): readonly string[];
  /** Registers it with its target groups and in Cloud Map. */
  register(): Promise<void>;
  /** Takes it out of both; resolves when its target groups have let go of it. */
  deregister(): Promise<void>;
  health(): TargetState;
  /** SIGTERM, and SIGKILL after the stop timeout. */
  stop(): Promise<{ readonly seconds: number; readonly killed: boolean }>;
}

/** Starts tasks. */
export interface TaskRuntime {
  start(service: LiveService, rollout: Rollout): Promise<RunningTask>;
}

/** Events of a service, as ECS would report them. */
export type SchedulerEvent =
  | { readonly kind: "task started"; readonly task: string; readonly rollout: string }
  | { readonly kind: "task failed"; readonly task: string; readonly reason: string; readonly lines: readonly string[] }
  | { readonly kind: "deployment completed"; readonly rollout: string; readonly seconds: number }
  | {
      readonly kind: "deployment failed";
      readonly rollout: string;
      readonly failures: number;
      readonly rollsBackTo?: string;
    }
  | { readonly kind: "task stopped"; readonly task: string; readonly seconds: number; readonly killed: boolean };
