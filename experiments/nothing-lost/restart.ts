import { setTimeout as sleep } from "node:timers/promises";
import type { SourceFile } from "../../checks/source-file";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { deployedService } from "../../modules/services/catalog";
import type { Ground } from "./ground";
import type { Task } from "./task";
import type { ItemBatch, Send, SignalItems } from "./items/signal-items";
import { readBack } from "./read-back";
import type { RestartResult, TodayResult } from "./result";
import { idsFrom, writeAll } from "./write-all";

/** Options of a restart. */
export interface RestartProps {
  readonly ground: Ground;
  readonly items: SignalItems;
  readonly config: PlatformConfig;
  /** Items of each kind. */
  readonly count: number;
  /** Today's image and the configuration that injects its variables. @default - nothing is written with it */
  readonly today?: { readonly config: PlatformConfig; readonly files: readonly SourceFile[] } | undefined;
  /** Seconds that items may take to be readable. */
  readonly waitSeconds: number;
  readonly note: (text: string) => void;
}

/**
 * Writes items, all acknowledged, and stops the task at once; starts another one on an empty disk and reads them back.
 * If today's image is given, it writes first, into the same bucket.
 */
export async function restart(props: RestartProps): Promise<RestartResult> {
  const { ground, items, config, count, note } = props;
  const { service } = items;
  const before = props.today === undefined ? undefined : await writeWithToday(props, props.today);
  const first = await ground.start({ service, config, name: `${service}-1` });
  note(`ready after ${(await first.ready()).toFixed(0)} s`);
  const batch = batchOf(props, "ours", idsFrom(0, count));
  await writeAll(items, sendTo(first), batch, items.ways.length);
  const stop = await stopOf(props, first, config);
  note(`stopped in ${stop.seconds.toFixed(1)} s`);
  const second = await ground.start({ service, config, name: `${service}-2` });
  const readySeconds = await second.ready();
  note(`ready on an empty disk after ${readySeconds.toFixed(0)} s`);
  const read = await readBack(items, sendTo(second), batch, props.waitSeconds);
  note(`${read.read} of ${read.written} ${items.item} after ${read.afterSeconds.toFixed(0)} s`);
  const today = before === undefined ? undefined : await readToday(props, second, before);
  await stopOf(props, second, config);
  return {
    kind: "restart",
    service,
    item: items.item,
    stopSeconds: stop.seconds,
    stopTimeoutSeconds: deployedService(config, service).tasks.stopTimeoutSeconds,
    killed: stop.killed,
    readySeconds,
    items: read,
    ...(today === undefined ? {} : { today }),
  };
}

async function stopOf({ ground }: RestartProps, task: Task, config: PlatformConfig): ReturnType<Task["stop"]> {
  await ground.unregister(task, config);
  return task.stop();
}

function sendTo(task: Task): Send {
  return async (request, port) => task.send(request, port);
}

function batchOf({ config }: RestartProps, run: string, ids: readonly number[]): ItemBatch {
  return { run, tenant: config.tenants.platform, ids };
}

interface TodayBatches {
  readonly inBucket: ItemBatch;
  readonly atStop: ItemBatch;
}

/** Writes with today's image: items that it then puts into the bucket, and items that it has in memory when it stops. */
async function writeWithToday(
  props: RestartProps,
  { config, files }: NonNullable<RestartProps["today"]>,
): Promise<TodayBatches> {
  const { ground, items, count, note } = props;
  const { service } = items;
  const task = await ground.start({ service, config, name: `${service}-today`, files });
  note(`today's config: ready after ${(await task.ready()).toFixed(0)} s`);
  const inBucket = batchOf(props, "today", idsFrom(0, count));
  const atStop = batchOf(props, "todaystop", idsFrom(0, count));
  await writeAll(items, sendTo(task), inBucket, 1);
  await flush(props, task, config);
  await writeAll(items, sendTo(task), atStop, 1);
  const { seconds } = await stopOf(props, task, config);
  note(`today's config: stopped in ${seconds.toFixed(1)} s`);
  return { inBucket, atStop };
}

/** Requests that make each service write its memory to the bucket, as it does by itself after a time. */
const FLUSH: Readonly<Record<SignalItems["service"], string>> = {
  mimir: "/ingester/flush?wait=true",
  loki: "/flush",
  tempo: "/flush",
  pyroscope: "/flush",
};

/** Puts what is in memory into the bucket, and waits until it is there. */
async function flush({ ground, items, config }: RestartProps, task: Task, today: PlatformConfig): Promise<void> {
  const { service } = items;
  await task.send({ method: "POST", path: FLUSH[service] }, "http");
  const prefixes = deployedService(today, service).storagePrefixes;
  const isThere = async (): Promise<boolean> => {
    const keys = await Promise.all(prefixes.map((prefix) => ground.keys(today.dataBucket.name, `${prefix}/`)));
    return keys.flat().some((key) => key.includes(`/${config.tenants.platform}/`) && isData(service, key));
  };
  for (let attempt = 0; attempt < 60 && !(await isThere()); attempt += 1) await sleep(500);
}

/** Loki writes chunks; the others write blocks, whose last file is meta.json. */
function isData(service: SignalItems["service"], key: string): boolean {
  return service === "loki" ? !key.includes("/index/") : key.endsWith("/meta.json");
}

async function readToday(props: RestartProps, task: Task, { inBucket, atStop }: TodayBatches): Promise<TodayResult> {
  const { items, note } = props;
  const fromBucket = await readBack(items, sendTo(task), inBucket, props.waitSeconds);
  note(`of today's config: ${fromBucket.read} of ${fromBucket.written} ${items.item} that were in the bucket`);
  // Items that are still missing now do not come.
  const fromMemory = await readBack(items, sendTo(task), atStop, 0);
  note(`of today's config: ${fromMemory.read} of ${fromMemory.written} ${items.item} that were in memory at its stop`);
  return { inBucket: fromBucket, atStop: fromMemory };
}
