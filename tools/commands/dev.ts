import type { Command } from "commander";
import { createRequire } from "node:module";
import { applyParallelOption, jsonOption, profileOption } from "../terminal/options";
import type { LiveCommandOptions } from "./live-command";
import { addCommand } from "./command-list";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options extends Omit<LiveCommandOptions, "keep"> {
  readonly once?: true;
}

/** Adds `./lgtm dev`: the platform on this machine, while one works on a service's config. */
export function register(program: Command): void {
  addCommand(program, "dev")
    .description(
      "Applies all layers to a mock of AWS, runs what ECS would run (the services' own programs behind an emulated load " +
        "balancer; Linux), tests them through it and checks each of their AWS calls against their role. Profile target unless " +
        "--profile says otherwise. Then it stays up, prints where, and deploys a service anew whenever a file below " +
        "dockerfiles/<service>/ changes: the new task starts beside the old one, and the circuit breaker keeps the old one if " +
        "the new one fails. Ctrl-C ends it; the mock stays, so that --resume starts in seconds.\n\n" +
        "With --once it stops after the tests, and ends with 0 only if all of it held.",
    )
    .addOption(profileOption())
    .option("--once", "stop after the tests, and end the mock")
    .option("--resume [run]", "use the mock of a kept rehearsal (default: the newest)")
    .addOption(applyParallelOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm dev\n  $ ./lgtm dev --once\n  $ ./lgtm dev --resume")
    .action(runDev);
}

async function runDev({ once, ...options }: Options): Promise<void> {
  const { runLiveCommand } = load("./live-command") as typeof import("./live-command");
  await runLiveCommand({ ...options, keep: once !== true });
}
