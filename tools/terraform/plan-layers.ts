import { join } from "node:path";
import { formatSeconds } from "../format";
import type { Layer } from "../layers";
import { withDependencies } from "../layers";
import { Interrupted, interruptSignal } from "../process";
import type { Progress } from "../progress";
import { UserError } from "../user-error";
import { runInWaves, type Outcome } from "../waves";
import type { TerraformBinary } from "./binary";
import { countPlan, summarizePlan, type PlanSummary } from "./plan-summary";
import { readStackFacts, upstreamOf } from "./stack-file";
import { Terraform } from "./terraform";

/** What is planned, and how. */
export interface PlanLayersOptions {
  /** All layers of the output folder. */
  readonly all: readonly Layer[];
  /** The layers to plan. */
  readonly selected: readonly Layer[];
  readonly terraform: TerraformBinary;
  /** The whole environment of the children. */
  readonly env: NodeJS.ProcessEnv;
  /** Folder that gets one log file a layer. */
  readonly logFolder: string;
  /** How many layers at the same time. */
  readonly parallel: number;
  /** Whether the real resources are read first. */
  readonly refresh: boolean;
  readonly progress: Progress;
}

/**
 * Plans layers side by side, each against its own state. The declared order does not matter here: nothing is applied, so
 * no plan waits for another, and one that lacks its upstream's outputs says which layer to apply first.
 */
export async function planLayers(options: PlanLayersOptions): Promise<readonly Outcome<PlanSummary>[]> {
  const workers = terraformOfLayers(options);
  return runInWaves(options.selected, (layer) => planOne(layer, workers(layer), options), {
    parallel: options.parallel,
    order: "any",
    signal: interruptSignal,
  });
}

/**
 * Makes the Terraform of each layer, with what is needed to explain its errors. It runs in the layer's folder unless told
 * of another one.
 */
export function terraformOfLayers(
  options: Pick<PlanLayersOptions, "all" | "terraform" | "env" | "logFolder">,
): (layer: Layer, folder?: string) => Terraform {
  const facts = new Map(options.all.map((layer) => [layer.id, readStackFacts(layer)]));
  return (layer, folder = layer.folder) => {
    const own = facts.get(layer.id);
    return new Terraform({
      binary: options.terraform.path,
      layer: layer.id,
      folder,
      env: options.env,
      logFile: join(options.logFolder, `${layer.id}.log`),
      firstLayers: firstLayersBefore(options.all, layer),
      upstream: own === undefined ? {} : upstreamOf(own, [...facts.values()]),
    });
  };
}

/** The layers without dependencies that this one needs, directly or not; none for such a layer itself. */
function firstLayersBefore(all: readonly Layer[], layer: Layer): readonly string[] {
  return withDependencies(all, [layer.id])
    .filter((other) => other.id !== layer.id && other.dependencies.length === 0)
    .map((other) => other.id);
}

async function planOne(layer: Layer, terraform: Terraform, options: PlanLayersOptions): Promise<PlanSummary> {
  const { progress } = options;
  const started = performance.now();
  const planFile = join(layer.folder, "check.tfplan");
  try {
    progress.step(layer.id, "init");
    await terraform.init();
    progress.step(layer.id, options.refresh ? "plan (reads the real resources)" : "plan");
    await terraform.plan({ out: planFile, refresh: options.refresh });
    progress.step(layer.id, "read the plan");
    const summary = summarizePlan(await terraform.show(planFile));
    const counts = countPlan(summary);
    const seconds = formatSeconds((performance.now() - started) / 1000);
    progress.done(layer.id, `${counts.noOp} of ${counts.managed} no-op, ${seconds}`);
    return summary;
  } catch (error) {
    if (error instanceof Interrupted) progress.skipped(layer.id, "interrupted");
    else progress.failed(layer.id, error instanceof UserError ? error.what : String(error));
    throw error;
  }
}
