import { Command } from "commander";
import { createRequire } from "node:module";
import { jsonOption, parallelOption, positiveInteger } from "../../tools/terminal/options";
import { exitCodes } from "../../tools/terminal/exit-codes";
import { runProgram } from "../../tools/terminal/run-program";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly runs: number;
  readonly plans: boolean;
  readonly apply?: true;
  readonly parallel: number;
  readonly json?: true;
}

/** Makes the command line of `npm run bench`, which measures synth and plans. */
function benchProgram(): Command {
  return new Command("npm run bench")
    .usage("-- [options]")
    .description(
      "Measures the synth of all layers, of 1 and 10 environments in one process, and the plans of all layers on " +
        "the committed state files, as the legacy Terraform is run (one after the other, each with its own provider) against " +
        "side by side with one provider. The median counts. " +
        "Ends with 3 if a goal is missed; other work on the machine spoils the numbers.",
    )
    .option("--runs <n>", "runs of each measurement", positiveInteger, 5)
    .option("--no-plans", "leave out the plans, which need Terraform and the mock of AWS")
    .option("--apply", "measure applies and rehearsals on the mock too: half an hour a run")
    .addOption(parallelOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ npm run bench -- --runs 3 --no-plans")
    .action(runBench);
}

async function runBench(options: Options): Promise<void> {
  const { bench } = load("./bench") as typeof import("./bench");
  const { meetsGoal, renderBench } = load("./report") as typeof import("./report");
  const { runs, plans, parallel } = options;
  const report = (text: string): void => {
    if (options.json !== true) process.stderr.write(`${text}\n`);
  };
  const results = await bench({ runs, plans, applies: options.apply === true, parallel, report });
  process.stdout.write(`${options.json === true ? JSON.stringify(results, undefined, 2) : renderBench(results)}\n`);
  if (!results.every(meetsGoal)) process.exitCode = exitCodes.negative;
}

void runProgram(benchProgram, process.argv.slice(2));
