import type { PlanSummary } from "../terraform/plan-summary";
import type { MockDifference } from "./mock-differences";

/** Compares a plan after the apply with the differences that the mock alone causes. */
export interface SecondPlanVerdict {
  /** Changes that nobody expects, each as one line. */
  readonly unexpected: readonly string[];
  /** Differences of the list that did show up. */
  readonly known: readonly MockDifference[];
  /** Differences of the list that did not show up, and should leave it. */
  readonly stale: readonly MockDifference[];
}

/**
 * Judges a second plan of a layer.
 *
 * @param layer id of the layer
 * @param plan its second plan
 * @param differences what the mock alone causes, in all layers
 */
export function judgeSecondPlan(
  layer: string,
  plan: PlanSummary,
  differences: readonly MockDifference[],
): SecondPlanVerdict {
  const expected = differences.filter((difference) => difference.layer === layer);
  const changes = plan.resources.filter(({ mode, action }) => mode === "managed" && action !== "no-op");
  const found = changes.flatMap(({ address, action, differences: attributes }) =>
    attributes.map(({ path, before, after }) => ({ address, action, path, before, after })),
  );
  const isExpected = (address: string, action: string, path: string): boolean =>
    action === "update" && expected.some((known) => known.address === address && known.attribute === path);
  const shown = (known: MockDifference): boolean =>
    found.some(({ address, path }) => address === known.address && path === known.attribute);
  return {
    unexpected: [
      ...found
        .filter(({ address, action, path }) => !isExpected(address, action, path))
        .map(({ address, action, path, before, after }) => `${address} ${action}: ${path} ${before} -> ${after}`),
      // A change of something that has no attributes to show, such as a plain delete.
      ...changes
        .filter(({ differences: attributes }) => attributes.length === 0)
        .map(({ address, action }) => `${address} ${action}`),
      ...plan.outputs.map(({ name, action, before, after }) => `output ${name} ${action}: ${before} -> ${after}`),
    ],
    known: expected.filter(shown),
    stale: expected.filter((known) => !shown(known)),
  };
}
