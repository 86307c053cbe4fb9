import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatSeconds } from "../terminal/format";
import { selectLayers, type Layer } from "../layers/layers";
import { Interrupted, interruptSignal } from "../terminal/process";
import { startProgress, type Progress } from "../terminal/progress";
import { stepsOf, targetsOf, withoutDeletions, type Step } from "../terraform/order/steps";
import { parsePlan, type PlanJson } from "../terraform/plan-json";
import { terraformOfLayers } from "../terraform/plan-layers";
import { summarizePlan, type PlanSummary } from "../terraform/plan-summary";
import { readStackFacts } from "../layers/stack-file";
import { stateReader, type StateReader } from "../state/stored-state";
import type { Terraform } from "../terraform/terraform";
import { UserError } from "../terminal/user-error";
import { runInWaves, type Outcome } from "../layers/waves";
import { comparePlans, type Filled, type PlanDifference } from "./compare-plans";
import { keepErroredState } from "./errored-state";
import { planInto, type PlanResult } from "./make-plan";
import type { Manifest, ManifestLayer } from "./manifest";
import { isInBucket, localStoreOf, openStoreOf } from "./plan-store";
import { readApproved, verifyManifest, type ApprovedPlans } from "./verify";
import { openWorkspace, type BeforeLayer, type DeliveryOptions, type Workspace } from "./workspace";

/** Options of an apply. */
export interface ApplyPlanOptions extends DeliveryOptions {
  /** A file or `s3://bucket/prefix/manifest.json`. */
  readonly manifest: string;
  /** The manifest's SHA-256 as it was approved. */
  readonly sha256: string;
  /** @default - nothing */
  readonly beforeLayer?: BeforeLayer;
  /**
   * Takes up an apply of the same plans that stopped half way: layers whose state moved on since are planned anew, and go
   * on only if nothing but what was approved is left to do. @default false
   */
  readonly resume?: boolean;
  /** Purpose that the approved plans must have: nobody destroys by `./lgtm apply`. @default "apply" */
  readonly purpose?: Manifest["purpose"];
}

/** Result of one step: a layer, or a part of one. */
export interface AppliedLayer {
  readonly layer: string;
  /** `as approved`: the saved plan; `planned anew`: the same once its upstream, or a part of it, was applied; `nothing to apply`. */
  readonly how: "as approved" | "planned anew" | "nothing to apply";
  readonly summary: PlanSummary;
}

/** Result of an apply, and the step at which it stopped. */
export interface ApplyResult {
  readonly manifest: Manifest;
  readonly outcomes: readonly Outcome<AppliedLayer>[];
  /** Layers whose new plan is not what was approved, with the differences. */
  readonly stopped: ReadonlyMap<string, readonly PlanDifference[]>;
  /** The plans of what is left, to be approved; undefined when nothing is left or something failed. */
  readonly rest: PlanResult | undefined;
}

/** A layer was planned anew and is not what was approved. */
class NotAsApproved extends UserError {
  constructor(
    layer: string,
    readonly differences: readonly PlanDifference[],
  ) {
    super({
      what: `${layer} was planned anew and is not what was approved: ${differences.length} differences.`,
      mend: "read the differences; the plan of what is left needs an approval of its own",
      detail: differences
        .map(({ address, path, approved, now }) => `${address} ${path}: approved ${approved}, now ${now}`)
        .join("\n"),
      exit: "negative",
    });
  }
}

/**
 * Applies exactly the approved plans, in the approved order. A layer that was planned provisionally is planned anew once its
 * upstream is applied, and goes on by itself only if nothing but placeholders got values.
 * @throws UserError when something does not hold; nothing was applied then. A layer that fails is part of the result
 */
export async function applyPlan(options: ApplyPlanOptions): Promise<ApplyResult> {
  // What is wrong with a file here is said before anything asks for credentials.
  if (!isInBucket(options.manifest)) await readLocal(options);
  const workspace = await openWorkspace("apply", options, true);
  const { store, name } = openStoreOf(options.manifest, workspace.profile.config.region, workspace.env);
  const manifest = await readApproved(store, name, options.sha256);
  checkPurpose(manifest, options.purpose ?? "apply");
  const approved = await verifyManifest(manifest, store, workspace, options.resume ?? false);
  const outcomes = await applySteps(stepsOf(manifest.order.steps, workspace.layers), approved, workspace, options);
  const stopped = stoppedLayers(outcomes);
  return { manifest, outcomes, stopped, rest: await planRest(outcomes, stopped, approved, workspace, options) };
}

