import { Option, type Command } from "commander";
import { createRequire } from "node:module";
import { exitCodes } from "../terminal/exit-codes";
import { tellPlan } from "../delivery/github/tell-job";
import { progressMode } from "../terminal/progress";
import { collectNames, gitHubOption, jsonOption, layerOption, parallelOption, profileOption } from "./options";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly layer: readonly string[];
  readonly parallel: number;
  readonly refresh: boolean;
  readonly out?: string;
  readonly changedSince?: string;
  readonly destroy?: true;
  readonly includeStateful: readonly string[];
  readonly confirm?: string;
  readonly page?: string;
  readonly github?: true;
  readonly json?: true;
}

/** `./lgtm plan`: saved plans and a manifest, for approval. */
export function registerPlan(program: Command): void {
  program
    .command("plan")
    .summary("plan layers in order and save the plans for approval")
    .description(
      "Plans layers in the declared order, saves the plans with a manifest and prints a report in Markdown. A layer that " +
        "reads what its upstream has not put out yet is planned provisionally. Applies nothing. The plans hold secrets: they go to the " +
        "state bucket, below plans/<commit>/, or with --out into a folder of this machine. " +
        "`./lgtm apply` takes the manifest and its SHA-256, which the report shows. Where images for the tasks are missing, " +
        "all other layers are planned, the images are named, and the command ends with 6.",
    )
    .addOption(profileOption())
    .addOption(layerOption())
    .option("--out <folder>", "keep the plans in this folder instead of the state bucket")
    .option(
      "--changed-since <ref>",
      "only layers that are synthesized otherwise than at this commit, and all after them",
    )
    .addOption(new Option("--destroy", "plan to destroy, for `./lgtm destroy`").conflicts("changedSince"))
    .option(
      "--include-stateful <name...>",
      "with --destroy: a layer or address that may go although it holds data",
      collectNames,
      [],
    )
    .option("--confirm <phrase>", "with --destroy: check the phrase that `./lgtm destroy` will want")
    .option("--page <file>", "write the page for whoever approves here as well")
    .option("--no-refresh", "compare with the states alone, without reading the real resources")
    .addOption(parallelOption())
    .addOption(gitHubOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm plan\n  $ ./lgtm plan --layer 50-alb --layer 60-ecs --out plans\n  $ ./lgtm plan --destroy --profile staging",
    )
    .action(runPlan);
}

async function runPlan(options: Options): Promise<void> {
  const { makePlan } = load("../delivery/make-plan") as typeof import("../delivery/make-plan");
  const { renderMarkdown } = load("../delivery/report/markdown") as typeof import("../delivery/report/markdown");
  const { renderPlainText } = load("../delivery/report/plain-text") as typeof import("../delivery/report/plain-text");
  const { writePage } = load("../delivery/report/html") as typeof import("../delivery/report/html");
  const { beforePlanningTasks } = load("../delivery/before-tasks") as typeof import("../delivery/before-tasks");
  const result = await makePlan({
    profile: options.profile,
    layers: options.layer,
    parallel: options.parallel,
    refresh: options.refresh,
    mode: progressMode(options),
    out: options.out,
    changedSince: options.changedSince,
    destroy:
      options.destroy === true ? { includeStateful: options.includeStateful, confirm: options.confirm } : undefined,
    beforeLayer: beforePlanningTasks,
  });
  const { manifest, manifestPlace, manifestSha256, report, notReady } = result;
  if (options.page !== undefined) writePage(options.page, report);
  if (options.github === true) tellPlan(result);
  for (const error of notReady.values()) process.stderr.write(`${error.render()}\n`);
  if (notReady.size > 0) process.exitCode = exitCodes.notReady;
  if (report.cannotShow.length > 0) process.exitCode = exitCodes.negative;
  if (options.json === true) {
    process.stdout.write(
      `${JSON.stringify({ manifest: manifestPlace, sha256: manifestSha256, report }, undefined, 2)}\n`,
    );
    return;
  }
  // Markdown goes into a file or comment; a person at a terminal reads plain text.
  process.stdout.write(process.stdout.isTTY ? `${renderPlainText(report)}\n` : `${renderMarkdown(report)}\n`);
  const confirm = manifest.purpose === "destroy" ? ` --confirm "destroy ${report.facts.environment ?? ""}"` : "";
  process.stderr.write(
    `To ${manifest.purpose} exactly this:\n  ./lgtm ${manifest.purpose} --manifest ${manifestPlace} --sha256 ${manifestSha256}${confirm}\n`,
  );
}
