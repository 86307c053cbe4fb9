/** Item that runs in an order: a layer, or a step of an apply. */
export interface InOrder {
  readonly id: string;
  /** Ids of those that come first. */
  readonly dependencies: readonly string[];
}

/** Result of one layer. */
export type Outcome<T> =
  | { readonly layer: string; readonly status: "done"; readonly value: T; readonly seconds: number }
  | { readonly layer: string; readonly status: "failed"; readonly error: unknown; readonly seconds: number }
  | {
      readonly layer: string;
      readonly status: "not tried";
      /** The failed layers, direct or not, that it would have needed; empty when the run was interrupted. */
      readonly because: readonly string[];
    };

/** Options of a run of layers. */
export interface WaveOptions {
  /** Number of layers that run side by side, at least 1. */
  readonly parallel: number;
  /**
   * `dependencies`: a layer starts when all it depends on are done (apply); `reverse`: when all that depend on it are
   * done (destroy); `any`: no order (plans against states that exist already).
   * @default "dependencies"
   */
  readonly order?: "dependencies" | "reverse" | "any";
  /**
   * Once aborted, nothing more is started; what runs is waited for.
   * @default - never
   */
  readonly signal?: AbortSignal;
  /**
   * Called when a layer will not be tried because of others.
   * @default - not called
   */
  readonly onNotTried?: (layer: string, because: readonly string[]) => void;
}

/**
 * Runs `work` for every layer in the declared order, up to `parallel` side by side. A layer whose work throws stops all
 * that come after it, and nothing else: its siblings run to their end. Dependencies outside `layers` count as done.
 * @returns one outcome a layer, in the order of `layers`; it does not throw for a failing layer
 */
export async function runInWaves<T, L extends InOrder>(
  layers: readonly L[],
  work: (layer: L) => Promise<T>,
  options: WaveOptions,
): Promise<readonly Outcome<T>[]> {
  const waitsFor = predecessors(layers, options.order ?? "dependencies");
  const outcomes = new Map<string, Outcome<T>>();
  const running = new Map<string, Promise<void>>();
  const isReady = (layer: L): boolean =>
    !outcomes.has(layer.id) &&
    !running.has(layer.id) &&
    (waitsFor.get(layer.id) ?? []).every((id) => outcomes.get(id)?.status === "done");

  for (;;) {
    markNotTried(layers, waitsFor, outcomes, options);
    if (options.signal?.aborted !== true) {
      for (const layer of layers.filter(isReady).slice(0, Math.max(1, options.parallel) - running.size)) {
        const task = runOne(layer, work).then((outcome) => {
          outcomes.set(layer.id, outcome);
          running.delete(layer.id);
        });
        running.set(layer.id, task);
      }
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  return layers.map((layer) => outcomes.get(layer.id) ?? { layer: layer.id, status: "not tried", because: [] });
}

/** For each layer, the ids that must be done before it starts. */
function predecessors(
  layers: readonly InOrder[],
  order: "dependencies" | "reverse" | "any",
): Map<string, readonly string[]> {
  const known = new Set(layers.map((layer) => layer.id));
  return new Map(
    layers.map((layer) => {
      if (order === "any") return [layer.id, []];
      if (order === "dependencies") return [layer.id, layer.dependencies.filter((id) => known.has(id))];
      return [layer.id, layers.filter((other) => other.dependencies.includes(layer.id)).map((other) => other.id)];
    }),
  );
}

/** Gives an outcome to each layer that waits for a failed one, until no more is found. */
function markNotTried<T>(
  layers: readonly InOrder[],
  waitsFor: ReadonlyMap<string, readonly string[]>,
  outcomes: Map<string, Outcome<T>>,
  options: WaveOptions,
): void {
  let found = true;
  while (found) {
    found = false;
    for (const layer of layers) {
      if (outcomes.has(layer.id)) continue;
      const because = failedBefore(waitsFor.get(layer.id) ?? [], outcomes);
      if (because.length === 0) continue;
      outcomes.set(layer.id, { layer: layer.id, status: "not tried", because });
      options.onNotTried?.(layer.id, because);
      found = true;
    }
  }
}

function failedBefore<T>(ids: readonly string[], outcomes: ReadonlyMap<string, Outcome<T>>): readonly string[] {
  const failed = new Set<string>();
  for (const id of ids) {
    const outcome = outcomes.get(id);
    if (outcome?.status === "failed") failed.add(id);
    if (outcome?.status === "not tried") for (const cause of outcome.because) failed.add(cause);
  }
  return [...failed].sort();
}

async function runOne<T, L extends InOrder>(layer: L, work: (layer: L) => Promise<T>): Promise<Outcome<T>> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  try {
    return { layer: layer.id, status: "done", value: await work(layer), seconds: seconds() };
  } catch (error) {
    return { layer: layer.id, status: "failed", error, seconds: seconds() };
  }
}
