import { join } from "node:path";
import { formatSeconds } from "../terminal/format";
import type { Layer } from "../layers/layers";
import { interruptSignal } from "../terminal/process";
import type { Progress } from "../terminal/progress";
import type { ChangeOrder } from "../terraform/order/order-of-change";
import { orderOfPlans } from "../terraform/order/order-of-plans";
import { stepsOf, targetsOf, type Step } from "../terraform/order/steps";
import { parsePlan } from "../terraform/plan-json";
import { countPlan, summarizePlan, type PlanCounts, type PlanSummary } from "../terraform/plan-summary";
import { planInOrder, type LayerPlan } from "../terraform/provisional/plan-in-order";
import { UserError } from "../terminal/user-error";
import { runInWaves, type InOrder, type Outcome } from "../layers/waves";
import { stepProgress, type Workbench } from "./workbench";

/** Called before a layer is planned; what it throws fails the layer. */
export type BeforeLayer = (layer: Layer) => Promise<void>;

/**
 * Applies the layers from nothing, each planned once those that it reads are applied.
 *
 * @param bench the rehearsal
 * @param beforeLayer prepares what Terraform does not make
 * @returns what each plan announced, for each layer
 */
export function applyLayers(bench: Workbench, beforeLayer: BeforeLayer): Promise<readonly Outcome<PlanSummary>[]> {
  return inWaves(bench, bench.selected, { title: "Apply", order: "dependencies" }, async (layer, progress) => {
    await beforeLayer(layer);
    const terraform = bench.terraformOf(layer);
    const planFile = join(layer.folder, "apply.tfplan");
    progress.step(layer.id, "init");
    await terraform.init();
    progress.step(layer.id, "plan");
    await terraform.plan({ out: planFile });
    const summary = summarizePlan(parsePlan(await terraform.show(planFile), layer.id));
    progress.step(layer.id, `apply ${describeActions(countPlan(summary))}`);
    await terraform.apply(planFile);
    return summary;
  });
}

/** Result of a change of the running platform. */
export interface AppliedChange {
  /** Announcement of each plan, for each step. */
  readonly outcomes: readonly Outcome<PlanSummary>[];
  /** The order in which it was applied; undefined if a layer could not be planned. */
  readonly order: ChangeOrder | undefined;
}

/**
 * Changes what runs as a delivery does: plans all layers, works out the order, and applies the plans in it. A layer that
 * was planned provisionally, or is applied in two steps, is planned anew at its turn.
 *
 * @param bench the rehearsal
 * @param beforeLayer prepares what Terraform does not make
 */
export async function applyChange(bench: Workbench, beforeLayer: BeforeLayer): Promise<AppliedChange> {
  const { all, selected, terraform, providerSetup, env, runFolder, parallel, mode } = bench;
  const planned = await planInOrder({
    all,
    selected,
    terraform,
    providerSetup,
    env,
    runFolder,
    parallel,
    mode,
    refresh: true,
  });
  const plans = planned.flatMap((outcome) => (outcome.status === "done" ? [outcome.value] : []));
  if (plans.length < planned.length) return { outcomes: planned.map(withSummary), order: undefined };
  const order = orderOfPlans(all, plans);
  const steps = stepsOf(order.steps, all);
  const outcomes = await inWaves(bench, steps, { title: "Apply", order: "dependencies" }, async (step, progress) => {
    await beforeLayer(step.layer);
    const plan = plans.find(({ layer }) => layer.id === step.layer.id);
    if (plan === undefined) throw new Error(`${step.layer.id} was not planned`);
    return applyStep(bench, step, plan, progress);
  });
  return { outcomes, order };
}

