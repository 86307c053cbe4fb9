import { renderTable } from "../../tools/terminal/table";
import type { BenchResult } from "./bench";

/** The measurements as a table: median, range, goal, and whether it was met. */
export function renderBench(results: readonly BenchResult[]): string {
  return renderTable(
    [
      { title: "what" },
      { title: "median", align: "right" },
      { title: "lowest", align: "right" },
      { title: "highest", align: "right" },
      { title: "runs", align: "right" },
      { title: "goal", align: "right" },
      { title: "met" },
    ],
    results.map((result) => {
      const show = (value: number): string => format(value, result.unit);
      const goal = result.goal === undefined ? "" : `≤ ${show(result.goal)}`;
      return [
        result.what,
        show(result.value),
        show(Math.min(...result.samples)),
        show(Math.max(...result.samples)),
        result.samples.length,
        goal,
        meetsGoal(result) ? (goal === "" ? "" : "yes") : "no",
      ];
    }),
  );
}

/** Tests if the median is within the goal; true when there is none. */
export function meetsGoal({ value, goal }: BenchResult): boolean {
  return goal === undefined || value <= goal;
}

function format(value: number, unit: BenchResult["unit"]): string {
  if (unit === "MiB") return `${value.toFixed(0)} MiB`;
  return unit === "s" ? `${value.toFixed(2)} s` : value.toFixed(2);
}
