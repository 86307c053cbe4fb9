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
  readonly parallel: number;
  readonly json?: true;
}

/** `./lgtm drift`: what was changed outside Terraform. */
export function register(program: Command): void {
  addCommand(program, "drift")
    .description(
      "Plans layers with a fresh look at the real resources and says what differs from their states. What the configuration " +
        "leaves to others (desired counts) is no drift, nor is what is configured and not applied yet. Applies nothing. " +
        "Ends with 3 when something drifted.",
    )
    .addOption(profileOption())
    .addOption(layerOption())
    .addOption(parallelOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm drift\n  $ ./lgtm drift --layer 50-alb --json")
    .action(runDrift);
}

async function runDrift(options: Options): Promise<void> {
  const { findDrift, renderDrift } = load("../delivery/drift") as typeof import("../delivery/drift");
  const drift = await findDrift({
    profile: options.profile,
    layers: options.layer,
    parallel: options.parallel,
    mode: progressMode(options),
  });
  process.stdout.write(`${options.json === true ? JSON.stringify(drift, undefined, 2) : renderDrift(drift)}\n`);
  if (drift.clean) return;
  const unplanned = drift.layers.some(({ status }) => status === "failed" || status === "not tried");
  process.exitCode = unplanned ? exitCodes.failed : exitCodes.negative;
}
