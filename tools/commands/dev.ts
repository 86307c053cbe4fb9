import type { Command } from "commander";
import { createRequire } from "node:module";
import type { LiveCommandOptions } from "./live-command";
import { applyParallelOption, profileOption } from "./options";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

/** `./lgtm dev`: the platform on this machine, while one works on a service's config. */
export function registerDev(program: Command): void {
  program
    .command("dev")
    .summary("run the whole platform here and reload what you change")
    .description(
      "The same as `rehearse --live --keep`: applies all layers to a mock of AWS, runs the services behind the emulated load " +
        "balancer, prints where, and deploys a service anew whenever a file below dockerfiles/<service>/ changes: the new " +
        "task starts beside the old one, and the circuit breaker keeps the old one if the new one fails. Ctrl-C ends it; " +
        "the mock stays, so that --resume starts in seconds.",
    )
    .addOption(profileOption())
    .option("--resume [run]", "use the mock of a kept rehearsal (default: the newest)")
    .addOption(applyParallelOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm dev\n  $ ./lgtm dev --resume")
    .action(runDev);
}

async function runDev(options: Omit<LiveCommandOptions, "keep" | "json">): Promise<void> {
  const { runLiveCommand } = load("./live-command") as typeof import("./live-command");
  await runLiveCommand({ ...options, keep: true });
}
