import { rmSync } from "node:fs";
import { join } from "node:path";
import { formatSeconds } from "../../terminal/format";
import type { Layer } from "../../layers/layers";
import { Interrupted, interruptSignal, throwIfInterrupted } from "../../terminal/process";
import { startProgress, type ProgressMode } from "../../terminal/progress";
import { UserError } from "../../terminal/user-error";
import { runInWaves, type Outcome } from "../../layers/waves";
import { parsePlan, type PlanJson } from "../plan-json";
import { terraformOfLayers, type PlanLayersOptions } from "../plan-layers";
import { countPlan, summarizePlan, type PlanSummary } from "../plan-summary";
import { readStack, readStackFacts, upstreamOf, type StackFacts } from "../../layers/stack-file";
import { refuseForeignState } from "../../state/foreign-state";
import { stateReader, type StoredState } from "../../state/stored-state";
import type { Terraform } from "../terraform";
import type { Placeholder } from "./placeholder";
import { plannedOutputs, type PlannedOutputs } from "./planned-outputs";
import { readsIn, type OutputReads } from "./reads";
import { makeScratch } from "./scratch";

/** Reason why a plan is provisional, and its placeholders. */
export interface Provisional {
  /** Layers that must be applied before this one can be planned for good, the nearest ones only. */
  readonly upstream: readonly string[];
  /** Outputs that are not applied yet, `<layer>.<output>`. */
  readonly unapplied: readonly string[];
  /** Values that nobody knows yet and that this layer reads. */
  readonly placeholders: readonly Placeholder[];
  /** True if the bucket of the layer's state does not exist yet. */
  readonly noBucket: boolean;
}

/** A planned layer. */
export interface LayerPlan {
  readonly layer: Layer;
  readonly summary: PlanSummary;
  /** `terraform show -json` of the plan, word for word; values are in clear. */
  readonly json: string;
  /** The same, parsed. */
  readonly plan: PlanJson;
  /** The saved plan; undefined for a provisional plan, which nobody may apply. */
  readonly planFile: string | undefined;
  /** Undefined: the plan is final. */
  readonly provisional: Provisional | undefined;
  /** The state that it was planned on. */
  readonly state: StoredState;
}

/** Options of planning in order. */
export interface PlanInOrderOptions extends Omit<PlanLayersOptions, "progress" | "logFolder"> {
  /** Folder of the run: gets a log file a layer, and scratch copies, which are removed again. */
  readonly runFolder: string;
  /** Form of progress. */
  readonly mode: ProgressMode;
  /** True if each state is locked while it is planned. @default true */
  readonly lock?: boolean;
}

interface PlannerOptions extends PlanLayersOptions {
  readonly lock: boolean;
  readonly scratchFolder: string;
}

/**
 * Plans layers in the declared order. A layer that reads outputs which its upstream's plan changes, or whose state has no
 * bucket yet, is planned in a scratch copy on its upstream's planned outputs; such a plan is provisional. Nothing is applied
 * and no state is written.
 * @throws Interrupted when the process was asked to stop
 */
export async function planInOrder(options: PlanInOrderOptions): Promise<readonly Outcome<LayerPlan>[]> {
  const { runFolder, selected } = options;
  const progress = startProgress(
    selected.map(({ id }) => id),
    options.mode,
  );
  const [logFolder, scratchFolder] = [join(runFolder, "logs"), join(runFolder, "provisional")];
  const planner = new Planner({ lock: true, ...options, logFolder, scratchFolder, progress });
  const outcomes = await runInWaves(selected, (layer) => planner.plan(layer), {
    parallel: options.parallel,
    order: "dependencies",
    signal: interruptSignal,
    onNotTried: (layer, because) => {
      progress.skipped(layer, because.length === 0 ? "interrupted" : `needs ${because.join(", ")}`);
    },
  }).finally(() => progress.close());
  throwIfInterrupted();
  return outcomes;
}

class Planner {
  private readonly terraformOf: (layer: Layer, folder?: string) => Terraform;
  private readonly facts: ReadonlyMap<string, StackFacts>;
  private readonly readState: ReturnType<typeof stateReader>;
  /** Outputs of the layers planned so far. */
  private readonly outputs = new Map<string, PlannedOutputs>();
  /** Outputs that each layer uses of each remote state, by the layers' ids. */
  private readonly uses: ReadonlyMap<string, ReadonlyMap<string, OutputReads>>;

  constructor(private readonly options: PlannerOptions) {
    this.terraformOf = terraformOfLayers(options);
    this.facts = new Map(options.all.map((layer) => [layer.id, readStackFacts(layer)]));
    this.uses = new Map(options.all.map((layer) => [layer.id, this.usesOf(layer)]));
    this.readState = stateReader(options.env);
  }

  async plan(layer: Layer): Promise<LayerPlan> {
    const { progress } = this.options;
    const started = performance.now();
    try {
      progress.step(layer.id, "read the state");
      const state = await this.readState(this.factsOf(layer));
      refuseForeignState(this.factsOf(layer), state);
      const unappliedReads = this.unappliedReads(layer);
      const isFirst = this.factsOf(layer).lockTable === undefined;
      const isProvisional = Object.keys(unappliedReads).length > 0 || (state.kind === "no bucket" && !isFirst);
      const plan = isProvisional
        ? await this.planOnOutputs(layer, state, unappliedReads)
        : await this.planFinally(layer, state);
      this.remember(layer, plan.plan);
      progress.done(layer.id, describe(plan, (performance.now() - started) / 1000));
      return plan;
    } catch (error) {
      if (error instanceof Interrupted) progress.skipped(layer.id, "interrupted");
      else progress.failed(layer.id, error instanceof UserError ? error.what : String(error));
      throw error;
    }
  }

