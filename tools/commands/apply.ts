import type { Command } from "commander";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { interruptSignal } from "../terminal/process";
import { progressMode } from "../terminal/progress";
import { gitHubOption, jsonOption, parallelOption, profileOption, sha256 } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly manifest: string;
  readonly sha256: string;
  readonly profile?: string;
  readonly parallel: number;
  readonly resume?: true;
  readonly html?: string;
  readonly github?: true;
  readonly json?: true;
}

/** `./lgtm apply`: exactly what was approved. */
export function register(program: Command): void {
  addCommand(program, "apply")
    .description(
      "Verifies the manifest and every plan against the approved SHA-256, this commit, the profile, the tools and the states, " +
        "then applies exactly these plans in the order that the report shows. A layer that was planned provisionally is planned anew once its " +
        "upstream is applied; if that plan is not what was approved, it stops and plans what is left, for a second approval. " +
        "When Terraform fails, it says which incident that looks like and, for the tasks, what `./lgtm diagnose` finds. " +
        "Ends with 3 when something was refused, with 7 when it stopped for a second approval.",
    )
    .requiredOption(
      "--manifest <file>",
      "the manifest that `./lgtm plan` wrote: a file, or s3://bucket/…/manifest.json",
    )
    .requiredOption("--sha256 <hash>", "the manifest's SHA-256 from the approved report", sha256)
    .option("--resume", "take up an apply of these plans that stopped half way")
    .option("--html <file>", "where it stops for a second approval: write the page for whoever approves here")
    .addOption(profileOption())
    .addOption(parallelOption())
    .addOption(gitHubOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm apply --manifest plans/manifest.json --sha256 9f86d081884c7d65…")
    .action(runApply);
}

async function runApply(options: Options): Promise<void> {
  if (options.github === true) {
    const { checkJobProtection } = load(
      "../delivery/github/protection",
    ) as typeof import("../delivery/github/protection");
    await checkJobProtection(options.profile);
  }
  const { applyPlan } = load("../delivery/apply-plan") as typeof import("../delivery/apply-plan");
  const { renderApply } = load("../delivery/apply-report") as typeof import("../delivery/apply-report");
  const { beforeTasks } = load("../delivery/before-tasks") as typeof import("../delivery/before-tasks");
  const result = await applyPlan({
    manifest: options.manifest,
    sha256: options.sha256,
    profile: options.profile,
    parallel: options.parallel,
    mode: progressMode(options),
    resume: options.resume === true,
    beforeLayer: beforeTasks,
  });
  const { diagnoseFailure, renderFailureDiagnosis } = load(
    "../account/diagnose/after-failure",
  ) as typeof import("../account/diagnose/after-failure");
  const diagnosis = interruptSignal.aborted
    ? undefined
    : await diagnoseFailure(result.outcomes, { profile: options.profile });
  const report = [renderApply(result), ...(diagnosis === undefined ? [] : [renderFailureDiagnosis(diagnosis)])];
  const text = report.join("\n\n").trimEnd();
  const { renderHtml } = load("../delivery/report/html") as typeof import("../delivery/report/html");
  if (options.html !== undefined && result.rest !== undefined)
    writeFileSync(options.html, renderHtml(result.rest.report));
  const { printApplied } = load("./print-applied") as typeof import("./print-applied");
  printApplied(result, text, options, { diagnosis });
}
