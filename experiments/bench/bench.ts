import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startFixtures } from "../../tools/delivery/adoption/fixtures";
import type { Layer } from "../../tools/layers/layers";
import { makeRunFolder, projectRoot } from "../../tools/terminal/paths";
import { interruptSignal, throwIfInterrupted } from "../../tools/terminal/process";
import { makeStandIns } from "../../tools/images/stand-ins";
import { quietEnvironment } from "../../tools/layers/environment";
import { loadProfile } from "../../tools/layers/profile";
import { endProviders } from "../../tools/mock/provider-process";
import { startMock } from "../../tools/mock/server";
import { beforeApply, findTools, rehearse, stopKept } from "../../tools/rehearse/rehearse";
import { makeWorkbench } from "../../tools/rehearse/workbench";
import { synthesize } from "../../tools/layers/synth";
import { ensureTerraform } from "../../tools/terraform/binary";
import { terraformOfLayers } from "../../tools/terraform/plan-layers";
import { setUpProvider, type ProviderSetup } from "../../tools/terraform/provider";
import { acceptedVersions } from "../../tools/layers/stack-file";
import { runInWaves } from "../../tools/layers/waves";
import { measureCommand, measureSynth } from "./measure";
import { median } from "./statistics";

/** Options of a measurement. */
export interface BenchOptions {
  /** Runs of each measurement; the median counts. */
  readonly runs: number;
  /** True if plans are measured too: they need Terraform and the mock, and take minutes. */
  readonly plans: boolean;
  /** True if whole applies on the mock are measured too, which takes half an hour a run. */
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
const goals = { synthSeconds: 2, synthMiB: 300, growth: 1.2, plans: 0.42, applies: 0.55, rehearsalCpu: 0.6 } as const;

/** Measures one thing after the other; the machine should have nothing else to do. */
export async function bench(options: BenchOptions): Promise<readonly BenchResult[]> {
  const synth = await benchSynth(options);
  const environments = await benchEnvironments(options);
  const plans = options.plans ? await benchPlans(options) : [];
  const applies = options.applies ? await benchApplies(options) : [];
  const rehearsals = options.applies ? await benchRehearsals(options) : [];
  return [...synth, ...environments, ...plans, ...applies, ...rehearsals];
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
  const growth = ratios(each[10] ?? [], each[1] ?? []);
  return [
    ...environmentCounts.flatMap((count) => [
      result(`synth of ${count} environment(s), start of Node included`, "s", totals[count] ?? []),
      result(`synth of ${count} environment(s), each`, "s", each[count] ?? []),
      result(`synth of ${count} environment(s), peak memory`, "MiB", peaks[count] ?? []),
    ]),
    result("time of each environment, 10 against 1", "ratio", growth, goals.growth),
  ];
}

/** As the legacy Terraform is run: each run starts its own provider, and Go collects garbage at its own pace. */
function asBefore(providerSetup: ProviderSetup, env: NodeJS.ProcessEnv) {
  return { providerSetup: { ...providerSetup, packageFolder: undefined }, env: { ...env, GOGC: undefined } };
}

/**
 * Plans of all layers on the fixtures: as the legacy Terraform is run, one after the other, against side by side with one
 * provider, whose start counts. In turns, so that both see the same machine.
 */
async function benchPlans(options: BenchOptions): Promise<readonly BenchResult[]> {
  const { runs, parallel, report } = options;
  const runFolder = makeRunFolder("bench");
  const { layers } = await synthesize({ outFolder: join(runFolder, "out"), say: () => undefined });
  const terraform = await ensureTerraform({ constraint: acceptedVersions(layers) });
  const providerSetup = await setUpProvider(terraform, { report });
  const fixtures = await startFixtures({ layers, runFolder, report });
  try {
    const env = { ...fixtures.env, ...providerSetup.environment };
    const common = { all: layers, terraform, logFolder: join(runFolder, "logs") };
    const before = terraformOfLayers({ ...common, ...asBefore(providerSetup, env) });
    const now = terraformOfLayers({ ...common, providerSetup, env });
    report("plans: init of all layers (not measured)");
    await timePass(layers, parallel, (layer) => before(layer).init());
    const planWith =
      (workers: typeof now) =>
      (layer: Layer): Promise<void> =>
        workers(layer).plan({ out: "bench.tfplan", refresh: false });
    const serial: number[] = [];
    const together: number[] = [];
    await repeat(runs, async (run) => {
      report(`plans of all layers: run ${run} of ${runs}, as the legacy Terraform is run`);
      serial.push(await timePass(layers, 1, planWith(before)));
      report(`plans of all layers: run ${run} of ${runs}, ${parallel} side by side with one provider`);
      await endProviders(env.AWS_ENDPOINT_URL ?? "");
      together.push(await timePass(layers, parallel, planWith(now)));
    });
    return [
      result("plan of all layers, as the legacy Terraform is run", "s", serial),
      result(`plan of all layers, ${parallel} side by side with one provider`, "s", together),
      result("plans against those of the legacy Terraform", "ratio", ratios(together, serial), goals.plans),
    ];
  } finally {
    await fixtures.stop();
  }
}

/** Applies of all layers from nothing on the mock: as the legacy Terraform is run, against waves with one provider, in turns. */
async function benchApplies({ runs, report }: BenchOptions): Promise<readonly BenchResult[]> {
  const serial: number[] = [];
  const waves: number[] = [];
  await repeat(runs, async (run) => {
    report(`apply of all layers: run ${run} of ${runs}, as the legacy Terraform is run`);
    serial.push(await timeApplyAsBefore(report));
    report(`apply of all layers: run ${run} of ${runs}, in waves with one provider`);
    waves.push(await timeApply());
  });
  return [
    result("apply of all layers, as the legacy Terraform is run", "s", serial),
    result("apply of all layers, in waves with one provider", "s", waves),
    result("applies against those of the legacy Terraform", "ratio", ratios(waves, serial), goals.applies),
  ];
}

async function timeApply(): Promise<number> {
  const parallel = 2 * availableParallelism();
  const options = { layers: [], parallel, keep: true, untilApplied: true, mode: "silent" } as const;
  const { rehearsal, kept } = await rehearse(options);
  if (kept !== undefined) await stopKept(kept);
  throwIfInterrupted();
  if (rehearsal.applied.some(({ status }) => status !== "done")) {
    throw new Error("a layer could not be applied; `./lgtm rehearse` says why");
  }
  return rehearsal.applySeconds;
}

/** Layer after layer: init, a saved plan, apply. */
async function timeApplyAsBefore(report: (text: string) => void): Promise<number> {
  const runFolder = makeRunFolder("bench");
  const resolved = loadProfile(undefined);
  const { releasesFile, expected } = makeStandIns(resolved, runFolder);
  const outFolder = join(runFolder, "out");
  const { layers, profile } = await synthesize({ outFolder, releasesFile, say: () => undefined });
  const { terraform, providerSetup } = await findTools(layers, report);
  const mock = await startMock({ region: resolved.config.region, logDir: join(runFolder, "logs"), report });
  try {
    const common = { runFolder, all: layers, selected: layers, mock, expected, parallel: 1, note: report };
    const bench = makeWorkbench({ ...common, terraform, providerSetup, mode: "silent" });
    const terraformOf = terraformOfLayers({
      all: layers,
      terraform,
      logFolder: join(runFolder, "logs"),
      ...asBefore(providerSetup, bench.env),
    });
    const before = beforeApply(bench, profile, false);
    const applyOne = async (layer: Layer): Promise<void> => {
      await before(layer);
      await terraformOf(layer).init();
      await terraformOf(layer).plan({ out: "bench.tfplan" });
      await terraformOf(layer).apply("bench.tfplan");
    };
    return await timePass(layers, 1, applyOne, "dependencies");
  } finally {
    await mock.stop();
  }
}

/**
 * Processor time of a whole rehearsal, with a provider of its own for each Terraform run against one for all. A CLI
 * configuration of the user's that says where providers come from makes each run start its own. Nothing where there is no /proc.
 */
async function benchRehearsals({ runs, report }: BenchOptions): Promise<readonly BenchResult[]> {
  const terraform = await ensureTerraform();
  const { environment } = await setUpProvider(terraform, { report });
  const env = quietEnvironment();
  const own: number[] = [];
  const one: number[] = [];
  await repeat(runs, async (run) => {
    report(`rehearsal: run ${run} of ${runs}, each Terraform run with its own provider`);
    own.push(await cpuOfRehearsal({ ...env, ...environment, LGTM_PROVIDER_MIRROR: undefined }));
    report(`rehearsal: run ${run} of ${runs}, with one provider`);
    one.push(await cpuOfRehearsal(env));
  });
  if ([...own, ...one].some(Number.isNaN)) return [];
  return [
    result("processor time of a rehearsal, each run with its own provider", "s", own),
    result("processor time of a rehearsal, with one provider", "s", one),
    result("processor time of a rehearsal, one provider against many", "ratio", ratios(one, own), goals.rehearsalCpu),
  ];
}

async function cpuOfRehearsal(env: NodeJS.ProcessEnv): Promise<number> {
  return (await measureCommand(["rehearse", "--json"], env)).cpuSeconds ?? NaN;
}

function ratios(values: readonly number[], against: readonly number[]): readonly number[] {
  return values.map((value, index) => value / (against[index] ?? value));
}

/** Runs the work for all layers and gives the seconds it took. The first error ends the benchmark. */
async function timePass(
  layers: readonly Layer[],
  parallel: number,
  work: (layer: Layer) => Promise<void>,
  order: "any" | "dependencies" = "any",
): Promise<number> {
  const started = performance.now();
  const outcomes = await runInWaves(layers, work, { parallel, order, signal: interruptSignal });
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
