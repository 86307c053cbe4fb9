import { setTimeout as sleep } from "node:timers/promises";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { SmokeClient } from "../../tools/smoke/http-client";
import type { FrontDoor } from "./front-door";
import type { Ground } from "./ground";
import type { Task } from "./task";
import type { SignalItems } from "./items/signal-items";
import { readBack } from "./read-back";
import type { OverlapResult } from "./result";
import { SteadyLoad } from "./steady-load";

/** Options of a replacement. */
export interface OverlapProps {
  readonly ground: Ground;
  readonly items: SignalItems;
  readonly config: PlatformConfig;
  readonly door: FrontDoor;
  /** Seconds that items may take to be readable. */
  readonly waitSeconds: number;
  readonly note: (text: string) => void;
}

/** Milliseconds between two writes. */
const EVERY_MS = 50;

/** Seconds of writes with only the old task, and with only the new one. */
const ALONE_SECONDS = 5;

/**
 * Seconds between a task's way out of the load balancer and its SIGTERM. ECS waits until the load balancer has drained
 * it, for the deregistration delay at most; the writes here take milliseconds.
 */
const DRAIN_SECONDS = 1;

/** Seconds that the load balancer may take to find a task healthy. */
const HEALTHY_SECONDS = 180;

/**
 * A deployment as ECS makes it: a second task beside the first, both in Cloud Map and behind the load balancer; once the
 * new one is healthy the old one is taken out of both, and when its last requests are drained it is told to stop. Writes go
 * on all the time.
 */
export async function overlap(props: OverlapProps): Promise<OverlapResult> {
  const { ground, items, config, door, note } = props;
  const { service } = items;
  const old = await startTask(props, "old");
  const client = new SmokeClient({ url: door.url, requestTimeoutSeconds: 30 });
  const send = async (request: Parameters<Task["send"]>[0]) => client.send(request);
  const load = new SteadyLoad({ items, send, run: "overlap", tenant: config.tenants.platform, everyMs: EVERY_MS });
  await sleep(ALONE_SECONDS * 1000);
  const together = performance.now();
  await startTask(props, "new");
  note("the new task is healthy; the old one is told to stop");
  door.deregister(service, old.address);
  await ground.unregister(old, config);
  await sleep(DRAIN_SECONDS * 1000);
  const stopped = performance.now();
  const stop = await old.stop();
  const togetherSeconds = (performance.now() - together) / 1000;
  note(`the old task stopped in ${stop.seconds.toFixed(1)} s`);
  await sleep(ALONE_SECONDS * 1000);
  await load.stop();
  const read = await readBack(items, send, load.written, props.waitSeconds);
  note(`${read.read} of ${read.written} ${items.item} after ${read.afterSeconds.toFixed(0)} s`);
  client.close();
  return {
    kind: "overlap",
    service,
    item: items.item,
    stopSeconds: stop.seconds,
    stopTimeoutSeconds: old.definition.tasks.stopTimeoutSeconds,
    killed: stop.killed,
    togetherSeconds,
    items: read,
    longestRefusalSeconds: load.longestRefusalSeconds,
    refusals: load.refusals,
    lost: read.missing.map((id) => load.lost(id, stopped)),
  };
}

async function startTask({ ground, items, config, door, note }: OverlapProps, name: string): Promise<Task> {
  const { service } = items;
  const task = await ground.start({ service, config, name: `${service}-${name}` });
  door.register(service, task.address);
  const started = performance.now();
  while (!door.isHealthy(service, task.address)) {
    if (!task.isRunning || performance.now() - started > HEALTHY_SECONDS * 1000) await task.ready(0);
    await sleep(250);
  }
  note(`the ${name} task is healthy after ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return task;
}
