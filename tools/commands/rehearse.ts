import { createRequire } from "node:module";
import { relative } from "node:path";
import { Option, type Command } from "commander";
import { exitCodes } from "../terminal/exit-codes";
import { progressMode } from "../terminal/progress";
import type { RehearsalResult } from "../rehearse/rehearse";
import { UserError } from "../terminal/user-error";
import { applyParallelOption, jsonOption, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";
import { layerOption } from "./layer-option";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly layer: readonly string[];
  readonly parallel: number;
  readonly keep?: true;
  readonly images: boolean;
  readonly upgrade?: true;
  readonly resume?: string | true;
  readonly stop?: string | true;
  readonly json?: true;
}

/** `./lgtm rehearse`: the platform's whole life on a mock of AWS. */
export function register(program: Command): void {
  addCommand(program, "rehearse")
    .description(
      "Starts a mock of AWS on this machine, applies all layers from nothing with the real Terraform and AWS provider, " +
        "plans again (which must be empty), inspects the states, destroys in reverse and stops the mock. " +
        "Needs no account and cannot reach AWS. Ends with 0 only if all of it held. To run the services on it too: " +
        "`./lgtm dev --once`.",
    )
    .addOption(profileOption())
    .addOption(layerOption())
    .addOption(applyParallelOption())
    .option("--upgrade", "rehearse the way from what runs today to `target` and back instead")
    .option("--keep", "leave the mock running with everything applied, and say how to use it")
    .option("--no-images", "leave out the stand-ins for images and the secret: it then stops before the tasks' layer")
    .addOption(
      new Option("--resume [run]", "go on with a rehearsal that was kept or cut short (default: the newest)").conflicts(
        ["profile", "layer"],
      ),
    )
    .addOption(
      new Option("--stop [run]", "end the mock of a kept rehearsal (default: the newest)").conflicts([
        "resume",
        "keep",
      ]),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm rehearse\n  $ ./lgtm rehearse --layer 05-cloudwatch-logs --keep\n  $ ./lgtm rehearse --stop",
    )
    .action(runRehearse);
}

async function runRehearse(options: Options): Promise<void> {
  const { rehearse, resume, stopKept } = load("../rehearse/rehearse") as typeof import("../rehearse/rehearse");
  const { findRecord } = load("../rehearse/record") as typeof import("../rehearse/record");
  if (options.stop !== undefined) {
    const record = findRecord(options.stop === true ? undefined : options.stop);
    process.stdout.write(
      `The mock of ${relative(process.cwd(), record.runFolder)} ${(await stopKept(record)) === "stopped" ? "has ended; its AWS and its states went with it" : "was gone already"}.\n`,
    );
    return;
  }
  if (options.upgrade === true) return runUpgrade(options);
  const common = {
    parallel: options.parallel,
    keep: options.keep === true,
    withoutImages: !options.images,
    mode: progressMode(options),
  };
  const result =
    options.resume === undefined
      ? await rehearse({ ...common, profile: options.profile, layers: options.layer })
      : await resume(findRecord(options.resume === true ? undefined : options.resume), common);
  print(result, options.json === true);
  if (!result.good) process.exitCode = exitCodeOf(result);
}

async function runUpgrade(options: Options): Promise<void> {
  const { renderUpgrade } = load("../rehearse/upgrade-report") as typeof import("../rehearse/upgrade-report");
  const { rehearseUpgrade } = load("../rehearse/upgrade") as typeof import("../rehearse/upgrade");
  const result = await rehearseUpgrade({ parallel: options.parallel, mode: progressMode(options) });
  const { steps, ...facts } = result;
  const json = { ...facts, steps: steps.map(({ name, expects, problems }) => ({ name, expects, problems })) };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(json, undefined, 2)}\n`
      : `${renderUpgrade(result)}\nLogs: ${relative(process.cwd(), result.runFolder)}/logs\n`,
  );
  if (!result.good) process.exitCode = exitCodes.negative;
}

/** A failed layer's own code where it has one: `notReady` is no failure of the rehearsal. */
function exitCodeOf({ rehearsal }: RehearsalResult): number {
  const errors = rehearsal.applied.flatMap((outcome) => (outcome.status === "failed" ? [outcome.error] : []));
  const isNotReady =
    errors.length > 0 && errors.every((error) => error instanceof UserError && error.exit === "notReady");
  return isNotReady ? exitCodes.notReady : exitCodes.negative;
}

function print({ rehearsal, good, kept, cutShort, runFolder }: RehearsalResult, json: boolean): void {
  const { renderRehearsal, rowsOf } = load("../rehearse/report") as typeof import("../rehearse/report");
  const { explainKept } = load("../rehearse/kept") as typeof import("../rehearse/kept");
  if (json) {
    const { profile, seconds, recovered, emptied } = rehearsal;
    const facts = { profile, good, cutShort, seconds, runFolder, layers: rowsOf(rehearsal), recovered, emptied, kept };
    process.stdout.write(`${JSON.stringify(facts, undefined, 2)}\n`);
    return;
  }
  process.stdout.write(`${renderRehearsal(rehearsal)}\nLogs: ${relative(process.cwd(), runFolder)}/logs\n`);
  if (kept !== undefined) process.stdout.write(`\n${explainKept(kept, cutShort)}\n`);
}
