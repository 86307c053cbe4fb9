import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startFixtures } from "../../tools/delivery/adoption/fixtures";
import type { Layer } from "../../tools/layers/layers";
import { makeRunFolder, projectRoot } from "../../tools/terminal/paths";
import { interruptSignal, throwIfInterrupted } from "../../tools/terminal/process";
import { rehearse, stopKept } from "../../tools/rehearse/rehearse";
import { synthesize } from "../../tools/layers/synth";
import { ensureTerraform } from "../../tools/terraform/binary";
import { terraformOfLayers } from "../../tools/terraform/plan-layers";
import { setUpProvider } from "../../tools/terraform/provider";
import { acceptedVersions } from "../../tools/layers/stack-file";
import { runInWaves } from "../../tools/layers/waves";
import { measureSynth } from "./measure";
import { median } from "./statistics";

/** Options of a measurement. */
export interface BenchOptions {
  /** Runs of each measurement; the median counts. */
  readonly runs: number;
  /** True if plans are measured too: they need Terraform and the mock, and take minutes. */
  readonly plans: boolean;
  /** True if whole applies on the mock are measured too, which takes a quarter of an hour a run. */
  readonly applies: boolean;
  /** Number of plans that run side by side. */
  readonly parallel: number;
  /** Told what is measured now. */
  readonly report: (text: string) => void;
}

/** One line of the report. */
export interface BenchResult {
  readonly what: string;
  /** Median, with its unit. */
  readonly value: number;
  readonly unit: "s" | "MiB" | "ratio";
  /** Single values, in the order of the runs. */
  readonly samples: readonly number[];
  /** Upper bound that the project set itself; absent when there is none. */
  readonly goal?: number;
}

/** Goals of the project for two cores of a current server. */
const goals = { synthSeconds: 2, synthMiB: 300, growth: 1.2, plans: 0.75, applies: 0.6 } as const;

/** Measures one thing after the other; the machine should have nothing else to do. */
export async function bench(options: BenchOptions): Promise<readonly BenchResult[]> {
  const synth = await benchSynth(options);
  const environments = await benchEnvironments(options);
  const plans = options.plans ? await benchPlans(options) : [];
  const applies = options.applies ? await benchApplies(options) : [];
  return [...synth, ...environments, ...plans, ...applies];
}

async function benchSynth({ runs, report }: BenchOptions): Promise<readonly BenchResult[]> {
  report("synth of all layers: one run to warm up tsx's cache");
  await measureSynth(join(projectRoot, "main.ts"));
  const measured = await repeat(runs, (run) => {
    report(`synth of all layers: run ${run} of ${runs}`);
    return measureSynth(join(projectRoot, "main.ts"));
  });
  const seconds = measured.map((one) => one.seconds);
  const peaks = measured.map((one) => one.peakMiB);
  return [
    result("synth of all layers", "s", seconds, goals.synthSeconds),
    result("synth of all layers, peak memory", "MiB", peaks, goals.synthMiB),
  ];
}

const environmentCounts = [1, 10] as const;

/**
 * 1 and 10 environments in one process. The time of one environment is the total without the start of Node, which is the
 * same for any number, divided by the number.
 */
async function benchEnvironments({ runs, report }: BenchOptions): Promise<readonly BenchResult[]> {
  const app = join(__dirname, "environments.ts");
  const totals: Record<number, number[]> = { 1: [], 10: [] };
  const each: Record<number, number[]> = { 1: [], 10: [] };
  const peaks: Record<number, number[]> = { 1: [], 10: [] };
  await repeat(runs, async (run) => {
    for (const count of environmentCounts) {
      report(`synth of ${count} environment(s): run ${run} of ${runs}`);
      const measured = await measureSynth(app, { LGTM_BENCH_ENVIRONMENTS: String(count) });
      const seconds = z.array(z.number()).parse(JSON.parse(measured.stdout));
      totals[count]?.push(measured.seconds);
      each[count]?.push(seconds.reduce((sum, one) => sum + one, 0) / count);
      peaks[count]?.push(measured.peakMiB);
    }
  });
  const growth = (each[10] ?? []).map((ten, index) => ten / (each[1]?.[index] ?? ten));
  return [
    ...environmentCounts.flatMap((count) => [
      result(`synth of ${count} environment(s), start of Node included`, "s", totals[count] ?? []),
      result(`synth of ${count} environment(s), each`, "s", each[count] ?? []),
      result(`synth of ${count} environment(s), peak memory`, "MiB", peaks[count] ?? []),
    ]),
    result("time of each environment, 10 against 1", "ratio", growth, goals.growth),
  ];
}

