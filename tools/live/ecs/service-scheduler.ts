import { setTimeout as sleep } from "node:timers/promises";
import type { LiveService } from "../stack/live-stack";
import { failureThreshold } from "./circuit-breaker";
import type { Rollout, RunningTask, SchedulerEvent, TaskRuntime } from "./runtime";

/** Options of a service's scheduler. */
export interface SchedulerProps {
  readonly service: LiveService;
  readonly runtime: TaskRuntime;
  readonly onEvent: (event: SchedulerEvent) => void;
  /** Seconds between two looks at the tasks. @default 0.25 */
  readonly tickSeconds?: number;
  /**
   * Seconds before a failed task is replaced, times the failures in a row, up to 60 times: ECS waits longer and longer.
   * @default 1
   */
  readonly retrySeconds?: number;
  /**
   * Seconds that a task without target groups must have run before it counts as healthy: nobody asks it, and what a program
   * does not understand ends it within that time.
   * @default 10
   */
  readonly settleSeconds?: number;
}

/** End of a deployment. `stopped`: the scheduler was stopped before the deployment ended. */
export type DeploymentResult = "completed" | "failed" | "stopped";

/** Log lines that a report of a failed task shows. */
const REPORTED_LINES = 12;

/** Number of failures in a row after which a replacement waits longer. */
const LONGEST_WAIT = 60;

interface Task {
  readonly task: RunningTask;
  readonly startedAt: number;
  exitCode: number | undefined;
}

class Deployment {
  readonly tasks = new Set<Task>();
  readonly startedAt = performance.now();
  /** Before it was completed: what the circuit breaker counts. */
  failures = 0;
  failuresInARow = 0;
  retryAt = 0;
  completed = false;

  constructor(readonly rollout: Rollout) {}
}

/**
 * Keeps a service's tasks as ECS does: starts the desired count, stops a task whose container ended or whose target is
 * unhealthy after the grace period, replaces it; a new deployment runs beside the former one until it is healthy, and its
 * circuit breaker ends it after so many failures.
 */
export class ServiceScheduler {
  private active: Deployment | undefined;
  private former: Deployment | undefined;
  private closing = false;
  private loop: Promise<void> = Promise.resolve();
  private readonly threshold: number;

  /** @param props see {@link SchedulerProps} */
  constructor(private readonly props: SchedulerProps) {
    this.threshold = failureThreshold(props.service.desiredCount);
  }

  /**
   * Rolls out, and goes on keeping the tasks after that.
   *
   * @returns how the deployment ended; after `failed` with a rollback the former one's tasks still run
   */
  async deploy(rollout: Rollout): Promise<DeploymentResult> {
    const deployment = new Deployment(rollout);
    const superseded = this.active;
    this.active = deployment;
    await this.loop;
    // A deployment that never got healthy is given up for the next one; its tasks go, and what ran before stays.
    if (superseded?.completed === false) await this.retire(superseded);
    else this.former = superseded;
    return new Promise((resolve, reject) => {
      this.loop = this.keep(deployment, resolve).catch(reject);
    });
  }

  /** True if as many tasks as desired are healthy now. */
  isSteady(): boolean {
    const tasks = [...(this.active?.tasks ?? [])];
    return tasks.filter((task) => this.isHealthy(task)).length >= this.props.service.desiredCount;
  }

  /** Stops all tasks at once, without draining: the whole platform ends. */
  async close(): Promise<void> {
    this.closing = true;
    await this.loop;
    const tasks = [this.active, this.former].flatMap((deployment) => [...(deployment?.tasks ?? [])]);
    await Promise.all(tasks.map(async (task) => this.end(task)));
  }

  /** One deployment's life: until another one takes over, the circuit breaker ends it, or all ends. */
  private async keep(deployment: Deployment, ended: (result: DeploymentResult) => void): Promise<void> {
    while (!this.closing && this.active === deployment) {
      await this.startMissing(deployment);
      for (const task of deployment.tasks) await this.check(deployment, task);
      if (this.isBroken(deployment)) {
        await this.breakOff(deployment);
        ended("failed");
        return;
      }
      if (this.isSteady()) {
        deployment.failuresInARow = 0;
        if (!deployment.completed) {
          await this.complete(deployment);
          ended("completed");
        }
      }
      await sleep((this.props.tickSeconds ?? 0.25) * 1000);
    }
    if (!deployment.completed) ended("stopped");
  }

