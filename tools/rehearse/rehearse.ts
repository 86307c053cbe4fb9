import { join } from "node:path";
import { notReady, TASKS_LAYER, whatIsMissing } from "../images/readiness";
import { makeStandIns, putStandIns, readinessClients } from "../images/stand-ins";
import { readLayers, selectLayers, withDependencies, type Layer } from "../layers/layers";
import { attachMock, startMock, type Mock } from "../mock/server";
import { ensureMockPython } from "../mock/venv";
import { makeRunFolder, projectRoot } from "../terminal/paths";
import { interruptSignal, run as runProgram, throwIfInterrupted } from "../terminal/process";
import { loadProfile } from "../layers/profile";
import type { ProgressMode } from "../terminal/progress";
import { synthesize } from "../layers/synth";
import { ensureTerraform } from "../terraform/binary";
import type { PlanSummary } from "../terraform/plan-summary";
import { setUpProvider } from "../terraform/provider";
import { acceptedVersions, readStackFacts } from "../layers/stack-file";
import { TerraformKilled } from "../terraform/terraform";
import { UserError } from "../terminal/user-error";
import type { Outcome } from "../layers/waves";
import { applyLayers, destroyLayers, planAgain, type BeforeLayer } from "./apply";
import { emptyBucketsBefore, refuseDestroyOfData, type Emptied } from "./buckets";
import { inspectLayer } from "./inspect";
import { writeEnvironment } from "./kept";
import { MOCK_DIFFERENCES } from "./mock-differences";
import { recover, type Recovered } from "./recover";
import { saveRecord, type RehearsalRecord } from "./record";
import { isGood, rowsOf, type Rehearsal } from "./report";
import { judgeSecondPlan, type SecondPlanVerdict } from "./second-plan";
import { dataBucketOf } from "./synthesized";
import { logFolderOf, makeWorkbench, type Workbench } from "./workbench";

/** Options of a rehearsal. */
export interface RehearseOptions {
  /** @default - LGTM_PROFILE, then `activeProfile` */
  readonly profile?: string | undefined;
  /** Layer ids; each takes with it what it needs. None means all. */
  readonly layers: readonly string[];
  /** Number of layers at the same time. */
  readonly parallel: number;
  /** True to stop after the second plan and leave the mock running, with everything in it. */
  readonly keep: boolean;
  /** True if objects in the data bucket stay where they are before the destroy, which is then refused. @default false */
  readonly leaveData?: boolean;
  /** True if the mock lacks images and the secret, as on a platform's first day; it then stops before 60-ecs. @default false */
  readonly withoutImages?: boolean;
  /** True if it ends with the apply, without the second plan: someone else goes on with the mock. @default false */
  readonly untilApplied?: boolean;
  readonly mode: ProgressMode;
}

/** A rehearsal that has ended, one way or the other. */
export interface RehearsalResult {
  readonly rehearsal: Rehearsal;
  readonly good: boolean;
  /** Record by which the mock is found again, if it was left running. */
  readonly kept: RehearsalRecord | undefined;
  /** True if it was cut short: by Ctrl-C, or because Terraform was killed. */
  readonly cutShort: boolean;
  /** Folder of logs and synthesized layers. */
  readonly runFolder: string;
}

/**
 * Rehearses a platform's life on a mock of AWS: applies all layers from nothing, plans again, inspects the states,
 * destroys in reverse. The mock runs on when that was asked for, or when the rehearsal was cut short.
 *
 * @throws UserError when something that is needed is missing or the configuration is refused; a layer that fails is part
 *   of the result instead
 */