async function applyStep(
  bench: Workbench,
  { id, layer, part }: Step,
  { plan, planFile, summary }: LayerPlan,
  progress: Progress,
): Promise<PlanSummary> {
  const terraform = bench.terraformOf(layer);
  if (planFile !== undefined && part === "all") {
    progress.step(id, `apply ${describeActions(countPlan(summary))}`);
    await terraform.apply(planFile);
    return summary;
  }
  const anew = join(layer.folder, "anew.tfplan");
  progress.step(id, "init");
  await terraform.init();
  progress.step(id, "plan anew");
  await terraform.plan({ out: anew, targets: targetsOf(plan, part) ?? [] });
  const fresh = summarizePlan(parsePlan(await terraform.show(anew), id));
  progress.step(id, `apply ${describeActions(countPlan(fresh))}`);
  await terraform.apply(anew);
  return fresh;
}

function withSummary(outcome: Outcome<LayerPlan>): Outcome<PlanSummary> {
  return outcome.status === "done" ? { ...outcome, value: outcome.value.summary } : outcome;
}

/**
 * Plans the applied layers again, with refresh.
 *
 * @param bench the rehearsal
 * @returns what each plan would change: nothing, if all is well
 */
export function planAgain(bench: Workbench): Promise<readonly Outcome<PlanSummary>[]> {
  return inWaves(bench, bench.selected, { title: "Plan again", order: "any" }, async (layer, progress) => {
    const terraform = bench.terraformOf(layer);
    const planFile = join(layer.folder, "again.tfplan");
    progress.step(layer.id, "plan (reads the resources)");
    await terraform.plan({ out: planFile });
    return summarizePlan(parsePlan(await terraform.show(planFile), layer.id));
  });
}

/**
 * Destroys the layers in reverse order, each by a saved plan.
 *
 * @param bench the rehearsal
 * @param beforeLayer does what Terraform cannot, such as emptying a bucket
 * @returns what each plan announced
 */
export function destroyLayers(bench: Workbench, beforeLayer: BeforeLayer): Promise<readonly Outcome<PlanSummary>[]> {
  return inWaves(bench, bench.selected, { title: "Destroy", order: "reverse" }, async (layer, progress) => {
    await beforeLayer(layer);
    const terraform = bench.terraformOf(layer);
    const planFile = join(layer.folder, "destroy.tfplan");
    progress.step(layer.id, "plan");
    await terraform.plan({ out: planFile, destroy: true });
    const summary = summarizePlan(parsePlan(await terraform.show(planFile), layer.id));
    progress.step(layer.id, `destroy ${describeActions(countPlan(summary))}`);
    await terraform.apply(planFile);
    return summary;
  });
}

/** The actions of a plan in short: `+17`, `~1 -/+6`, `-17`, or `nothing to do`. */
export function describeActions(counts: PlanCounts): string {
  const parts: [string, number][] = [
    ["+", counts.create],
    ["~", counts.update],
    ["-/+", counts.replace],
    ["-", counts.delete],
  ];
  const shown = parts.filter(([, count]) => count > 0).map(([sign, count]) => `${sign}${count}`);
  return shown.length === 0 ? "nothing to do" : shown.join(" ");
}

async function inWaves<L extends InOrder>(
  bench: Workbench,
  steps: readonly L[],
  { title, order }: { readonly title: string; readonly order: "dependencies" | "reverse" | "any" },
  work: (step: L, progress: Progress) => Promise<PlanSummary>,
): Promise<readonly Outcome<PlanSummary>[]> {
  const progress = stepProgress(bench, title, steps);
  const reported = async (step: L): Promise<PlanSummary> => {
    const started = performance.now();
    try {
      const summary = await work(step, progress);
      const seconds = formatSeconds((performance.now() - started) / 1000);
      progress.done(step.id, `${title.toLowerCase()}: ${describeActions(countPlan(summary))}, ${seconds}`);
      return summary;
    } catch (error) {
      progress.failed(step.id, messageOf(error));
      throw error;
    }
  };
  const options = {
    parallel: bench.parallel,
    order,
    signal: interruptSignal,
    onNotTried: (step: string, because: readonly string[]) => {
      progress.skipped(step, `needs ${because.join(", ")}`);
    },
  };
  return runInWaves(steps, reported, options).finally(() => progress.close());
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.what;
  return error instanceof Error ? error.message : String(error);
}
