import type { Command } from "commander";
import { createRequire } from "node:module";
import { exitCodes } from "../terminal/exit-codes";
import { jsonOption, parallelOption, positiveInteger } from "./options";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly runs: number;
  readonly plans: boolean;
  readonly apply?: true;
  readonly parallel: number;
  readonly json?: true;
}

/** `./lgtm bench`: how fast it is. */
export function registerBench(program: Command): void {
  program
    .command("bench")
    .summary("measure synth and plans")
    .description(
      "Measures the synth of all layers, of 1 and 10 environments in one process, and the plans of all layers on " +
        "the committed state files, one after the other against side by side. The median counts. " +
        "Ends with 3 if a goal is missed; other work on the machine spoils the numbers.",
    )
    .option("--runs <n>", "runs of each measurement", positiveInteger, 5)
    .option("--no-plans", "leave out the plans, which need Terraform and the mock of AWS")
    .option("--apply", "measure whole applies on the mock too: a quarter of an hour a run")
    .addOption(parallelOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm bench --runs 3 --no-plans")
    .action(runBench);
}

async function runBench(options: Options): Promise<void> {
  const { bench } = load("../../experiments/bench/bench") as typeof import("../../experiments/bench/bench");
  const { meetsGoal, renderBench } = load(
    "../../experiments/bench/report",
  ) as typeof import("../../experiments/bench/report");
  const { runs, plans, parallel } = options;
  const report = (text: string): void => {
    if (options.json !== true) process.stderr.write(`${text}\n`);
  };
  const results = await bench({ runs, plans, applies: options.apply === true, parallel, report });
  process.stdout.write(`${options.json === true ? JSON.stringify(results, undefined, 2) : renderBench(results)}\n`);
  if (!results.every(meetsGoal)) process.exitCode = exitCodes.negative;
}