export async function rehearse(options: RehearseOptions): Promise<RehearsalResult> {
  const runFolder = makeRunFolder("rehearse");
  const note = noteFor(options.mode);
  const resolved = loadProfile(options.profile);
  const { releasesFile, expected } = makeStandIns(resolved, runFolder);
  // On first use this installs moto, which takes longer than to synthesize.
  const [{ layers, profile }] = await Promise.all([
    synthesize({ outFolder: join(runFolder, "out"), profile: resolved.name, releasesFile, say: note }),
    ensureMockPython(note),
  ]);
  const selected =
    options.layers.length === 0
      ? layers
      : withDependencies(
          layers,
          selectLayers(layers, options.layers).map(({ id }) => id),
        );
  // The programs first: nothing is started if one of them is missing.
  const tools = await findTools(layers, note);
  throwIfInterrupted();
  const { region } = readStackFacts(layers[0] ?? missingLayer());
  const mock = await startMock({ region, logDir: join(runFolder, "logs"), detached: true, report: note });
  const record = { runFolder, profile, layers: selected.map(({ id }) => id), mock: mock.record };
  saveRecord(record);
  const bench = makeWorkbench({ ...tools, ...options, runFolder, all: layers, selected, mock, expected, note });
  return run(bench, record, options);
}

/**
 * Goes on with a rehearsal that was cut short, to the same end.
 *
 * @throws UserError when its mock is gone: its AWS and states went with it
 */
export async function resume(
  record: RehearsalRecord,
  options: Omit<RehearseOptions, "profile" | "layers">,
): Promise<RehearsalResult> {
  const note = noteFor(options.mode);
  const mock = await attachOrExplain(record);
  const layers = readLayers(join(record.runFolder, "out"));
  const selected = layers.filter(({ id }) => record.layers.includes(id));
  const tools = await findTools(layers, note);
  const { runFolder } = record;
  const { expected } = makeStandIns(loadProfile(record.profile), runFolder);
  const bench = makeWorkbench({ ...tools, ...options, runFolder, all: layers, selected, mock, expected, note });
  return run(bench, record, options, await recover(mock, selected));
}

/** Ends the mock of a kept rehearsal; its AWS and its states go with it. Does nothing if it is gone already. */
export async function stopKept(record: RehearsalRecord): Promise<"stopped" | "was gone"> {
  const mock = await attachMock(record.mock);
  if (mock === undefined) return "was gone";
  await mock.stop();
  return "stopped";
}

type StepOptions = Pick<RehearseOptions, "keep" | "leaveData" | "withoutImages" | "untilApplied">;

async function run(
  bench: Workbench,
  record: RehearsalRecord,
  options: StepOptions,
  recovered?: Recovered,
): Promise<RehearsalResult> {
  let cutShort = true;
  let isKept = true;
  writeEnvironment(bench, record.profile);
  try {
    const rehearsal = await runSteps(bench, record.profile, options, recovered);
    cutShort = interruptSignal.aborted || wasKilled(rehearsal.applied) || wasKilled(rehearsal.destroyed);
    isKept = options.keep || cutShort;
    const good = !cutShort && isGood(rowsOf(rehearsal));
    const applied =
      bench.selected.length === bench.all.length && rehearsal.applied.every(({ status }) => status === "done");
    if (applied && isKept) saveRecord({ ...record, applied });
    return { rehearsal, good, kept: isKept ? record : undefined, cutShort, runFolder: record.runFolder };
  } catch (error) {
    isKept = interruptSignal.aborted;
    throw error;
  } finally {
    if (!isKept) await bench.mock.stop();
  }
}

