import { readFileSync } from "node:fs";
import { PLANS_PREFIX } from "../../modules/config/names";
import { selectLayers, type Layer } from "../layers/layers";
import { loadProfile } from "../layers/profile";
import { throwIfInterrupted } from "../terminal/process";
import { buildReport, type LeftOutLayer, type PlanReport, type ReportedPlan } from "./report/plan-report";
import { renderHtml } from "./report/html";
import { renderMarkdown, SUMMARY_LIMIT } from "./report/markdown";
import type { ChangeOrder } from "../terraform/order/order-of-change";
import { orderOfPlans } from "../terraform/order/order-of-plans";
import { planInOrder, type LayerPlan } from "../terraform/provisional/plan-in-order";
import { readStackFacts } from "../layers/stack-file";
import { UserError } from "../terminal/user-error";
import type { Outcome } from "../layers/waves";
import { changedLayers, checkCommit, describeChange } from "./changed-layers";
import { checkDestroyPhrase, chooseDestruction, describeDestruction } from "./destruction";
import { manifestFormat, manifestText, planFiles, sha256Of, type Manifest, type ManifestLayer } from "./manifest";
import { bucketStore, folderStore, type PlanStore } from "./plan-store";
import { managedIn, orderOfDestruction, planDestruction, readStates } from "./plan-destroy";
import { refuseTakingFromOthers } from "./still-in-use";
import { configurationHash, openWorkspace, type BeforeLayer, type DeliveryOptions, type Workspace } from "./workspace";

/** Options of a plan. */
export interface MakePlanOptions extends DeliveryOptions {
  /** Layer ids; none means all. */
  readonly layers: readonly string[];
  /** True if the real resources are read first. @default true */
  readonly refresh?: boolean;
  /** Folder for the plans. @default - the state bucket, below `plans/<commit>/` */
  readonly out?: string | undefined;
  /** @default - nothing */
  readonly beforeLayer?: BeforeLayer | undefined;
  /** Of these layers only those that are synthesized otherwise than at this commit, and all after them. @default - all */
  readonly changedSince?: string | undefined;
  /** Plans to destroy the layers, instead of applying them. @default - apply */
  readonly destroy?: DestroyOptions | undefined;
}

/** Options of a plan to destroy. */
export interface DestroyOptions {
  /** Layer ids or addresses that may be destroyed although they hold data. */
  readonly includeStateful: readonly string[];
  /** The phrase, where it is asked for before anything is planned. @default - asked for by `./lgtm destroy` alone */
  readonly confirm?: string | undefined;
}

/** Options of a plan in an open workspace. */
export interface PlanIntoOptions extends Pick<MakePlanOptions, "parallel" | "mode" | "refresh" | "beforeLayer"> {
  readonly selected: readonly Layer[];
  /** Reason for the selection of the layers, for the report. @default - not said */
  readonly selection?: string | undefined;
  /** Reason why the other layers are not planned, for the report. @default - they were not named */
  readonly others?: string | undefined;
}

/** Saved plans, and what is to be approved of them. */
export interface PlanResult {
  readonly manifest: Manifest;
  /** Value for `apply --manifest`: a file or an address in S3. */
  readonly manifestPlace: string;
  /** Value for `apply --sha256`: from the approved report, never from the place of the manifest. */
  readonly manifestSha256: string;
  readonly report: PlanReport;
  /** Layers that were left out since something that Terraform does not make is missing, with what to do. */
  readonly notReady: ReadonlyMap<string, UserError>;
}

/**
 * Plans layers in order and saves the plans with a manifest and reports. Nothing is applied.
 * @throws UserError when a layer cannot be planned, or the plans cannot be stored; no manifest is written then
 */
export async function makePlan(options: MakePlanOptions): Promise<PlanResult> {
  await checkRequest(options);
  const workspace = await openWorkspace("plan", options, false);
  const store = options.out === undefined ? storeInBucket(workspace) : folderStore(options.out);
  if (options.destroy !== undefined) return planDestroyInto(workspace, store, options, options.destroy);
  return planInto(workspace, store, { ...options, ...(await selectToPlan(workspace, options)) });
}

/** Checks what was asked for as far as that needs no credentials. */
async function checkRequest({ changedSince, destroy, profile, env }: MakePlanOptions): Promise<void> {
  if (changedSince !== undefined) await checkCommit(changedSince);
  if (destroy?.confirm !== undefined) checkDestroyPhrase(destroy.confirm, loadProfile(profile, env).config.environment);
}

