import { failureThreshold } from "../../../../tools/live/ecs/circuit-breaker";
import type {
  Rollout,
  RunningTask,
  SchedulerEvent,
  TargetState,
  TaskRuntime,
} from "../../../../tools/live/ecs/runtime";
import { ServiceScheduler } from "../../../../tools/live/ecs/service-scheduler";
import type { LiveService, LiveTaskDefinition } from "../../../../tools/live/stack/live-stack";

const taskDefinition: LiveTaskDefinition = {
  revision: "lgtm-tempo:1",
  environment: {},
  stopTimeoutSeconds: 120,
  role: { name: "tempo", policies: [] },
};

function service(changed: Partial<LiveService> = {}): LiveService {
  return {
    name: "tempo",
    ecsName: "lgtm-tempo",
    desiredCount: 1,
    gracePeriodSeconds: 0,
    circuitBreaker: { enabled: true, rollback: true },
    targetGroups: [],
    taskDefinition,
    ...changed,
  };
}

const rollout = (label: string): Rollout => ({ label, taskDefinition, image: label });

/** A task whose end and health the test decides. */
class StandInTask implements RunningTask {
  readonly address = "10.0.11.4";
  readonly done: string[] = [];
  state: TargetState = { state: "initial" };
  private end: (code: number) => void = () => undefined;
  readonly ended = new Promise<number>((resolve) => (this.end = resolve));

  constructor(
    readonly id: string,
    readonly image: string,
    private readonly order: string[],
  ) {}

  exit(code: number): void {
    this.end(code);
  }
  lastLines(): readonly string[] {
    return [`last words of ${this.id}`];
  }
  async register(): Promise<void> {
    this.order.push(`${this.id} registered`);
    await Promise.resolve();
  }
  async deregister(): Promise<void> {
    this.order.push(`${this.id} deregistered`);
    await Promise.resolve();
  }
  health(): TargetState {
    return this.state;
  }
  async stop() {
    this.order.push(`${this.id} stopped`);
    this.end(143);
    return Promise.resolve({ seconds: 0, killed: false });
  }
}

/** Starts stand-ins; `behave` makes of each what its image is. */
class StandInRuntime implements TaskRuntime {
  readonly tasks: StandInTask[] = [];
  readonly order: string[] = [];

  constructor(private readonly behave: (task: StandInTask) => void) {}

  async start(_service: LiveService, { image }: Rollout): Promise<RunningTask> {
    const task = new StandInTask(`task-${this.tasks.length + 1}`, image, this.order);
    this.tasks.push(task);
    this.behave(task);
    return Promise.resolve(task);
  }
}

const schedulers: ServiceScheduler[] = [];
function schedule(runtime: TaskRuntime, of: LiveService = service(), settleSeconds = 0) {
  const events: SchedulerEvent[] = [];
  const onEvent = (event: SchedulerEvent) => events.push(event);
  const pace = { tickSeconds: 0.005, retrySeconds: 0.005, settleSeconds };
  const scheduler = new ServiceScheduler({ service: of, runtime, onEvent, ...pace });
  schedulers.push(scheduler);
  return { scheduler, events, kinds: () => events.map(({ kind }) => kind) };
}
afterEach(async () => {
  await Promise.all(schedulers.splice(0).map(async (scheduler) => scheduler.close()));
});

const healthy = (task: StandInTask) => (task.state = { state: "healthy" });
const unhealthy = (task: StandInTask) => (task.state = { state: "unhealthy", reason: "tempo: codes [404]" });

test("a deployment is completed when as many tasks as desired are healthy", async () => {
  const runtime = new StandInRuntime(healthy);
  const { scheduler, kinds } = schedule(runtime, service({ desiredCount: 2 }));

  expect(await scheduler.deploy(rollout("one"))).toBe("completed");

  expect(runtime.tasks).toHaveLength(2);
  expect(scheduler.isSteady()).toBe(true);
  expect(kinds()).toEqual(["task started", "task started", "deployment completed"]);
});

test("a slow start within the grace period is no failure; the same state after it stops the task", async () => {
  const slow = new StandInRuntime((task) => {
    unhealthy(task);
    setTimeout(() => healthy(task), 60);
  });
  const patient = schedule(slow, service({ gracePeriodSeconds: 60 }));
  expect(await patient.scheduler.deploy(rollout("one"))).toBe("completed");
  expect(patient.kinds()).toEqual(["task started", "deployment completed"]);

  const { scheduler, events } = schedule(new StandInRuntime(unhealthy), service({ gracePeriodSeconds: 0.02 }));
  expect(await scheduler.deploy(rollout("one"))).toBe("failed");
  const reasons = events.flatMap((event) => (event.kind === "task failed" ? [event.reason] : []));
  expect(reasons).toEqual(Array(3).fill("Task failed ELB health checks (tempo: codes [404])"));
});

