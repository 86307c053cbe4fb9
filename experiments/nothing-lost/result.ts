import type { StoringService } from "./items/signal-items";

/** Numbers of written items and of items that could be read in the end. */
export interface ReadBack {
  /** Items whose write was acknowledged. */
  readonly written: number;
  readonly read: number;
  /** Seconds from the new task's readiness, or from the old one's end, to the last item. */
  readonly afterSeconds: number;
  /** Ids of the first items that could not be read. */
  readonly missing: readonly number[];
  /** Error of the last search for missing items. @default - it did not fail */
  readonly error?: string;
}

/** A stop right after the last acknowledged write, and a start on an empty disk. */
export interface RestartResult {
  readonly kind: "restart";
  readonly service: StoringService;
  /** Name of the items, in the plural. */
  readonly item: string;
  /** Seconds between SIGTERM and the end of the process. */
  readonly stopSeconds: number;
  readonly stopTimeoutSeconds: number;
  /** True if the stop timeout ended it. */
  readonly killed: boolean;
  /** Seconds from the start on an empty disk to readiness. */
  readonly readySeconds: number;
  readonly items: ReadBack;
  /** Items written with today's config. @default - that was not asked for */
  readonly today?: TodayResult;
}

/** Data that was written with the config of today's images. */
export interface TodayResult {
  /** Items that were in the bucket before today's task stopped, read by ours. */
  readonly inBucket: ReadBack;
  /** Items that were acknowledged right before today's task stopped. */
  readonly atStop: ReadBack;
}

/** A request that was not acknowledged. */
export interface Refusal {
  readonly way: string;
  /** @default - no whole answer came */
  readonly status?: number;
  /** The answer's beginning, or what happened to the connection. */
  readonly answer: string;
  readonly count: number;
}

/** A new task beside the old one, then the old one's stop, under steady writes through the load balancer. */
export interface OverlapResult {
  readonly kind: "overlap";
  readonly service: StoringService;
  readonly item: string;
  readonly stopSeconds: number;
  readonly stopTimeoutSeconds: number;
  readonly killed: boolean;
  /** Seconds in which two tasks ran. */
  readonly togetherSeconds: number;
  readonly items: ReadBack;
  /** Longest time between a write's first attempt and its acknowledgement, where it took more than one. */
  readonly longestRefusalSeconds: number;
  readonly refusals: readonly Refusal[];
  /** Acknowledged items that could not be read: how, and when they were acknowledged. */
  readonly lost: readonly LostItem[];
}

/** An acknowledged item that could not be read. */
export interface LostItem {
  readonly way: string;
  /** Seconds between the old task's SIGTERM and the acknowledgement; below zero if it came before. */
  readonly acknowledgedSeconds: number;
}

/** Error that ended a run before it had a result. */
export interface FailedResult {
  readonly kind: "failed";
  readonly service: StoringService;
  readonly scenario: "restart" | "overlap";
  readonly error: string;
}

/** Result of one service in one scenario. */
export type LossResult = RestartResult | OverlapResult | FailedResult;
