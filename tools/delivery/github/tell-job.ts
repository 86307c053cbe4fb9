import type { ApplyResult } from "../apply-plan";
import { StateNotWritten } from "../errored-state";
import type { PlanResult } from "../make-plan";
import type { PlanReport } from "../report/plan-report";
import { renderMarkdown, SUMMARY_LIMIT } from "../report/markdown";
import { writeOutputs, writeSummary } from "./job";

/**
 * Tells the job what was planned: outputs `manifest`, `sha256`, `changes` (whether there is anything to approve) and
 * `complete` (false: layers were left out, since something that they need is missing), and the report in the summary. The
 * hash in these outputs is what the approval stands for.
 */
export function tellPlan(result: PlanResult, env: NodeJS.ProcessEnv = process.env): void {
  const { manifest, manifestPlace, manifestSha256, report, notReady } = result;
  writeOutputs(
    {
      manifest: manifestPlace,
      sha256: manifestSha256,
      changes: manifest.layers.some(({ applyable }) => applyable),
      complete: notReady.size === 0,
    },
    env,
  );
  const left = [...notReady].map(
    ([layer, error]) => `> [!IMPORTANT]\n> Left out: **${layer}**\n\n${fence(error.render())}\n\n`,
  );
  writeWithReport(left.join(""), report, env);
}

/** Writes a text and a report below it, which takes what room is left in the summary. */
function writeWithReport(text: string, report: PlanReport, env: NodeJS.ProcessEnv): void {
  const limit = SUMMARY_LIMIT - Buffer.byteLength(text) - 1;
  writeSummary(`${text}${renderMarkdown(report, { limit, unit: "bytes" })}`, env);
}

/**
 * Tells the job what was applied: outputs `rest-manifest` and `rest-sha256`, of what is left for a second approval, and
 * `unsaved-states`, the place for states that only this machine has; each empty if there is none.
 *
 * @param result what was applied
 * @param text what the command prints of it
 */
export function tellApply(result: ApplyResult, text: string, env: NodeJS.ProcessEnv = process.env): void {
  const { rest, outcomes } = result;
  const unsaved = outcomes.flatMap((outcome) =>
    outcome.status === "failed" && outcome.error instanceof StateNotWritten && outcome.error.savedAs === undefined
      ? [outcome.error.place]
      : [],
  );
  writeOutputs(
    {
      "rest-manifest": rest?.manifestPlace ?? "",
      "rest-sha256": rest?.manifestSha256 ?? "",
      "unsaved-states": unsaved[0] ?? "",
    },
    env,
  );
  const applied = `## ${result.manifest.purpose === "destroy" ? "Destroyed" : "Applied"}\n\n${fence(text)}\n\n`;
  if (rest === undefined) writeSummary(applied, env);
  else writeWithReport(applied, rest.report, env);
}

function fence(text: string): string {
  const marks = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${marks}text\n${text}\n${marks}`;
}
