import { z } from "zod";
import { selectLayers, type Layer } from "../layers/layers";
import { readStack } from "../layers/stack-file";
import { isBelow, type PlanSummary, type ResourcePlan } from "../terraform/plan-summary";
import { planInOrder, type LayerPlan } from "../terraform/provisional/plan-in-order";
import { UserError } from "../terminal/user-error";
import type { Outcome } from "../layers/waves";
import { openWorkspace, type DeliveryOptions } from "./workspace";
import { count } from "../terminal/format";

/** Options of the search for drift. */
export interface DriftOptions extends DeliveryOptions {
  /** Layer ids; none means all. */
  readonly layers: readonly string[];
}

/** Drift of one layer: differences from its state that Terraform did not make. */
export interface LayerDrift {
  readonly layer: string;
  readonly status: "clean" | "drifted" | "failed" | "not tried";
  /** Differences that the next apply would set back, or make again. */
  readonly drifted: readonly ResourcePlan[];
  /** Differences that are left alone: the configuration does not set it, or says that it belongs to others. */
  readonly leftAlone: readonly ResourcePlan[];
  /** Changes that come from the configuration: not applied yet, and no drift. */
  readonly unapplied: readonly string[];
  readonly error?: string;
}

/** Drift of all layers. */
export interface Drift {
  readonly profile: string;
  readonly clean: boolean;
  readonly layers: readonly LayerDrift[];
}

/**
 * Plans layers with refresh and says what was changed outside Terraform. Nothing is applied.
 * @throws UserError when something that is needed is missing; a layer that cannot be planned is part of the result
 */
export async function findDrift(options: DriftOptions): Promise<Drift> {
  const { runFolder, profile, layers, terraform, providerSetup, env } = await openWorkspace("drift", options, false);
  const selected = selectLayers(layers, options.layers);
  const { parallel, mode } = options;
  const refresh = true;
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
  const found = outcomes.map((outcome) => driftOf(outcome));
  return { profile: profile.name, clean: found.every(({ status }) => status === "clean"), layers: found };
}

function driftOf(outcome: Outcome<LayerPlan>): LayerDrift {
  const nothing = { drifted: [], leftAlone: [], unapplied: [] };
  const { layer } = outcome;
  if (outcome.status === "not tried") return { layer, status: "not tried", ...nothing };
  if (outcome.status === "failed") {
    const { error } = outcome;
    return { layer, status: "failed", ...nothing, error: error instanceof UserError ? error.render() : String(error) };
  }
  return judgeDrift(layer, outcome.value.summary, ignoredOf(outcome.value.layer));
}

/** Attributes that the configuration leaves to others, by address. */
export type Ignored = ReadonlyMap<string, readonly string[]>;

/**
 * Sorts what differs into what the next apply would change and what it leaves alone.
 *
 * @param layer id of the layer
 * @param plan its plan, made with refresh
 * @param ignored what belongs to others
 */
export function judgeDrift(layer: string, plan: PlanSummary, ignored: Ignored): LayerDrift {
  const differing = plan.drift.filter(({ mode, action }) => mode === "managed" && action !== "no-op");
  const planned = new Map(plan.resources.map((resource) => [resource.address, resource]));
  const isMended = (drift: ResourcePlan): boolean => {
    const action = planned.get(drift.address)?.action ?? "no-op";
    if (drift.action === "delete") return action !== "no-op";
    const own = drift.differences.filter(({ path }) => !isIgnored(path, ignored.get(drift.address) ?? []));
    const changed = planned.get(drift.address)?.differences ?? [];
    return action !== "no-op" && own.some(({ path }) => changed.some((change) => overlaps(change.path, path)));
  };
  const drifted = differing.filter(isMended);
  const mended = new Set(drifted.map(({ address }) => address));
  return {
    layer,
    status: drifted.length === 0 ? "clean" : "drifted",
    drifted,
    leftAlone: differing.filter((drift) => !mended.has(drift.address)),
    unapplied: plan.resources
      .filter(({ mode, action, address }) => mode === "managed" && action !== "no-op" && !mended.has(address))
      .map(({ action, address }) => `${action} ${address}`),
  };
}

function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((name) => name === "all" || isWithin(plainPath(path), plainPath(name)));
}

/** A path with names as plans write them: `tags["Owner"]` of a configuration is `tags.Owner`. */
function plainPath(path: string): string {
  return path.replace(/\["([A-Za-z_][\w-]*)"\]/g, ".$1");
}

/** Tells whether one path is the other or leads into it. A set is sorted anew when it changes, so positions say nothing. */
function overlaps(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => path.replace(/\[\d+\]/g, "[]"));
  return isWithin(one ?? "", other ?? "") || isWithin(other ?? "", one ?? "");
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || isBelow(path, prefix);
}

const lifecycleSchema = z.object({ ignore_changes: z.union([z.string(), z.array(z.string())]).optional() }).optional();

function ignoredOf(layer: Layer): Ignored {
  return new Map(
    readStack(layer).resources.map(({ address, body }) => [
      address,
      [lifecycleSchema.parse(body.lifecycle)?.ignore_changes ?? []].flat(),
    ]),
  );
}

/** The answer for people. */
export function renderDrift({ profile, clean, layers }: Drift): string {
  const lines = layers.flatMap(({ layer, status, drifted, leftAlone, unapplied, error }) => [
    `${layer.padEnd(20)} ${status}${unapplied.length === 0 ? "" : `, ${unapplied.length} changes of the configuration are not applied`}`,
    ...drifted.flatMap((drift) => driftLines("changed outside Terraform", drift)),
    ...leftAlone.flatMap((drift) => driftLines("left alone", drift)),
    ...(error === undefined ? [] : error.split("\n").map((line) => `    ${line}`)),
  ]);
  const drifted = layers.reduce((sum, layer) => sum + layer.drifted.length, 0);
  const verdict = clean
    ? "no drift"
    : `${count(drifted, "resource")} drifted; \`./lgtm plan\` shows what an apply would set back`;
  return [...lines, "", `${verdict} (profile ${profile})`].join("\n");
}

function driftLines(word: string, { address, action, differences }: ResourcePlan): readonly string[] {
  if (action === "delete") return [`    ${word}: ${address} is gone`];
  return [
    `    ${word}: ${address}`,
    ...differences.slice(0, 20).map(({ path, before, after }) => `        ${path}: ${before} -> ${after}`),
  ];
}
