import { withDependencies, type Layer } from "../../layers/layers";
import type { LayerPlan } from "../provisional/plan-in-order";
import { orderOfChange, type ChangeOrder } from "./order-of-change";

/**
 * The order in which the plans of a change are applied, in a delivery as in a rehearsal.
 *
 * @param all all layers, planned or not
 * @param plans the plans, in the declared order
 */
export function orderOfPlans(
  all: readonly Layer[],
  plans: readonly Pick<LayerPlan, "layer" | "plan" | "provisional">[],
): ChangeOrder {
  return orderOfChange(
    plans.map(({ layer: { id }, plan, provisional }) => ({
      id,
      dependencies: withDependencies(all, [id]).flatMap((layer) => (layer.id === id ? [] : [layer.id])),
      plan,
      standsOn: provisional?.upstream ?? [],
    })),
  );
}