test("a first deployment whose tasks crash is ended by the circuit breaker, with the last lines of each", async () => {
  const runtime = new StandInRuntime((task) => {
    task.exit(1);
  });
  const { scheduler, events } = schedule(runtime);

  expect(await scheduler.deploy(rollout("one"))).toBe("failed");

  expect(runtime.tasks).toHaveLength(3);
  expect(events).toContainEqual({
    kind: "task failed",
    task: "task-1",
    reason: "Essential container in task exited (exit code 1)",
    lines: ["last words of task-1"],
  });
  expect(events.at(-1)).toEqual({ kind: "deployment failed", rollout: "one", failures: 3 });
  expect(scheduler.isSteady()).toBe(false);
});

test("a second deployment that fails is rolled back: the former task ran all the time", async () => {
  const runtime = new StandInRuntime((task) => {
    if (task.image === "good") healthy(task);
    else task.exit(1);
  });
  const { scheduler, events } = schedule(runtime);
  await scheduler.deploy(rollout("good"));

  expect(await scheduler.deploy(rollout("bad"))).toBe("failed");

  expect(events.at(-1)).toMatchObject({ kind: "deployment failed", rollout: "bad", rollsBackTo: "good" });
  expect(runtime.order).not.toContain("task-1 deregistered");
  expect(scheduler.isSteady()).toBe(true);
});

test("a task that nobody asks and that ends soon after its start is no completed deployment", async () => {
  const runtime = new StandInRuntime((task) => {
    healthy(task);
    if (task.image === "bad")
      setTimeout(() => {
        task.exit(1);
      }, 20);
  });
  const { scheduler, events } = schedule(runtime, service(), 0.1);
  expect(await scheduler.deploy(rollout("good"))).toBe("completed");

  expect(await scheduler.deploy(rollout("bad"))).toBe("failed");

  expect(events.at(-1)).toMatchObject({ kind: "deployment failed", failures: 3, rollsBackTo: "good" });
  expect(runtime.order).not.toContain("task-1 stopped");
});

test("a task that a target group asks counts as healthy when that says so, however young it is", async () => {
  const asked = service({ targetGroups: [{ name: "tempo", port: 3200 }] });
  const { scheduler } = schedule(new StandInRuntime(healthy), asked, 60);

  expect(await scheduler.deploy(rollout("one"))).toBe("completed");
});

test("a service whose tasks end again and again waits longer each time", async () => {
  const startedAt: number[] = [];
  const runtime = new StandInRuntime((task) => {
    startedAt.push(performance.now());
    if (startedAt.length === 1) healthy(task);
    else task.exit(1);
  });
  const { scheduler } = schedule(runtime, service(), 0.01);
  expect(await scheduler.deploy(rollout("one"))).toBe("completed");
  runtime.tasks[0]?.exit(1);

  await until(() => startedAt.length === 12);

  const waited = (index: number) => (startedAt[index] ?? 0) - (startedAt[index - 1] ?? 0);
  expect(waited(11)).toBeGreaterThanOrEqual(50);
});

test("a new task is healthy before the old one leaves the load balancer, and it leaves before it is stopped", async () => {
  const runtime = new StandInRuntime(healthy);
  const { scheduler } = schedule(runtime);
  await scheduler.deploy(rollout("one"));

  expect(await scheduler.deploy(rollout("two"))).toBe("completed");

  expect(runtime.order).toEqual(["task-1 registered", "task-2 registered", "task-1 deregistered", "task-1 stopped"]);
});

test("a running task that ends or flaps is replaced, which is no failure of the deployment", async () => {
  const runtime = new StandInRuntime(healthy);
  const { scheduler, kinds } = schedule(runtime);
  await scheduler.deploy(rollout("one"));

  runtime.tasks[0]?.exit(137);
  await until(() => runtime.tasks.length === 2 && scheduler.isSteady());
  const second = runtime.tasks[1];
  if (second !== undefined) unhealthy(second);
  await until(() => runtime.tasks.length === 3 && scheduler.isSteady());

  expect(kinds()).not.toContain("deployment failed");
  expect(kinds().filter((kind) => kind === "task failed")).toHaveLength(2);
});

test("without a circuit breaker the tasks are started again and again", async () => {
  const runtime = new StandInRuntime((task) => {
    task.exit(1);
  });
  const { scheduler } = schedule(runtime, service({ circuitBreaker: { enabled: false, rollback: false } }));
  const result = scheduler.deploy(rollout("one"));
  await until(() => runtime.tasks.length > 4);
  await scheduler.close();
  expect(await result).toBe("stopped");
});

test.each([
  [1, 3],
  [6, 3],
  [9, 5],
  [1000, 200],
])("with %d tasks, %d failures end a deployment", (count, threshold) => {
  expect(failureThreshold(count)).toBe(threshold);
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