async function planDestroyInto(
  workspace: Workspace,
  store: PlanStore,
  options: MakePlanOptions,
  { includeStateful }: DestroyOptions,
): Promise<PlanResult> {
  const states = await readStates(workspace);
  const request = { layers: options.layers, includeStateful };
  const destruction = chooseDestruction(workspace.layers, managedIn(states), request);
  const outcomes = await planDestruction(workspace, destruction.selected, states, options);
  throwIfInterrupted();
  const selection = describeDestruction(destruction);
  const order = orderOfDestruction(destruction.selected);
  const leftOut = notSelected(workspace, destruction.selected, "it stays as it is");
  const kept = { plans: outcomes.map(planOf), order, purpose: "destroy", selection, leftOut } as const;
  return { ...(await keepPlans(workspace, store, kept)), notReady: new Map() };
}

async function selectToPlan(
  { layers, profile, runFolder }: Workspace,
  { layers: named, changedSince, app }: MakePlanOptions,
): Promise<Pick<PlanIntoOptions, "selected" | "selection" | "others">> {
  const selected = selectLayers(layers, named);
  if (changedSince === undefined) return { selected };
  const change = await changedLayers({ ref: changedSince, layers, profile: profile.name, runFolder, app });
  return {
    selected: selected.filter(({ id }) => change.ids.includes(id)),
    selection: describeChange(change, changedSince),
    others: `neither it nor what comes before it differs from ${changedSince}`,
  };
}

/**
 * Plans layers of an open workspace into a store.
 * @throws UserError see `makePlan`
 */
export async function planInto(workspace: Workspace, store: PlanStore, options: PlanIntoOptions): Promise<PlanResult> {
  const { selected } = options;
  const notReady = await layersNotReady(selected, workspace, options.beforeLayer);
  const planned = selected.filter(({ id }) => !notReady.has(id));
  const plans = await planAll(workspace, planned, options);
  await refuseTakingFromOthers(workspace, plans);
  const kept = {
    plans,
    order: orderOfPlans(workspace.layers, plans),
    purpose: "apply",
    selection: options.selection,
    leftOut: [
      ...notSelected(workspace, selected, options.others ?? "it was not named"),
      ...selected.flatMap((layer) => notPlanned(layer, notReady.get(layer.id))),
    ],
  } as const;
  return { ...(await keepPlans(workspace, store, kept)), notReady };
}

function notSelected({ layers }: Workspace, selected: readonly Layer[], reason: string): readonly LeftOutLayer[] {
  return layers
    .filter((layer) => !selected.includes(layer))
    .map(({ id, dependencies }) => ({ layer: id, dependencies, status: "not selected", reason }));
}

function notPlanned({ id, dependencies }: Layer, error: UserError | undefined): readonly LeftOutLayer[] {
  if (error === undefined) return [];
  return [{ layer: id, dependencies, status: "not planned", reason: `${error.what} To do: ${error.mend}.` }];
}

/** Plans and facts that are stored and reported. */
interface KeptPlans {
  readonly plans: readonly LayerPlan[];
  readonly order: ChangeOrder;
  readonly purpose: Manifest["purpose"];
  readonly selection: string | undefined;
  readonly leftOut: readonly LeftOutLayer[];
}

/** Stores plans with their manifest and reports. */
async function keepPlans(
  workspace: Workspace,
  store: PlanStore,
  { plans, order, purpose, selection, leftOut }: KeptPlans,
): Promise<Omit<PlanResult, "notReady">> {
  const layers: ManifestLayer[] = [];
  const split = new Set(order.steps.flatMap(({ layer, part }) => (part === "all" ? [] : [layer])));
  for (const plan of plans) layers.push(await storePlan(store, plan, split.has(plan.layer.id)));
  const { source, profile, terraform, provider } = workspace;
  const manifest: Manifest = {
    format: manifestFormat,
    purpose,
    createdAt: new Date().toISOString(),
    commit: source.commit,
    dirty: source.dirty,
    profile: profile.name,
    scope: plans.length === workspace.layers.length ? "all" : "some",
    tools: { terraform: terraform.version, provider },
    order: {
      steps: order.steps.map((step) => ({ ...step, after: [...step.after], because: [...step.because] })),
      warnings: [...order.warnings],
      notes: [...order.notes],
    },
    layers,
    leftOut: leftOut.map((layer) => ({ ...layer, dependencies: [...layer.dependencies] })),
  };
  const text = manifestText(manifest);
  const manifestSha256 = sha256Of(text);
  await store.write("manifest.json", text);
  const manifestPlace = `${store.place}/manifest.json`;
  const facts = {
    purpose,
    profile: profile.name,
    environment: profile.config.environment,
    commit: source.commit,
    dirty: source.dirty,
    manifestPlace,
    manifestSha256,
    order,
    ...(selection === undefined ? {} : { selection }),
  };
  const report = buildReport(plans.map(reportedPlan), facts, leftOut);
  await store.write("report.md", renderMarkdown(report, { limit: SUMMARY_LIMIT, unit: "bytes" }));
  await store.write("report.html", renderHtml(report));
  return { manifest, manifestPlace, manifestSha256, report };
}