async function runSteps(
  bench: Workbench,
  profile: string,
  { keep, leaveData, withoutImages, untilApplied }: StepOptions,
  recovered: Recovered | undefined,
): Promise<Rehearsal> {
  const started = performance.now();
  const emptied: Emptied[] = [];
  const applied = await applyLayers(bench, beforeApply(bench, profile, withoutImages ?? false));
  const applySeconds = (performance.now() - started) / 1000;
  const allApplied = applied.every(({ status }) => status === "done");
  const goesOn = allApplied && untilApplied !== true;
  const secondPlans = goesOn ? await secondPlansOf(bench) : new Map<string, SecondPlanVerdict | Error>();
  const inspections = goesOn && !interruptSignal.aborted ? await inspectAll(bench) : [];
  const destroyed =
    allApplied && !keep && !interruptSignal.aborted ? await destroyAll(bench, leaveData ?? false, emptied) : [];
  return {
    profile,
    layers: bench.selected,
    ...(recovered === undefined ? {} : { recovered }),
    applied,
    secondPlans,
    inspections,
    destroyed,
    emptied,
    applySeconds,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Makes the things that Terraform does not make: the bucket of the first state, images and the secret. */
export function beforeApply(bench: Workbench, profile: string, withoutImages: boolean): BeforeLayer {
  const makeBucket = makeBootstrapBucket(bench, profile);
  return async (layer) => {
    await makeBucket(layer);
    if (layer.id !== TASKS_LAYER) return;
    if (!withoutImages) await putStandIns(bench.mock, bench.expected);
    const missing = await whatIsMissing(readinessClients(bench.mock), bench.expected);
    if (missing.length > 0) throw notReady(missing);
  };
}

/** Before the first layer, as in life: the command that makes the bucket of its state. */
function makeBootstrapBucket({ env, all, runFolder }: Workbench, profile: string): BeforeLayer {
  return async (layer) => {
    if (layer.id !== all[0]?.id) return;
    const command = [join(projectRoot, "lgtm"), "state", "bootstrap", "--profile", profile];
    const { code, stderr } = await runProgram(process.execPath, command, {
      cwd: projectRoot,
      env,
      logFile: join(logFolderOf(runFolder), "bootstrap.log"),
    });
    if (code === 0) return;
    throw new UserError({
      what: "The bucket of layer 00's own state could not be made on the mock.",
      where: join(logFolderOf(runFolder), "bootstrap.log"),
      mend: "read its message below",
      detail: stderr,
    });
  };
}

async function secondPlansOf(bench: Workbench): Promise<ReadonlyMap<string, SecondPlanVerdict | Error>> {
  const outcomes = await planAgain(bench);
  return new Map<string, SecondPlanVerdict | Error>(
    outcomes.map((outcome) => {
      if (outcome.status === "done")
        return [outcome.layer, judgeSecondPlan(outcome.layer, outcome.value, MOCK_DIFFERENCES)];
      const error = outcome.status === "failed" ? outcome.error : new Error("interrupted");
      return [outcome.layer, error instanceof Error ? error : new Error(String(error))];
    }),
  );
}

async function inspectAll({ mock, selected, note }: Workbench) {
  note("Inspect the states");
  return Promise.all(selected.map((layer) => inspectLayer(mock, layer)));
}

async function destroyAll(
  bench: Workbench,
  leaveData: boolean,
  emptied: Emptied[],
): Promise<readonly Outcome<PlanSummary>[]> {
  const bucket = dataBucketOf(bench.selected);
  if (leaveData && bucket !== undefined) await refuseDestroyOfData(bench.mock, bucket);
  return destroyLayers(bench, emptyBucketsBefore(bench.mock, bench.selected, emptied));
}

function wasKilled(outcomes: readonly Outcome<PlanSummary>[]): boolean {
  return outcomes.some((outcome) => outcome.status === "failed" && outcome.error instanceof TerraformKilled);
}

/** Terraform and the provider, found or installed. */
export async function findTools(layers: readonly Layer[], report: (text: string) => void) {
  const terraform = await ensureTerraform({ constraint: acceptedVersions(layers), report });
  return { terraform, providerSetup: await setUpProvider(terraform, { report }) };
}

async function attachOrExplain(record: RehearsalRecord): Promise<Mock> {
  const mock = await attachMock(record.mock);
  if (mock !== undefined) return mock;
  throw new UserError({
    what: `The mock of this rehearsal is gone (process ${record.mock.pid}, port ${record.mock.port}); its AWS and its states went with it.`,
    where: record.runFolder,
    mend: "start anew: `./lgtm rehearse`",
    exit: "negative",
  });
}

/** Returns the writer of lines that belong to no layer: standard error, or nothing for `--json`. */
export function noteFor(mode: ProgressMode): (text: string) => void {
  return (text) => {
    if (mode !== "silent") process.stderr.write(`${text}\n`);
  };
}

function missingLayer(): never {
  throw new Error("the app has no layers");
}
