import type { ApplyResult } from "../apply-plan";
import type { PlanResult } from "../make-plan";
import { renderMarkdown } from "../report/markdown";
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
    ([layer, error]) => `> [!IMPORTANT]\n> Left out: **${layer}**\n\n${fence(error.render())}\n`,
  );
  writeSummary([...left, renderMarkdown(report)].join("\n"), env);
}

/**
 * Tells the job what was applied, and what is left for a second approval: outputs `rest-manifest` and `rest-sha256`, empty
 * where nothing is.
 *
 * @param result what was applied
 * @param text what the command prints of it
 */
export function tellApply(result: ApplyResult, text: string, env: NodeJS.ProcessEnv = process.env): void {
  const { rest } = result;
  writeOutputs({ "rest-manifest": rest?.manifestPlace ?? "", "rest-sha256": rest?.manifestSha256 ?? "" }, env);
  const left = rest === undefined ? "" : `\n${renderMarkdown(rest.report)}`;
  writeSummary(`## ${result.manifest.purpose === "destroy" ? "Destroyed" : "Applied"}\n\n${fence(text)}\n${left}`, env);
}

function fence(text: string): string {
  return `\`\`\`text\n${text.replaceAll("```", "'''")}\n\`\`\``;
}