/** Turns the plan of a layer into what the report needs of it. */
export function reportedPlan({ layer, summary, provisional }: LayerPlan): ReportedPlan {
  return { layer: layer.id, dependencies: layer.dependencies, summary, provisional };
}

/** Asks for each layer whether what it needs is there. What is not ready is left out; the rest can be planned and applied. */
async function layersNotReady(
  selected: readonly Layer[],
  workspace: Workspace,
  beforeLayer: BeforeLayer | undefined,
): Promise<ReadonlyMap<string, UserError>> {
  const found = new Map<string, UserError>();
  for (const layer of selected) {
    try {
      await beforeLayer?.(layer, workspace);
    } catch (error) {
      if (!(error instanceof UserError && error.exit === "notReady")) throw error;
      found.set(layer.id, error);
    }
  }
  return found;
}

function storeInBucket({ layers, source, env }: Workspace): PlanStore {
  const facts = layers.map(readStackFacts).find(({ lockTable }) => lockTable !== undefined);
  if (facts === undefined) throw new Error("no layer has a state bucket with a lock table");
  const stamp = new Date().toISOString().replace(/[-:]/g, "").slice(0, 15);
  const prefix = `${PLANS_PREFIX}${source.commit}/${stamp}-${process.pid}`;
  return bucketStore({ bucket: facts.bucket, prefix, region: facts.region }, env);
}

async function planAll(
  { layers, terraform, providerSetup, env, runFolder }: Workspace,
  selected: readonly Layer[],
  options: Pick<MakePlanOptions, "parallel" | "mode" | "refresh">,
): Promise<readonly LayerPlan[]> {
  const { parallel, mode, refresh = true } = options;
  const outcomes = await planInOrder({
    all: layers,
    selected,
    terraform,
    providerSetup,
    env,
    runFolder,
    parallel,
    refresh,
    mode,
  });
  return outcomes.map(planOf);
}

/**
 * Takes the plan out of an outcome.
 * @throws UserError when the layer could not be planned
 */
export function planOf(outcome: Outcome<LayerPlan>): LayerPlan {
  if (outcome.status === "done") return outcome.value;
  if (outcome.status === "failed") throw outcome.error;
  throw new UserError({
    what: `${outcome.layer} was not planned, since ${outcome.because.join(", ")} could not be planned.`,
    mend: "mend what is said of these layers, then plan again",
  });
}

async function storePlan(store: PlanStore, plan: LayerPlan, isSplit: boolean): Promise<ManifestLayer> {
  const { layer, json, planFile, provisional, state } = plan;
  const { bucket, key } = readStackFacts(layer);
  const names = planFiles(layer.id);
  const save = async (file: string, content: string | Uint8Array) => {
    await store.write(file, content);
    return { file, sha256: sha256Of(content) };
  };
  return {
    id: layer.id,
    dependencies: [...layer.dependencies],
    configurationSha256: configurationHash(layer),
    state: {
      bucket,
      key,
      lineage: state.kind === "state" ? state.file.lineage : null,
      serial: state.kind === "state" ? state.file.serial : null,
    },
    provisional:
      provisional === undefined
        ? null
        : {
            ...provisional,
            upstream: [...provisional.upstream],
            unapplied: [...provisional.unapplied],
            placeholders: provisional.placeholders.map((placeholder) => ({
              ...placeholder,
              path: [...placeholder.path],
            })),
          },
    applyable: plan.plan.applyable ?? true,
    plan: planFile === undefined || isSplit ? null : await save(names.plan, readFileSync(planFile)),
    json: await save(names.json, json),
  };
}
