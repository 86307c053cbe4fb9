import { join } from "node:path";
import { TASKS_LAYER } from "../images/readiness";
import { makeStandIns, putStandIns } from "../images/stand-ins";
import type { Layer } from "../layers/layers";
import { startMock, type Mock } from "../mock/server";
import { makeRunFolder } from "../terminal/paths";
import { throwIfInterrupted } from "../terminal/process";
import { loadProfile } from "../layers/profile";
import type { ProgressMode } from "../terminal/progress";
import { synthesize } from "../layers/synth";
import type { PlanSummary } from "../terraform/plan-summary";
import { readStackFacts } from "../layers/stack-file";
import type { Outcome } from "../layers/waves";
import type { ChangeOrder } from "../terraform/order/order-of-change";
import { whyHarmless } from "../terraform/harmless-replacements";
import { applyChange, applyLayers, destroyLayers, planAgain } from "./apply";
import { emptyBucketsBefore, type Emptied } from "./buckets";
import { takeBackToFormerAddresses } from "./former-addresses";
import { MOCK_DIFFERENCES } from "./mock-differences";
import { beforeApply, findTools, noteFor } from "./rehearse";
import { differencesFromToday } from "./same-infrastructure";
import { judgeSecondPlan } from "./second-plan";
import { makeWorkbench, type Workbench } from "./workbench";

/** Options of an upgrade rehearsal. */
export interface UpgradeOptions {
  /** Number of layers at the same time. */
  readonly parallel: number;
  readonly mode: ProgressMode;
}

/** One step of the way, with what each layer's plan announced and did. */
export interface UpgradeStep {
  readonly name: string;
  /** Expectation of the step, in words. */
  readonly expects: string;
  readonly outcomes: readonly Outcome<PlanSummary>[];
  /** The order in which a change of what runs was applied. */
  readonly order?: ChangeOrder | undefined;
  /** Violations, one line each. */
  readonly problems: readonly string[];
}

/** The whole way. */
export interface UpgradeResult {
  readonly steps: readonly UpgradeStep[];
  readonly good: boolean;
  readonly emptied: readonly Emptied[];
  readonly runFolder: string;
  readonly seconds: number;
}

/**
 * Rehearses the way from what runs today to `target` and back: today's infrastructure on the mock, `baseline` adopted,
 * `target` applied and planned again, `baseline` again, destroy. Stops at the first step that does not hold.
 *
 * @throws UserError when something that is needed is missing or a configuration is refused
 */
export async function rehearseUpgrade(options: UpgradeOptions): Promise<UpgradeResult> {
  const runFolder = makeRunFolder("rehearse");
  const note = noteFor(options.mode);
  const { releasesFile, expected } = makeStandIns(loadProfile("target"), runFolder);
  const synth = (profile: string) =>
    synthesize({ profile, releasesFile, outFolder: join(runFolder, profile), say: note });
  const baseline = await synth("baseline");
  const target = await synth("target");
  const tools = await findTools(baseline.layers, note);
  throwIfInterrupted();
  const region = regionOf(baseline.layers);
  const mock = await startMock({ region, logDir: join(runFolder, "logs"), report: note });
  const started = performance.now();
  try {
    const common = { ...tools, ...options, runFolder, mock, note };
    const today = makeStandIns(loadProfile("baseline"), runFolder).expected;
    const bench = (layers: readonly Layer[], images: typeof expected): Workbench =>
      makeWorkbench({ ...common, all: layers, selected: layers, expected: images });
    const emptied: Emptied[] = [];
    const steps = await walk([
      () => makeToday(bench(baseline.layers, today)),
      () => adopt(bench(baseline.layers, today)),
      () => upgrade(bench(target.layers, expected)),
      () => planTargetAgain(bench(target.layers, expected)),
      () => goBack(bench(baseline.layers, today)),
      () => destroy(bench(baseline.layers, today), emptied),
    ]);
    const good = steps.length === 6 && steps.every(({ problems }) => problems.length === 0);
    return { steps, good, emptied, runFolder, seconds: (performance.now() - started) / 1000 };
  } finally {
    await mock.stop();
  }
}

async function walk(steps: readonly (() => Promise<UpgradeStep>)[]): Promise<readonly UpgradeStep[]> {
  const done: UpgradeStep[] = [];
  for (const step of steps) {
    throwIfInterrupted();
    const result = await step();
    done.push(result);
    if (result.problems.length > 0) break;
  }
  return done;
}

/**
 * Today's infrastructure: `baseline` applied from nothing, then each resource given its address in the legacy Terraform. That this
 * stands for what runs is not assumed: addresses, instance keys and attributes are compared with the committed states.
 */
