import { withDependents, type Layer } from "../layers/layers";
import { readStackFacts } from "../layers/stack-file";
import { stateReader } from "../state/stored-state";
import { effectsOf, mentionsAny, type Effect } from "../terraform/order/effects";
import type { LayerPlan } from "../terraform/provisional/plan-in-order";
import { UserError } from "../terminal/user-error";
import type { Workspace } from "./workspace";

/**
 * Refuses plans that delete or replace what a layer uses that is not planned with them: nothing would make that layer leave
 * it first.
 *
 * @throws UserError (exit "negative") with each such use
 */
export async function refuseTakingFromOthers({ layers, env }: Workspace, plans: readonly LayerPlan[]): Promise<void> {
  const planned = new Set(plans.map(({ layer }) => layer.id));
  const readState = stateReader(env);
  const found: string[] = [];
  for (const { layer, plan } of plans) {
    const taken = effectsOf(plan).filter(({ kind, verb }) => kind === "takes away" && verb !== "narrowed");
    const others = taken.length === 0 ? [] : withDependents(layers, [layer.id]).filter(({ id }) => !planned.has(id));
    for (const other of others) {
      const state = await readState(readStackFacts(other));
      if (state.kind === "state") found.push(...usesIn(state.text, other, layer, taken));
    }
  }
  if (found.length === 0) return;
  throw new UserError({
    what: "These plans take away what layers use that are not planned with them. No plan was stored.",
    where: "--layer, or what is said above of a layer that was left out",
    mend: "plan all layers: those that use it are then changed first, and what they used goes afterwards",
    detail: found.join("\n"),
    exit: "negative",
  });
}

function usesIn(text: string, { id }: Layer, { id: from }: Layer, taken: readonly Effect[]): readonly string[] {
  const state: unknown = JSON.parse(text);
  return taken
    .filter(({ own }) => mentionsAny(state, own))
    .map(({ address, verb }) => `${from}: ${address} is ${verb}, and ${id} uses it`);
}