  private async planFinally(layer: Layer, state: StoredState): Promise<LayerPlan> {
    const planFile = join(layer.folder, "layer.tfplan");
    const json = await this.runPlan(layer, this.terraformOf(layer), planFile, "plan");
    const plan = parsePlan(json, layer.id);
    return { layer, summary: summarizePlan(plan), json, plan, planFile, provisional: undefined, state };
  }

  private async planOnOutputs(
    layer: Layer,
    state: StoredState,
    reads: Readonly<Record<string, PlannedOutputs>>,
  ): Promise<LayerPlan> {
    const folder = join(this.options.scratchFolder, layer.id);
    try {
      makeScratch({ layer, folder, state: state.kind === "state" ? state.text : undefined, reads });
      const planFile = join(folder, "provisional.tfplan");
      const json = await this.runPlan(layer, this.terraformOf(layer, folder), planFile, "plan, provisionally");
      const plan = parsePlan(json, layer.id);
      const provisional = this.provisionalOf(layer, state, reads);
      return { layer, summary: summarizePlan(plan), json, plan, planFile: undefined, provisional, state };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  private async runPlan(layer: Layer, terraform: Terraform, planFile: string, word: string): Promise<string> {
    const { progress, refresh, lock } = this.options;
    progress.step(layer.id, "init");
    await terraform.init();
    progress.step(layer.id, refresh ? `${word} (reads the real resources)` : word);
    await terraform.plan({ out: planFile, refresh, lock });
    progress.step(layer.id, "read the plan");
    return terraform.show(planFile);
  }

  /** The planned outputs behind each remote state of which this layer uses something that is not applied yet. */
  private unappliedReads(layer: Layer): Readonly<Record<string, PlannedOutputs>> {
    const upstream = upstreamOf(this.factsOf(layer), [...this.facts.values()]);
    const found: Record<string, PlannedOutputs> = {};
    for (const [name, id] of Object.entries(upstream)) {
      const outputs = this.outputs.get(id);
      if (outputs !== undefined && this.usedUnapplied(layer, name, outputs).length > 0) found[name] = outputs;
    }
    return found;
  }

  private usedUnapplied(layer: Layer, name: string, { unapplied }: PlannedOutputs): readonly string[] {
    const uses = this.uses.get(layer.id)?.get(name);
    const isUsed = ([output, keys]: readonly [string, ReadonlySet<string> | "all"]): boolean => {
      if (uses === undefined) return false;
      const used = uses.outputs.get(output);
      if (uses.all || keys === "all" || uses.whole.has(output)) return uses.all || used !== undefined;
      return [...(used ?? [])].some((key) => keys.has(key));
    };
    return [...unapplied]
      .filter(isUsed)
      .map(([output]) => output)
      .sort();
  }

  private provisionalOf(
    layer: Layer,
    state: StoredState,
    reads: Readonly<Record<string, PlannedOutputs>>,
  ): Provisional {
    const entries = Object.entries(reads);
    const noBucket = state.kind === "no bucket";
    const upstream = entries.map(([, outputs]) => outputs.layer);
    const first = [...this.facts.values()]
      .filter(({ lockTable }) => lockTable === undefined)
      .map((facts) => facts.layer);
    return {
      upstream: [...new Set(noBucket ? [...first, ...upstream] : upstream)].sort(),
      unapplied: entries
        .flatMap(([name, outputs]) =>
          this.usedUnapplied(layer, name, outputs).map((output) => `${outputs.layer}.${output}`),
        )
        .sort(),
      placeholders: entries.flatMap(([name, outputs]) => {
        const uses = this.uses.get(layer.id)?.get(name);
        return outputs.placeholders.filter(({ output }) => uses?.all === true || uses?.outputs.has(output) === true);
      }),
      noBucket,
    };
  }

  private remember(layer: Layer, plan: PlanJson): void {
    this.outputs.set(
      layer.id,
      plannedOutputs(layer.id, plan, (output) => this.keysUsed(layer.id, output)),
    );
  }

  /** Keys by which any layer indexes an output of this one. */
  private keysUsed(id: string, output: string): readonly string[] {
    const all = [...this.facts.values()];
    const keys = all.flatMap((facts) =>
      Object.entries(upstreamOf(facts, all))
        .filter(([, upstream]) => upstream === id)
        .flatMap(([name]) => [...(this.uses.get(facts.layer)?.get(name)?.outputs.get(output) ?? [])]),
    );
    return [...new Set(keys)].sort();
  }

  private usesOf(layer: Layer): ReadonlyMap<string, OutputReads> {
    return readsIn(readStack(layer).text);
  }

  private factsOf(layer: Layer): StackFacts {
    const facts = this.facts.get(layer.id);
    if (facts === undefined) throw new Error(`layer ${layer.id} is not among all layers`);
    return facts;
  }
}

function describe({ summary, provisional }: LayerPlan, seconds: number): string {
  const counts = countPlan(summary);
  const mark = provisional === undefined ? "" : `provisional until ${provisional.upstream.join(", ")} is applied, `;
  return `${mark}${counts.noOp} of ${counts.managed} no-op, ${formatSeconds(seconds)}`;
}
