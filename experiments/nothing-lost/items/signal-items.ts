import type { ServiceName } from "../../../modules/services/service-name";
import type { Reply, SmokeRequest } from "../../../tools/smoke/http-client";

/** The services that keep data. */
export const STORING_SERVICES = ["mimir", "loki", "tempo", "pyroscope"] as const satisfies readonly ServiceName[];

/** A service that keeps data. */
export type StoringService = (typeof STORING_SERVICES)[number];

/** Sends a request to a service: to a port of a task, or through a load balancer, which knows the port by itself. */
export type Send = (request: SmokeRequest, port: string) => Promise<Reply>;

/** One of the ways into a service. */
export interface WayIn {
  /** For people, `remote write`. */
  readonly name: string;
  /** Name of the port that takes it. */
  readonly port: string;
  /** A request that writes items. */
  readonly write: (batch: ItemBatch) => SmokeRequest;
}

/** Items, each told from all others by its id. */
export interface ItemBatch {
  /** Label of everything that one run writes. */
  readonly run: string;
  readonly tenant: string;
  readonly ids: readonly number[];
}

/** Writer and reader of a service's items. */
export interface SignalItems {
  readonly service: StoringService;
  /** Name of the items, in the plural. */
  readonly item: string;
  /** The ways in; the first one is the service's own, which each of its versions has. */
  readonly ways: readonly [WayIn, ...WayIn[]];
  /**
   * Reads all items of a run.
   *
   * @param batch the items that should be there
   * @returns the ids of those that were found, with the right content
   */
  readonly read: (send: Send, batch: ItemBatch) => Promise<ReadonlySet<number>>;
}

/** The id in a name that {@link itemName} made; undefined if it made none of it. */
export function idOf(name: string): number | undefined {
  const digits = /^item_(\d+)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Name of an item: a label's value, a line's text, a function. */
export function itemName(id: number): string {
  return `item_${id}`;
}

/** The ids that are numbers. */
export function idSet(ids: readonly (number | undefined)[]): ReadonlySet<number> {
  return new Set(ids.filter((id) => id !== undefined));
}