async function makeToday(bench: Workbench): Promise<UpgradeStep> {
  bench.note("Today's infrastructure");
  const outcomes = await applyLayers(bench, beforeApply(bench, "baseline", false));
  const problems = failures(outcomes);
  if (problems.length === 0) {
    for (const layer of bench.all) {
      await takeBackToFormerAddresses(bench.mock, layer);
      problems.push(...(await differencesFromToday(bench.mock, layer)).map((line) => `${layer.id}: ${line}`));
    }
  }
  const expects = "addresses, instance keys and attributes equal the committed states";
  return { name: "today", expects, outcomes, problems };
}

async function adopt(bench: Workbench): Promise<UpgradeStep> {
  bench.note("Adopt baseline");
  const { outcomes, order } = await applyChange(bench, doNothing);
  const problems = [...failures(outcomes), ...changesIn(outcomes, () => false)];
  return { name: "adopt baseline", expects: "moves only", outcomes, order, problems };
}

async function upgrade(bench: Workbench): Promise<UpgradeStep> {
  bench.note("Upgrade to target");
  const { outcomes, order } = await applyChange(bench, putImagesBefore(bench));
  const problems = [...failures(outcomes), ...lossesIn(outcomes), ...warningsIn(order)];
  return {
    name: "to target",
    expects: "no delete, no replace but task definitions and ECR lifecycle policies",
    outcomes,
    order,
    problems,
  };
}

async function planTargetAgain(bench: Workbench): Promise<UpgradeStep> {
  const outcomes = await planAgain(bench);
  const problems = [...failures(outcomes), ...unexpectedIn(outcomes)];
  return { name: "plan again", expects: "nothing to do", outcomes, problems };
}

/** The tasks leave roles, target groups and rules before these are removed, since their plans say so. */
async function goBack(bench: Workbench): Promise<UpgradeStep> {
  bench.note("Back to baseline");
  const { outcomes, order } = await applyChange(bench, putImagesBefore(bench));
  const problems = [...failures(outcomes), ...warningsIn(order)];
  if (problems.length === 0) problems.push(...unexpectedIn(await planAgain(bench)));
  return { name: "back to baseline", expects: "a plan after it is empty", outcomes, order, problems };
}

function warningsIn(order: ChangeOrder | undefined): readonly string[] {
  return (order?.warnings ?? []).map(({ layer, text }) => `${layer}: ${text}`);
}

async function destroy(bench: Workbench, emptied: Emptied[]): Promise<UpgradeStep> {
  const outcomes = await destroyLayers(bench, emptyBucketsBefore(bench.mock, bench.selected, emptied));
  return { name: "destroy", expects: "everything is gone", outcomes, problems: failures(outcomes) };
}

const doNothing = (): Promise<void> => Promise.resolve();

function putImagesBefore({ mock, expected }: { readonly mock: Mock; readonly expected: Workbench["expected"] }) {
  return async ({ id }: Layer): Promise<void> => {
    if (id === TASKS_LAYER) await putStandIns(mock, expected);
  };
}

/**
 * Deletes and replacements that an upgrade must not contain.
 *
 * @param outcomes plans of all layers
 * @returns one line each
 */
export function lossesIn(outcomes: readonly Outcome<PlanSummary>[]): readonly string[] {
  return changesIn(
    outcomes,
    (change) => change.action === "create" || change.action === "update" || whyHarmless(change) !== undefined,
  );
}

type Change = PlanSummary["resources"][number];

function changesIn(outcomes: readonly Outcome<PlanSummary>[], isAllowed: (change: Change) => boolean): string[] {
  return outcomes.flatMap((outcome) =>
    outcome.status === "done"
      ? outcome.value.resources
          .filter((change) => change.mode === "managed" && change.action !== "no-op" && !isAllowed(change))
          .map(({ address, action }) => `${outcome.layer}: ${address} ${action}`)
      : [],
  );
}

function unexpectedIn(outcomes: readonly Outcome<PlanSummary>[]): readonly string[] {
  return outcomes.flatMap((outcome) =>
    outcome.status === "done"
      ? judgeSecondPlan(outcome.layer, outcome.value, MOCK_DIFFERENCES).unexpected.map(
          (line) => `${outcome.layer}: plan again: ${line}`,
        )
      : [],
  );
}

function failures(outcomes: readonly Outcome<PlanSummary>[]): string[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.status === "done") return [];
    if (outcome.status === "not tried")
      return [`${outcome.layer}: not tried, because of ${outcome.because.join(", ")}`];
    return [`${outcome.layer}: ${outcome.error instanceof Error ? outcome.error.message : String(outcome.error)}`];
  });
}

function regionOf(layers: readonly Layer[]): string {
  const [first] = layers;
  if (first === undefined) throw new Error("the app has no layers");
  return readStackFacts(first).region;
}