async function readLocal({ manifest, sha256, purpose }: ApplyPlanOptions): Promise<void> {
  const { store, name } = localStoreOf(manifest);
  checkPurpose(await readApproved(store, name, sha256), purpose ?? "apply");
}

function checkPurpose({ purpose }: Manifest, wanted: Manifest["purpose"]): void {
  if (purpose === wanted) return;
  throw new UserError({
    what: `The approved plans are to ${purpose}, not to ${wanted}. Nothing was done.`,
    where: "--manifest",
    mend: `to carry them out, run \`./lgtm ${purpose}\``,
    exit: "negative",
  });
}

async function applySteps(
  steps: readonly Step[],
  approved: ApprovedPlans,
  workspace: Workspace,
  options: ApplyPlanOptions,
): Promise<readonly Outcome<AppliedLayer>[]> {
  const progress = startProgress(
    steps.map(({ id }) => id),
    options.mode,
  );
  const applier = new Applier(approved, workspace, options, progress);
  return runInWaves(steps, (step) => applier.apply(step), {
    parallel: options.parallel,
    signal: interruptSignal,
    onNotTried: (step, because) => {
      progress.skipped(step, because.length === 0 ? "interrupted" : `comes after ${because.join(", ")}`);
    },
  }).finally(() => progress.close());
}

class Applier {
  private readonly terraformOf: (layer: Layer) => Terraform;
  private readonly readState: StateReader;

  constructor(
    private readonly approved: ApprovedPlans,
    private readonly workspace: Workspace,
    private readonly options: ApplyPlanOptions,
    private readonly progress: Progress,
  ) {
    const { layers, terraform, providerSetup, env, runFolder } = workspace;
    this.terraformOf = terraformOfLayers({
      all: layers,
      terraform,
      providerSetup,
      env,
      logFolder: join(runFolder, "logs"),
    });
    this.readState = stateReader(env);
  }

  async apply(step: Step): Promise<AppliedLayer> {
    const started = performance.now();
    const { id, layer } = step;
    try {
      await this.options.beforeLayer?.(layer, this.workspace);
      const applied = await this.applyOne(step, this.plannedOf(layer));
      this.progress.done(id, `${applied.how}, ${formatSeconds((performance.now() - started) / 1000)}`);
      return applied;
    } catch (failure) {
      const error = await keepErroredState(layer, failure, this.workspace.env);
      if (error instanceof Interrupted) this.progress.skipped(id, "interrupted");
      else this.progress.failed(id, error instanceof UserError ? error.what : String(error));
      throw error;
    }
  }

  private async applyOne(step: Step, planned: ManifestLayer): Promise<AppliedLayer> {
    const { layer } = step;
    const approved = parsePlan(this.textOf(planned.json.file), planned.json.file);
    if (planned.plan !== null && !this.approved.begun.has(layer.id)) {
      const summary = summarizePlan(approved);
      if (!planned.applyable) return { layer: layer.id, how: "nothing to apply", summary };
      await this.applySaved(layer, planned.plan.file);
      return { layer: layer.id, how: "as approved", summary };
    }
    return this.planAnewAndApply(step, planned, approved);
  }

  private async applySaved(layer: Layer, file: string): Promise<void> {
    const terraform = this.terraformOf(layer);
    this.progress.step(layer.id, "init");
    await terraform.init();
    const planFile = join(layer.folder, "approved.tfplan");
    writeFileSync(planFile, this.contentOf(file), { mode: 0o600 });
    try {
      this.progress.step(layer.id, "apply");
      await terraform.apply(planFile);
    } finally {
      rmSync(planFile, { force: true });
    }
  }

