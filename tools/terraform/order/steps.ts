import type { Layer } from "../../layers/layers";
import type { InOrder } from "../../layers/waves";
import type { PlanJson } from "../plan-json";
import type { OrderStep, StepPart } from "./order-of-change";

/** A step of an apply with its layer, to be run in waves. */
export interface Step extends InOrder {
  readonly layer: Layer;
  readonly part: StepPart;
}

/**
 * The steps of an order with their layers.
 *
 * @param steps the order
 * @param layers all layers that it names
 */
export function stepsOf(steps: readonly OrderStep[], layers: readonly Layer[]): readonly Step[] {
  return steps.map(({ id, layer: layerId, part, after }) => {
    const layer = layers.find((one) => one.id === layerId);
    if (layer === undefined) throw new Error(`the order names ${layerId}, which is not among the layers`);
    return { id, dependencies: after, layer, part };
  });
}

/** A plan without its deletions, those of outputs included: what a step applies that leaves them to a later one. */
export function withoutDeletions(plan: PlanJson): PlanJson {
  const outputs = Object.entries(plan.output_changes).filter(([, change]) => !isDeletion(change));
  return {
    ...plan,
    resource_changes: plan.resource_changes.filter(({ change }) => !isDeletion(change)),
    output_changes: Object.fromEntries(outputs),
  };
}

/**
 * The addresses to which Terraform limits a plan that leaves out the deletions.
 *
 * @returns undefined for a step that leaves out nothing
 */
export function targetsOf(plan: PlanJson, part: StepPart): readonly string[] | undefined {
  if (part !== "all but deletions") return undefined;
  return withoutDeletions(plan)
    .resource_changes.filter(({ mode }) => mode === "managed")
    .map(({ address }) => address);
}

function isDeletion({ actions }: PlanJson["resource_changes"][number]["change"]): boolean {
  return actions.length === 1 && actions[0] === "delete";
}
