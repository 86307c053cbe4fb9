import { formatSeconds } from "../terminal/format";
import { renderTable } from "../terminal/table";
import { countPlan } from "../terraform/plan-summary";
import { orderLine } from "../terraform/order/order-line";
import { describeActions } from "./apply";
import type { UpgradeResult, UpgradeStep } from "./upgrade";

/** The way to `target` and back for people: what each step did to each layer, then what did not hold. */
export function renderUpgrade({ steps, good, emptied, seconds }: UpgradeResult): string {
  const layers = [...new Set(steps.flatMap(({ outcomes }) => outcomes.map(({ layer }) => layer)))].sort();
  const rows = layers.map((layer) => [layer, ...steps.map((step) => cellOf(step, layer))]);
  const table = renderTable([{ title: "layer" }, ...steps.map(({ name }) => ({ title: name }))], rows);
  return [
    table,
    "",
    ...steps.flatMap(({ name, expects, order, problems }) => [
      `${problems.length === 0 ? "ok    " : "FAILED"}  ${name}: ${expects}`,
      ...(order === undefined ? [] : [`          order: ${orderLine(order)}`]),
      ...problems.map((problem) => `          ${problem}`),
    ]),
    ...emptied.map(
      ({ bucket, versions }) => `Emptied bucket ${bucket} by API before the destroy: ${versions} versions.`,
    ),
    "",
    `${good ? "The way to target and back holds" : "The way does not hold"}, ${formatSeconds(seconds)}`,
  ].join("\n");
}

function cellOf({ outcomes }: UpgradeStep, layer: string): string {
  const outcome = outcomes.find((other) => other.layer === layer);
  if (outcome?.status !== "done") return outcome?.status ?? "-";
  const counts = countPlan(outcome.value);
  const actions = describeActions(counts);
  return counts.moved > 0 && actions === "nothing to do" ? `${counts.moved} moved` : actions;
}
