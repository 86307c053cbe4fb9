import { Option, type Command } from "commander";
import { createRequire } from "node:module";
import type { MakePlanOptions, PlanResult } from "../delivery/make-plan";
import { exitCodes } from "../terminal/exit-codes";
import { progressMode } from "../terminal/progress";
import { UserError } from "../terminal/user-error";
import {
  collectNames,
  gitHubOption,
  jsonOption,
  parallelOption,
  positiveInteger,
  profileOption,
} from "../terminal/options";
import { addCommand } from "./command-list";
import { layerOption } from "./layer-option";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly layer: readonly string[];
  readonly parallel: number;
  readonly refresh: boolean;
  readonly fixtures?: true;
  readonly show?: readonly string[];
  readonly html?: string | true;
  readonly limit?: number;
  readonly out?: string;
  readonly changedSince?: string;
  readonly destroy?: true;
  readonly includeStateful: readonly string[];
  readonly confirm?: string;
  readonly github?: true;
  readonly json?: true;
}

/** Names of the options that only a plan for approval takes. */
const ONLY_FOR_APPROVAL = ["out", "changedSince", "destroy", "includeStateful", "confirm", "refresh", "github"];

/** Adds `./lgtm plan`, which saves plans and a manifest for approval, and shows them. */
export function register(program: Command): void {
  addCommand(program, "plan")
    .description(
      "Plans layers in the declared order, saves the plans with a manifest and prints a report in Markdown. A layer that " +
        "reads what its upstream has not put out yet is planned provisionally. Applies nothing. The plans hold secrets: they go to the " +
        "state bucket, below plans/<commit>/, or with --out into a folder of this machine. " +
        "`./lgtm apply` takes the manifest and its SHA-256, which the report shows. Where images for the tasks are missing, " +
        "all other layers are planned, the images are named, and the command ends with 6.\n\n" +
        "With --fixtures it shows your change without AWS: it plans on a mock that holds the committed state files. Nothing can " +
        "be applied from it.\n\n" +
        "With --show it plans nothing, and prints the report of plans that were saved: a manifest.json with the plans beside it, or " +
        "plans as `terraform show -json` writes them. Sensitive values are masked.",
    )
    .addOption(profileOption())
    .addOption(layerOption())
    .addOption(
      new Option("--fixtures", "plan the committed state files; needs no account").conflicts(ONLY_FOR_APPROVAL),
    )
    .addOption(
      new Option("--show <files...>", "show saved plans instead").conflicts([
        ...ONLY_FOR_APPROVAL,
        "fixtures",
        "profile",
        "layer",
      ]),
    )
    .option("--html [file]", "write one self-contained HTML page; with --show it may go to standard output")
    .option(
      "--limit <characters>",
      "with --show: how long the Markdown may be (default: a comment's limit on GitHub, 65536)",
      positiveInteger,
    )
    .option("--out <folder>", "keep the plans in this folder instead of the state bucket")
    .option("--changed-since <ref>", "only layers that differ from this commit's when synthesized, and all after them")
    .addOption(new Option("--destroy", "plan to destroy, for `./lgtm destroy`").conflicts("changedSince"))
    .option(
      "--include-stateful <name...>",
      "with --destroy: a layer or address that may go although it holds data",
      collectNames,
      [],
    )
    .option("--confirm <phrase>", "with --destroy: check the phrase that `./lgtm destroy` will want")
    .option("--no-refresh", "compare with the states alone, without reading the real resources")
    .addOption(parallelOption())
    .addOption(gitHubOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm plan\n  $ ./lgtm plan --fixtures --profile target\n  $ ./lgtm plan --layer alb --layer ecs --out plans\n" +
        "  $ ./lgtm plan --destroy --profile staging\n  $ ./lgtm plan --show plans/manifest.json --html report.html",
    )
    .action(runPlan);
}

async function runPlan(options: Options): Promise<void> {
  checkOptions(options);
  if (options.show !== undefined) {
    const { showPlans } = load("./show-plans") as typeof import("./show-plans");
    showPlans(options.show, options);
  } else if (options.fixtures === true) await planFixtures(options);
  else await planForApproval(options);
}

/** Refuses options that go with another one, before anything is done. */
function checkOptions(options: Options): void {
  if (options.limit !== undefined && options.show === undefined)
    throw badOptions("--limit goes with --show.", "add --show plans/manifest.json");
  if (options.html === true && options.show === undefined)
    throw badOptions("--html needs the name of a file here.", "write --html report.html");
  if (options.destroy === true) return;
  if (options.confirm !== undefined || options.includeStateful.length > 0)
    throw badOptions("--confirm and --include-stateful go with --destroy.", "add --destroy, or leave them out");
}

function badOptions(what: string, mend: string): UserError {
  return new UserError({ what, where: "command line", mend, exit: "badInput" });
}

async function planFixtures(options: Options): Promise<void> {
  const { reportOnFixtures } = load("../delivery/plan-fixtures") as typeof import("../delivery/plan-fixtures");
  const report = await reportOnFixtures({
    profile: options.profile,
    layers: options.layer,
    parallel: options.parallel,
    mode: progressMode(options),
  });
  const { printReport } = load("./print-report") as typeof import("./print-report");
  printReport(report, options, { report });
}

async function planForApproval(options: Options): Promise<void> {
  const { makePlan } = load("../delivery/make-plan") as typeof import("../delivery/make-plan");
  const { beforePlanningTasks } = load("../delivery/before-tasks") as typeof import("../delivery/before-tasks");
  const { tellPlan } = load("../delivery/github/tell-job") as typeof import("../delivery/github/tell-job");
  const request: MakePlanOptions = {
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
  };
  const result = await makePlan(request);
  if (options.github === true) tellPlan(result);
  for (const error of result.notReady.values()) process.stderr.write(`${error.render()}\n`);
  if (result.notReady.size > 0) process.exitCode = exitCodes.notReady;
  print(result, options);
}

function print({ manifest, manifestPlace, manifestSha256, report }: PlanResult, options: Options): void {
  const { printReport } = load("./print-report") as typeof import("./print-report");
  printReport(report, options, { manifest: manifestPlace, sha256: manifestSha256, report });
  if (options.json === true) return;
  const confirm = manifest.purpose === "destroy" ? ` --confirm "destroy ${report.facts.environment ?? ""}"` : "";
  process.stderr.write(
    `To ${manifest.purpose} exactly this:\n  ./lgtm ${manifest.purpose} --manifest ${manifestPlace} --sha256 ${manifestSha256}${confirm}\n`,
  );
}