  private async planAnewAndApply(
    { id, layer, part }: Step,
    planned: ManifestLayer,
    approved: PlanJson,
  ): Promise<AppliedLayer> {
    const terraform = this.terraformOf(layer);
    const planFile = join(layer.folder, "anew.tfplan");
    try {
      this.progress.step(id, "init");
      await terraform.init();
      this.progress.step(id, "plan anew");
      const destroy = this.approved.manifest.purpose === "destroy";
      await terraform.plan({ out: planFile, refresh: true, destroy, targets: targetsOf(approved, part) ?? [] });
      const fresh = parsePlan(await terraform.show(planFile), id);
      // Terraform calls a plan that is limited to some resources incomplete.
      const expected =
        part === "all but deletions" ? { ...withoutDeletions(approved), complete: fresh.complete } : approved;
      const differences = comparePlans(expected, fresh, await this.fill(planned), {
        partlyDone: part === "deletions" || this.approved.begun.has(layer.id),
      });
      if (differences.length > 0) throw new NotAsApproved(id, differences);
      const summary = summarizePlan(fresh);
      if (fresh.applyable === false) return { layer: id, how: "nothing to apply", summary };
      this.progress.step(id, "apply what was planned anew");
      await terraform.apply(planFile);
      return { layer: id, how: "planned anew", summary };
    } finally {
      rmSync(planFile, { force: true });
    }
  }

  /** The placeholders with what their layers have put out by now, read from these layers' states. */
  private async fill({ provisional }: ManifestLayer): Promise<readonly Filled[]> {
    const placeholders = provisional?.placeholders ?? [];
    const layers = [...new Set(placeholders.map(({ layer }) => layer))];
    const outputs = new Map(await Promise.all(layers.map(async (id) => [id, await this.outputsOf(id)] as const)));
    return placeholders.map((placeholder) => ({
      ...placeholder,
      actual: valueAt(outputs.get(placeholder.layer)?.get(placeholder.output), placeholder.path),
    }));
  }

  private async outputsOf(id: string): Promise<ReadonlyMap<string, unknown>> {
    const layer = this.workspace.layers.find((one) => one.id === id);
    const state = layer === undefined ? undefined : await this.readState(readStackFacts(layer));
    const outputs = state?.kind === "state" ? state.file.outputs : [];
    return new Map(outputs.map(({ name, value }) => [name, value]));
  }

  private plannedOf({ id }: Layer): ManifestLayer {
    const planned = this.approved.manifest.layers.find((layer) => layer.id === id);
    if (planned === undefined) throw new Error(`layer ${id} is not in the manifest`);
    return planned;
  }

  private contentOf(file: string): Uint8Array {
    const content = this.approved.files.get(file);
    if (content === undefined) throw new Error(`${file} was not verified`);
    return content;
  }

  private textOf(file: string): string {
    return Buffer.from(this.contentOf(file)).toString("utf8");
  }
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof inner !== "object" || inner === null) return undefined;
    return (inner as Readonly<Record<string | number, unknown>>)[key];
  }, value);
}

function stoppedLayers(outcomes: readonly Outcome<AppliedLayer>[]): ReadonlyMap<string, readonly PlanDifference[]> {
  return new Map(
    outcomes.flatMap((outcome) =>
      outcome.status === "failed" && outcome.error instanceof NotAsApproved
        ? [[outcome.layer, outcome.error.differences] as const]
        : [],
    ),
  );
}

/** Plans what is left after a stop, so that the second approval has something to approve. */
async function planRest(
  outcomes: readonly Outcome<AppliedLayer>[],
  stopped: ReadonlyMap<string, readonly PlanDifference[]>,
  { manifest, store }: ApprovedPlans,
  workspace: Workspace,
  options: ApplyPlanOptions,
): Promise<PlanResult | undefined> {
  const failed = outcomes.some(({ layer, status }) => status === "failed" && !stopped.has(layer));
  // What is left to destroy is planned by who wants it destroyed.
  if (stopped.size === 0 || failed || interruptSignal.aborted || manifest.purpose === "destroy") return undefined;
  const notDone = new Set(outcomes.filter(({ status }) => status !== "done").map(({ layer }) => layer));
  const left = [...new Set(manifest.order.steps.filter(({ id }) => notDone.has(id)).map(({ layer }) => layer))];
  workspace.note(`Plan what is left: ${left.join(", ")}`);
  const rest = store.sibling(`rest-${manifest.layers.length - left.length}-applied`);
  return planInto(workspace, rest, {
    ...options,
    selected: selectLayers(workspace.layers, left),
    others: "it is applied, as it was approved, or was not part of the plan",
  });
}
