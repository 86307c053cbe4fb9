import { join } from "node:path";
import { formatSeconds } from "../terminal/format";
import type { Layer } from "../layers/layers";
import { interruptSignal } from "../terminal/process";
import type { Progress } from "../terminal/progress";
import { parsePlan } from "../terraform/plan-json";
import { countPlan, summarizePlan, type PlanCounts, type PlanSummary } from "../terraform/plan-summary";
import { UserError } from "../terminal/user-error";
import { runInWaves, type Outcome } from "../layers/waves";
import { stepProgress, type Workbench } from "./workbench";

/** Called before a layer is planned; what it throws fails the layer. */
export type BeforeLayer = (layer: Layer) => Promise<void>;

/**
 * Applies the layers in the declared order, each by a saved plan.
 *
 * @param bench the rehearsal
 * @param beforeLayer prepares what Terraform does not make
 * @param order `reverse` where the layers that read must leave something before it is removed
 * @returns what each plan announced, for each layer
 */
export function applyLayers(
  bench: Workbench,
  beforeLayer: BeforeLayer,
  order: "dependencies" | "reverse" = "dependencies",
): Promise<readonly Outcome<PlanSummary>[]> {
  return inWaves(bench, "Apply", order, async (layer, progress) => {
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

/**
 * Plans the applied layers again, with refresh.
 *
 * @param bench the rehearsal
 * @returns what each plan would change: nothing, if all is well
 */
export function planAgain(bench: Workbench): Promise<readonly Outcome<PlanSummary>[]> {
  return inWaves(bench, "Plan again", "any", async (layer, progress) => {
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
  return inWaves(bench, "Destroy", "reverse", async (layer, progress) => {
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

async function inWaves(
  bench: Workbench,
  title: string,
  order: "dependencies" | "reverse" | "any",
  work: (layer: Layer, progress: Progress) => Promise<PlanSummary>,
): Promise<readonly Outcome<PlanSummary>[]> {
  const progress = stepProgress(bench, title);
  const reported = async (layer: Layer): Promise<PlanSummary> => {
    const started = performance.now();
    try {
      const summary = await work(layer, progress);
      const seconds = formatSeconds((performance.now() - started) / 1000);
      progress.done(layer.id, `${title.toLowerCase()}: ${describeActions(countPlan(summary))}, ${seconds}`);
      return summary;
    } catch (error) {
      progress.failed(layer.id, messageOf(error));
      throw error;
    }
  };
  const options = {
    parallel: bench.parallel,
    order,
    signal: interruptSignal,
    onNotTried: (layer: string, because: readonly string[]) => {
      progress.skipped(layer, `needs ${because.join(", ")}`);
    },
  };
  return runInWaves(bench.selected, reported, options).finally(() => progress.close());
}

function messageOf(error: unknown): string {
  if (error instanceof UserError) return error.what;
  return error instanceof Error ? error.message : String(error);
}
