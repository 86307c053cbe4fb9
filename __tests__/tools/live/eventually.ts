import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until something holds, looking again every few milliseconds; generous, since machines may be busy.
 *
 * @param condition what should come to hold
 * @param what says it, for the error
 */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within 20 s: ${what}`);
    await sleep(10);
  }
}