  private async startMissing(deployment: Deployment): Promise<void> {
    const { service, runtime, onEvent } = this.props;
    if (performance.now() < deployment.retryAt) return;
    while (deployment.tasks.size < service.desiredCount && !this.closing) {
      const task = await runtime.start(service, deployment.rollout);
      const kept: Task = { task, startedAt: performance.now(), exitCode: undefined };
      void task.ended.then((code) => (kept.exitCode = code));
      deployment.tasks.add(kept);
      onEvent({ kind: "task started", task: task.id, rollout: deployment.rollout.label });
      await task.register();
    }
  }

  private async check(deployment: Deployment, kept: Task): Promise<void> {
    const reason = this.failureOf(kept);
    if (reason === undefined) return;
    deployment.tasks.delete(kept);
    const { task } = kept;
    this.props.onEvent({ kind: "task failed", task: task.id, reason, lines: task.lastLines(REPORTED_LINES) });
    if (!deployment.completed) deployment.failures += 1;
    deployment.failuresInARow += 1;
    const wait = Math.min(deployment.failuresInARow, LONGEST_WAIT) * (this.props.retrySeconds ?? 1);
    deployment.retryAt = performance.now() + wait * 1000;
    void task.deregister();
    await this.end(kept);
  }

  private failureOf({ task, startedAt, exitCode }: Task): string | undefined {
    if (exitCode !== undefined) return `Essential container in task exited (exit code ${exitCode})`;
    const { state, reason } = task.health();
    if (state !== "unhealthy" || secondsSince(startedAt) < this.props.service.gracePeriodSeconds) return undefined;
    return `Task failed ELB health checks (${reason ?? "unhealthy"})`;
  }

  private isHealthy({ task, startedAt, exitCode }: Task): boolean {
    const { service, settleSeconds = 10 } = this.props;
    const hasSettled = service.targetGroups.length > 0 || secondsSince(startedAt) >= settleSeconds;
    return exitCode === undefined && hasSettled && task.health().state === "healthy";
  }

  private isBroken({ completed, failures }: Deployment): boolean {
    return !completed && this.props.service.circuitBreaker.enabled && failures >= this.threshold;
  }

  /** The former deployment takes over again where the circuit breaker says so and there is one. */
  private async breakOff(deployment: Deployment): Promise<void> {
    const { rollback } = this.props.service.circuitBreaker;
    const { former } = this;
    await this.retire(deployment);
    const { rollout, failures } = deployment;
    const back = rollback && former !== undefined ? { rollsBackTo: former.rollout.label } : {};
    this.props.onEvent({ kind: "deployment failed", rollout: rollout.label, failures, ...back });
    this.active = former;
    this.former = undefined;
    if (former !== undefined) this.loop = Promise.resolve().then(async () => this.keep(former, () => undefined));
  }

  private async complete(deployment: Deployment): Promise<void> {
    deployment.completed = true;
    const seconds = (performance.now() - deployment.startedAt) / 1000;
    this.props.onEvent({ kind: "deployment completed", rollout: deployment.rollout.label, seconds });
    const { former } = this;
    this.former = undefined;
    if (former !== undefined) await this.retire(former);
  }

  /** Ends a deployment's tasks in ECS's order: out of the load balancer and Cloud Map, then SIGTERM. */
  private async retire(deployment: Deployment): Promise<void> {
    await Promise.all(
      [...deployment.tasks].map(async (task) => {
        deployment.tasks.delete(task);
        await task.task.deregister();
        await this.end(task);
      }),
    );
  }

  private async end({ task }: Task): Promise<void> {
    const { seconds, killed } = await task.stop();
    this.props.onEvent({ kind: "task stopped", task: task.id, seconds, killed });
  }
}

function secondsSince(moment: number): number {
  return (performance.now() - moment) / 1000;
}
