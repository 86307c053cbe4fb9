import type { Command } from "commander";
import { createRequire } from "node:module";
import { jsonOption, profileOption } from "../terminal/options";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly json?: true;
}

/** Adds `./lgtm state bootstrap`, which makes the one thing that Terraform does not make. */
export function registerBootstrap(state: Command): void {
  state
    .command("bootstrap")
    .summary("make the bucket that holds layer 00's own state")
    .description(
      "Makes the one thing outside Terraform: the bucket for the state of layer 00, which then makes the bucket and the " +
        "lock table of all other states. Versioned, encrypted, closed to the public. Safe to repeat: what is there is " +
        "checked, and corrected after saying so.",
    )
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm state bootstrap --profile baseline")
    .action(async (_options: unknown, command: Command) => runBootstrap(command.optsWithGlobals()));
}

async function runBootstrap(options: Options): Promise<void> {
  const { bootstrap } = load("../state/bootstrap") as typeof import("../state/bootstrap");
  const { openSession } = load("../state/session") as typeof import("../state/session");
  const { summarizeDeployment } = load("../state/overview") as typeof import("../state/overview");
  const say = (text: string): void => {
    if (options.json !== true) process.stderr.write(`${text}\n`);
  };
  const session = await openSession({ profile: options.profile, writes: true, report: say });
  const result = await bootstrap(session, say);
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ ...summarizeDeployment(session), ...result }, undefined, 2)}\n`);
    return;
  }
  const changed = result.settings.filter(({ result: what }) => what !== "as it should be").length;
  const summary = changed === 0 ? "is there already, as it should be" : "is ready";
  process.stdout.write(`The bucket ${result.bucket} (${result.region}) ${summary}. Next: apply 00-bootstrap.\n`);
}