/** Plans of all layers on the fixtures, one after the other against side by side, in turns so that both see the same machine. */
async function benchPlans(options: BenchOptions): Promise<readonly BenchResult[]> {
  const { runs, parallel, report } = options;
  const runFolder = makeRunFolder("bench");
  const { layers } = await synthesize({ outFolder: join(runFolder, "out"), say: () => undefined });
  const terraform = await ensureTerraform({ constraint: acceptedVersions(layers) });
  const provider = await setUpProvider(terraform, { report });
  const fixtures = await startFixtures({ layers, runFolder, report });
  try {
    const env = { ...fixtures.env, ...provider.environment };
    const workers = terraformOfLayers({ all: layers, terraform, env, logFolder: join(runFolder, "logs") });
    report("plans: init of all layers (not measured)");
    await timePass(layers, parallel, (layer) => workers(layer).init());
    const plan = (layer: Layer): Promise<void> => workers(layer).plan({ out: "bench.tfplan", refresh: false });
    const serial: number[] = [];
    const together: number[] = [];
    await repeat(runs, async (run) => {
      report(`plans of all layers: run ${run} of ${runs}, one after the other`);
      serial.push(await timePass(layers, 1, plan));
      report(`plans of all layers: run ${run} of ${runs}, ${parallel} side by side`);
      together.push(await timePass(layers, parallel, plan));
    });
    const ratios = together.map((seconds, index) => seconds / (serial[index] ?? seconds));
    return [
      result("plan of all layers, one after the other", "s", serial),
      result(`plan of all layers, ${parallel} side by side`, "s", together),
      result("plans side by side against one after the other", "ratio", ratios, goals.plans),
    ];
  } finally {
    await fixtures.stop();
  }
}

/** Applies of all layers from nothing on the mock, one layer after the other against waves, in turns. */
async function benchApplies({ runs, report }: BenchOptions): Promise<readonly BenchResult[]> {
  const serial: number[] = [];
  const waves: number[] = [];
  await repeat(runs, async (run) => {
    report(`apply of all layers: run ${run} of ${runs}, one after the other`);
    serial.push(await timeApply(1));
    report(`apply of all layers: run ${run} of ${runs}, in waves`);
    waves.push(await timeApply(2 * availableParallelism()));
  });
  const ratios = waves.map((seconds, index) => seconds / (serial[index] ?? seconds));
  return [
    result("apply of all layers, one after the other", "s", serial),
    result("apply of all layers, in waves", "s", waves),
    result("waves against one after the other", "ratio", ratios, goals.applies),
  ];
}

async function timeApply(parallel: number): Promise<number> {
  const { rehearsal, kept, good } = await rehearse({ layers: [], parallel, keep: true, mode: "silent" });
  if (kept !== undefined) await stopKept(kept);
  throwIfInterrupted();
  if (!good) throw new Error("a layer could not be applied; `./lgtm rehearse` says why");
  return rehearsal.applySeconds;
}

/** Runs the work for all layers and gives the seconds it took. The first error ends the benchmark. */
async function timePass(
  layers: readonly Layer[],
  parallel: number,
  work: (layer: Layer) => Promise<void>,
): Promise<number> {
  const started = performance.now();
  const outcomes = await runInWaves(layers, work, { parallel, order: "any", signal: interruptSignal });
  throwIfInterrupted();
  const failed = outcomes.find((outcome) => outcome.status === "failed");
  if (failed !== undefined) throw failed.error;
  return (performance.now() - started) / 1000;
}

async function repeat<T>(runs: number, work: (run: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let run = 1; run <= runs; run += 1) results.push(await work(run));
  return results;
}

function result(what: string, unit: BenchResult["unit"], samples: readonly number[], goal?: number): BenchResult {
  return { what, unit, samples, value: median(samples), ...(goal === undefined ? {} : { goal }) };
}
