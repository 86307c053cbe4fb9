import type { Command } from "commander";
import { createRequire } from "node:module";
import { exitCodes } from "../terminal/exit-codes";
import { jsonOption, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly account?: true;
  readonly profile?: string;
  readonly json?: true;
}

/** Adds `./lgtm doctor`, which checks this machine, and the account before a plan. */
export function register(program: Command): void {
  addCommand(program, "doctor")
    .description(
      "Looks for everything the commands use, and says how to get what is missing. Changes nothing. " +
        "Ends with 5 if something that most commands need is lacking.\n\n" +
        "With --account it looks instead at the account of the credentials in the environment, before a plan: whose it is, " +
        "states and locks, bucket versioning, released images, the secret and its JSON key, resources that exist already (with " +
        "the import blocks to paste), and quotas. Read-only. What these credentials may not look at is not checked, and says " +
        "what it needs; --json lists all IAM actions that are used. Ends with 3 if there is a problem.",
    )
    .option("--account", "check the AWS account instead of this machine")
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm doctor\n  $ ./lgtm doctor --account --profile target")
    .action(runDoctor);
}

async function runDoctor(options: Options): Promise<void> {
  if (options.account === true) return checkAccount(options);
  const { examineMachine } = load("../checkout/doctor/checks") as typeof import("../checkout/doctor/checks");
  const { renderFindings } = load("../checkout/doctor/report") as typeof import("../checkout/doctor/report");
  const findings = await examineMachine();
  process.stdout.write(
    `${options.json === true ? JSON.stringify(findings, undefined, 2) : renderFindings(findings)}\n`,
  );
  if (findings.some((finding) => finding.status === "lacking")) process.exitCode = exitCodes.missing;
}

async function checkAccount(options: Options): Promise<void> {
  const { checkConfigFile } = load("../layers/config-file") as typeof import("../layers/config-file");
  checkConfigFile();
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
