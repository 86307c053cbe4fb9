import { failure } from "../../tools/smoke/expectations";
import type { ItemBatch, Send, SignalItems } from "./items/signal-items";

/** Items of one request. */
const REQUEST_ITEMS = 10;

/**
 * Writes items by turns through the given number of the service's ways in; each request must be acknowledged.
 *
 * @throws CheckFailure if one is not
 */
export async function writeAll(items: SignalItems, send: Send, batch: ItemBatch, waysUsed: number): Promise<void> {
  const ways = items.ways.slice(0, waysUsed);
  for (let start = 0; start < batch.ids.length; start += REQUEST_ITEMS) {
    const way = ways[(start / REQUEST_ITEMS) % ways.length] ?? items.ways[0];
    const ids = batch.ids.slice(start, start + REQUEST_ITEMS);
    const reply = await send(way.write({ ...batch, ids }), way.port);
    if (reply.status >= 300) throw failure(reply, `was not acknowledged: ${reply.status} ${reply.text.slice(0, 200)}`);
  }
}

/** Ids from one number on. */
export function idsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_none, index) => first + index);
}
