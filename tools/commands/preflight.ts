import type { Command } from "commander";
import { createRequire } from "node:module";
import { exitCodes } from "../terminal/exit-codes";
import { jsonOption, profileOption } from "./options";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly json?: true;
}

/** `./lgtm preflight`: whether the account is ready for a plan and an apply. */
export function registerPreflight(program: Command): void {
  program
    .command("preflight")
    .summary("say whether the account is ready for an apply")
    .description(
      "Looks at the account of the credentials in the environment before a plan: whose it is, states and locks, bucket " +
        "versioning, released images, the secret and its JSON key, resources that exist already (with the import blocks to " +
        "paste), and quotas. Read-only. What these credentials may not look at is not checked, and says what it needs. " +
        "Ends with 3 if there is a problem.",
    )
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", help)
    .action(runPreflight);
}

function help(): string {
  const { PREFLIGHT_ACTIONS } = load(
    "../account/preflight/preflight",
  ) as typeof import("../account/preflight/preflight");
  const actions = PREFLIGHT_ACTIONS.map((action) => `  ${action}`).join("\n");
  return `\nIAM actions it uses; each may be missing:\n${actions}\n\nExample:\n  $ ./lgtm preflight\n  $ ./lgtm preflight --profile target --json`;
}

async function runPreflight(options: Options): Promise<void> {
  const { preflight } = load("../account/preflight/preflight") as typeof import("../account/preflight/preflight");
  const { renderPreflight } = load("../account/preflight/report") as typeof import("../account/preflight/report");
  const found = await preflight({
    profile: options.profile,
    report: (text) => {
      if (options.json !== true) process.stderr.write(`${text}\n`);
    },
  });
  process.stdout.write(`${options.json === true ? JSON.stringify(found, undefined, 2) : renderPreflight(found)}\n`);
  if (!found.ok) process.exitCode = exitCodes.negative;
}
