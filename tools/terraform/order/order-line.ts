import type { ChangeOrder, OrderStep } from "./order-of-change";

/** The order of an apply in one line: what may run side by side stands together. */
export function orderLine({ steps }: ChangeOrder): string {
  return wavesOf(steps)
    .map((wave) => wave.map(({ id }) => id).join(" + "))
    .join(" → ");
}

function wavesOf(steps: readonly OrderStep[]): readonly (readonly OrderStep[])[] {
  const waves: OrderStep[][] = [];
  const waveOf = new Map<string, number>();
  for (const step of steps) {
    const index = Math.max(-1, ...step.after.map((id) => waveOf.get(id) ?? -1)) + 1;
    waveOf.set(step.id, index);
    waves[index] = [...(waves[index] ?? []), step];
  }
  return waves;
}
