import { ListObjectsV2Command, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { join } from "node:path";
import { awsErrorCode, onAws } from "../aws/errors";
import { formatSeconds } from "../terminal/format";
import { wavesOf, type Layer } from "../layers/layers";
import { interruptSignal } from "../terminal/process";
import { startProgress, type Progress } from "../terminal/progress";
import type { ChangeOrder } from "../terraform/order/order-of-change";
import { parsePlan, type PlanJson } from "../terraform/plan-json";
import { terraformOfLayers } from "../terraform/plan-layers";
import { countPlan, summarizePlan } from "../terraform/plan-summary";
import type { LayerPlan } from "../terraform/provisional/plan-in-order";
import { readStackFacts } from "../layers/stack-file";
import { refuseForeignState } from "../state/foreign-state";
import { stateReader, type StoredState } from "../state/stored-state";
import type { Terraform } from "../terraform/terraform";
import { UserError } from "../terminal/user-error";
import { runInWaves, type Outcome } from "../layers/waves";
import type { DeliveryOptions, Workspace } from "./workspace";

/** The states of all layers, by layer id. */
export type States = ReadonlyMap<string, StoredState>;

/** Reads the states of all layers. */
export async function readStates({ layers, env }: Workspace): Promise<States> {
  const read = stateReader(env);
  return new Map(
    await Promise.all(layers.map(async (layer) => [layer.id, await read(readStackFacts(layer))] as const)),
  );
}

/** Addresses of the managed resources in each state. */
export function managedIn(states: States): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...states].map(([id, state]) => [
      id,
      state.kind === "state"
        ? state.file.resources.filter(({ mode }) => mode === "managed").map(({ address }) => address)
        : [],
    ]),
  );
}

/** Whatever stands on a layer goes before it. */
export function orderOfDestruction(selected: readonly Layer[]): ChangeOrder {
  const steps = [...wavesOf(withinOnly(selected))].reverse().flat();
  return {
    steps: steps.map(({ id }) => ({
      id,
      layer: id,
      part: "all",
      after: selected.filter(({ dependencies }) => dependencies.includes(id)).map((layer) => layer.id),
      because: [],
    })),
    warnings: [],
    notes: [],
  };
}

/** Layers as if there were no others. */
function withinOnly(layers: readonly Layer[]): readonly Layer[] {
  const ids = layers.map(({ id }) => id);
  return layers.map((layer) => ({ ...layer, dependencies: layer.dependencies.filter((id) => ids.includes(id)) }));
}

/**
 * Plans the destruction of layers, each on its own state. Nothing is destroyed.
 * @returns one outcome a layer; a bucket that Terraform could not delete, since it holds objects, fails its layer
 */
export async function planDestruction(
  { layers, terraform, providerSetup, env, runFolder, session }: Workspace,
  selected: readonly Layer[],
  states: States,
  options: Pick<DeliveryOptions, "parallel" | "mode"> & { readonly refresh?: boolean | undefined },
): Promise<readonly Outcome<LayerPlan>[]> {
  const progress = startProgress(
    selected.map(({ id }) => id),
    options.mode,
  );
  const terraformOf = terraformOfLayers({
    all: layers,
    terraform,
    providerSetup,
    env,
    logFolder: join(runFolder, "logs"),
  });
  const planOne = async (layer: Layer): Promise<LayerPlan> => {
    const started = performance.now();
    const state = states.get(layer.id) ?? { kind: "none" };
    try {
      refuseForeignState(readStackFacts(layer), state);
      const json = await planLayer(layer, terraformOf(layer), progress, options.refresh ?? true);
      const plan = parsePlan(json, layer.id);
      await refuseFullBuckets(layer, plan, session.clients.s3);
      const summary = summarizePlan(plan);
      const seconds = formatSeconds((performance.now() - started) / 1000);
      progress.done(layer.id, `${countPlan(summary).delete} to destroy, ${seconds}`);
      return { layer, summary, json, plan, planFile: planFileOf(layer), provisional: undefined, state };
    } catch (error) {
      progress.failed(layer.id, error instanceof UserError ? error.what : String(error));
      throw error;
    }
  };
  return runInWaves(selected, planOne, {
    parallel: options.parallel,
    order: "any",
    signal: interruptSignal,
  }).finally(() => progress.close());
}

function planFileOf({ folder }: Layer): string {
  return join(folder, "destroy.tfplan");
}

async function planLayer(layer: Layer, terraform: Terraform, progress: Progress, refresh: boolean): Promise<string> {
  const out = planFileOf(layer);
  progress.step(layer.id, "init");
  await terraform.init();
  progress.step(layer.id, "plan the destruction");
  await terraform.plan({ out, refresh, destroy: true });
  return terraform.show(out);
}

/** Half a destruction is worse than none: a bucket that holds objects would stop it only after all else is gone. */
async function refuseFullBuckets(layer: Layer, plan: PlanJson, s3: S3Client): Promise<void> {
  for (const { name, address } of strictBuckets(plan)) {
    const first = await firstObject(s3, name);
    if (first === undefined) continue;
    throw new UserError({
      what: `The bucket ${name} holds objects (${first} …), and Terraform may not delete them with it. Nothing was destroyed.`,
      where: `${layer.id}, ${address}`,
      mend: "empty the bucket, all versions, then plan again; for the data bucket there is also dataBucket.destroyWithObjects, applied before",
      exit: "negative",
    });
  }
}

/** Key of one object; deleted ones whose versions are kept count where they may be listed. */
async function firstObject(s3: S3Client, Bucket: string): Promise<string | undefined> {
  const call = { doing: `see whether ${Bucket} is empty`, permissions: ["s3:ListBucket"] };
  const { Contents = [] } = await onAws(call, () => s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 })));
  if (Contents.length > 0) return Contents[0]?.Key ?? "";
  try {
    const found = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1 }));
    return [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])][0]?.Key;
  } catch (error) {
    // The role that plans lists objects, not versions; Terraform then says so itself.
    if (awsErrorCode(error) === "AccessDenied") return undefined;
    throw error;
  }
}

function strictBuckets(plan: PlanJson): readonly { readonly name: string; readonly address: string }[] {
  return plan.resource_changes.flatMap(({ type, address, change }) => {
    const before = change.before as { readonly bucket?: unknown; readonly force_destroy?: unknown } | null | undefined;
    if (type !== "aws_s3_bucket" || !change.actions.includes("delete")) return [];
    return typeof before?.bucket === "string" && before.force_destroy !== true
      ? [{ name: before.bucket, address }]
      : [];
  });
}
