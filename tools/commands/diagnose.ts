import { type Command } from "commander";
import { createRequire } from "node:module";
import { SERVICE_NAMES } from "../../modules/services/service-name";
import { exitCodes } from "../terminal/exit-codes";
import { jsonOption, positiveInteger, profileOption } from "../terminal/options";
import { namedServices } from "./named-services";
import { addCommand } from "./command-list";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly lines: number;
  readonly json?: true;
}

/** Adds `./lgtm diagnose`, which says why services do not run. */
export function register(program: Command): void {
  addCommand(program, "diagnose")
    .description(
      "Looks at the services on the account of the credentials in the environment: deployments and rollbacks, stopped tasks " +
        "with reason and exit code, target health, events and the last log lines, and says which incident of the history it " +
        "looks like, with the remedy. Read-only. What may not be read is named; --json lists all IAM actions that are used. " +
        "Values that look like secrets are hidden. " +
        "Ends with 3 if a service is in trouble or absent, with 4 if none could be looked at.",
    )
    .argument("[service...]", `services: ${SERVICE_NAMES.join(", ")} (default: all)`)
    .option("--lines <n>", "log lines to show of each service", positiveInteger, 15)
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm diagnose\n  $ ./lgtm diagnose tempo --lines 50")
    .action(runDiagnose);
}

async function runDiagnose(names: readonly string[], options: Options): Promise<void> {
  const services = namedServices(names);
  const { diagnoseAccount } = load(
    "../account/diagnose/diagnose-account",
  ) as typeof import("../account/diagnose/diagnose-account");
  const { DIAGNOSE_ACTIONS } = load("../account/diagnose/diagnose") as typeof import("../account/diagnose/diagnose");
  const { renderDiagnoses } = load("../account/diagnose/report") as typeof import("../account/diagnose/report");
  const found = await diagnoseAccount({
    profile: options.profile,
    services,
    lines: options.lines,
    report: (text) => {
      if (options.json !== true) process.stderr.write(`${text}\n`);
    },
  });
  const text =
    options.json === true
      ? JSON.stringify({ ...found, actions: DIAGNOSE_ACTIONS }, undefined, 2)
      : renderDiagnoses(found.services, names.length > 0);
  process.stdout.write(`${text}\n`);
  const statuses = found.services.map(({ status }) => status);
  if (statuses.every((status) => status === "not checked")) process.exitCode = exitCodes.failed;
  else if (statuses.some((status) => status === "trouble" || status === "absent"))
    process.exitCode = exitCodes.negative;
}
