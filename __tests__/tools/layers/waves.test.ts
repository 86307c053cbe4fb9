import type { Layer } from "../../../tools/layers/layers";
import { runInWaves, type Outcome } from "../../../tools/layers/waves";

function layer(id: string, ...dependencies: string[]): Layer {
  return { id, dependencies, folder: `/x/${id}`, file: `/x/${id}/cdk.tf.json` };
}

/** a before b and c; d after both; e alone. */
const layers = [layer("a"), layer("b", "a"), layer("c", "a"), layer("d", "b", "c"), layer("e")];

/** Work that records its order and the highest number of layers at the same time. */
function recorder(failing: readonly string[] = []) {
  const started: string[] = [];
  const ended: string[] = [];
  let running = 0;
  const seen = { highest: 0 };
  const work = async ({ id }: Layer): Promise<string> => {
    started.push(id);
    running += 1;
    seen.highest = Math.max(seen.highest, running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    ended.push(id);
    if (failing.includes(id)) throw new Error(`${id} broke`);
    return id.toUpperCase();
  };
  return { started, ended, seen, work };
}

function statuses(outcomes: readonly Outcome<string>[]): Record<string, string> {
  return Object.fromEntries(outcomes.map((outcome) => [outcome.layer, outcome.status]));
}

describe("runInWaves", () => {
  test("starts a layer only when all it depends on have ended", async () => {
    const { started, ended, work } = recorder();

    const outcomes = await runInWaves(layers, work, { parallel: 4 });

    for (const { id, dependencies } of layers) {
      for (const dependency of dependencies) {
        expect(started.indexOf(id)).toBeGreaterThan(started.indexOf(dependency));
      }
    }
    expect(started.slice(0, 2)).toEqual(["a", "e"]);
    expect(ended.at(-1)).toBe("d");
    expect(outcomes.map((outcome) => (outcome.status === "done" ? outcome.value : "?"))).toEqual([
      "A",
      "B",
      "C",
      "D",
      "E",
    ]);
  });

  test.each([1, 2, 5])("runs at most %i side by side", async (parallel) => {
    const { seen, work } = recorder();

    await runInWaves(layers, work, { parallel, order: "any" });

    expect(seen.highest).toBe(parallel);
  });

  test("a failing layer stops what comes after it and nothing else", async () => {
    const { started, work } = recorder(["b"]);
    const told: string[] = [];

    const outcomes = await runInWaves(layers, work, {
      parallel: 2,
      onNotTried: (id, because) => told.push(`${id} because of ${because.join()}`),
    });

    expect(statuses(outcomes)).toEqual({ a: "done", b: "failed", c: "done", d: "not tried", e: "done" });
    expect(started).not.toContain("d");
    expect(told).toEqual(["d because of b"]);
  });

  test("names the layer that failed, not the ones between", async () => {
    const { work } = recorder(["a"]);

    const outcomes = await runInWaves(layers, work, { parallel: 1 });

    const last = outcomes.find((outcome) => outcome.layer === "d");
    expect(last).toEqual({ layer: "d", status: "not tried", because: ["a"] });
  });

  test("goes in reverse for destroy", async () => {
    const { started, work } = recorder();

    await runInWaves(layers, work, { parallel: 1, order: "reverse" });

    expect(started.indexOf("d")).toBeLessThan(started.indexOf("b"));
    expect(started.indexOf("b")).toBeLessThan(started.indexOf("a"));
    expect(started.indexOf("c")).toBeLessThan(started.indexOf("a"));
  });

  test("in reverse, a failing layer keeps what it depends on", async () => {
    const { work } = recorder(["d"]);

    const outcomes = await runInWaves(layers, work, { parallel: 3, order: "reverse" });

    expect(statuses(outcomes)).toEqual({ a: "not tried", b: "not tried", c: "not tried", d: "failed", e: "done" });
  });

  test("starts nothing more once it is interrupted, and waits for what runs", async () => {
    const { started, ended, work } = recorder();
    const interruption = new AbortController();

    const outcomes = await runInWaves(
      layers,
      async (one) => {
        interruption.abort();
        return work(one);
      },
      { parallel: 1, signal: interruption.signal },
    );

    expect(started).toEqual(["a"]);
    expect(ended).toEqual(["a"]);
    expect(statuses(outcomes)).toEqual({ a: "done", b: "not tried", c: "not tried", d: "not tried", e: "not tried" });
  });

  test("dependencies outside the selection count as done", async () => {
    const { started, work } = recorder();

    await runInWaves([layer("d", "b", "c")], work, { parallel: 1 });

    expect(started).toEqual(["d"]);
  });
});
