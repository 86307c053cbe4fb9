import { setTimeout as sleep } from "node:timers/promises";
import { CheckFailure } from "../../tools/smoke/check-failure";
import type { ItemBatch, Send, SignalItems } from "./items/signal-items";
import type { ReadBack } from "./result";

const PAUSE_MS = 1000;

/** Items that a result names. */
const MISSING_NAMED = 20;

/**
 * Reads items until all are there or the time is over. Only their lack is waited for; what cannot be read yet because
 * the service answers with an error is a lack too.
 *
 * @param seconds longest time
 */
export async function readBack(items: SignalItems, send: Send, batch: ItemBatch, seconds: number): Promise<ReadBack> {
  const started = performance.now();
  let missing = batch.ids;
  for (;;) {
    const { found, error } = await look(items, send, { ...batch, ids: missing });
    missing = missing.filter((id) => !found.has(id));
    const afterSeconds = (performance.now() - started) / 1000;
    if (missing.length === 0 || afterSeconds > seconds) {
      const read = batch.ids.length - missing.length;
      return {
        written: batch.ids.length,
        read,
        afterSeconds,
        missing: missing.slice(0, MISSING_NAMED),
        ...(error === undefined ? {} : { error }),
      };
    }
    await sleep(PAUSE_MS);
  }
}

async function look(
  items: SignalItems,
  send: Send,
  batch: ItemBatch,
): Promise<{ readonly found: ReadonlySet<number>; readonly error?: string }> {
  try {
    return { found: await items.read(send, batch) };
  } catch (error) {
    if (error instanceof CheckFailure) return { found: new Set(), error: error.message };
    throw error;
  }
}
