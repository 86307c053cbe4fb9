import type { Command } from "commander";
import { createRequire } from "node:module";
import { exitCodes } from "../terminal/exit-codes";
import { progressMode } from "../terminal/progress";
import { jsonOption, parallelOption, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";
import { layerOption } from "./layer-option";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly layer: readonly string[];
  readonly fixtures?: true;
  readonly parallel: number;
  readonly json?: true;
}

/** `./lgtm adopt`: the proof that taking over the existing infrastructure changes nothing. */
export function register(program: Command): void {
  addCommand(program, "adopt")
    .description(
      "Plans every layer against its remote state and reports what would change; applies nothing. " +
        "Works on the account of the credentials in the environment, or with --fixtures on a mock of AWS " +
        "that holds the committed state files. With the configuration of what runs (baseline), it ends with 0 only if nothing changes. With " +
        "another profile it names each change and the setting that causes it, and ends with 0 unless something is deleted or " +
        "replaced; new revisions of task definitions and ECR lifecycle policies may be. Otherwise it ends with 3.",
    )
    .addOption(profileOption())
    .addOption(layerOption())
    .option("--fixtures", "use the committed state files on a mock of AWS; needs no account")
    .addOption(parallelOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm adopt --fixtures\n  $ ./lgtm adopt --fixtures --profile target\n  $ ./lgtm adopt --layer 01-vpc --json",
    )
    .action(runAdopt);
}

async function runAdopt(options: Options): Promise<void> {
  const { adopt } = load("../delivery/adoption/adopt") as typeof import("../delivery/adoption/adopt");
  const { renderAdoption } = load("../delivery/adoption/report") as typeof import("../delivery/adoption/report");
  const adoption = await adopt({
    profile: options.profile,
    layers: options.layer,
    fixtures: options.fixtures === true,
    parallel: options.parallel,
    mode: progressMode(options),
  });
  const text = options.json === true ? JSON.stringify(adoption, undefined, 2) : renderAdoption(adoption);
  process.stdout.write(`${text}\n`);
  if (adoption.accepted) return;
  const failed = adoption.layers.some((layer) => layer.counts === undefined);
  process.exitCode = failed ? exitCodes.failed : exitCodes.negative;
}
