import { createRequire } from "node:module";
import { relative } from "node:path";
import { Command } from "commander";
import { profiles } from "../../common.config";
import type { Profile } from "../../modules/config/profiles";
import { jsonOption, profileOption } from "../../tools/terminal/options";
import { exitCodes } from "../../tools/terminal/exit-codes";
import { runProgram } from "../../tools/terminal/run-program";
import { STORING_SERVICES, type StoringService } from "./items/signal-items";
import { loadProfile } from "../../tools/layers/profile";
import { UserError } from "../../tools/terminal/user-error";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly json?: true;
}

/** Makes the command line of `npm run nothing-lost`, which looks for data that a stop or a replacement of a service loses. */
function nothingLostProgram(): Command {
  return new Command("npm run nothing-lost")
    .usage("-- [options] [service...]")
    .description(
      "Runs each service that keeps data with its own program and the config in its image, in network namespaces of " +
        "this machine (Linux) and with a mock of S3. Writes, stops it at once, starts it on an empty disk and reads all " +
        "of it back; replaces it under steady writes as a deployment does; reads what today's configs wrote. Takes two " +
        "to three minutes. Ends with 3 if something is lost, with 5 if the machine lacks something.",
    )
    .argument("[service...]", `services: ${STORING_SERVICES.join(", ")} (default: all)`)
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ npm run nothing-lost\n  $ npm run nothing-lost -- tempo --profile staging")
    .action(runNothingLost);
}

async function runNothingLost(names: readonly string[], options: Options): Promise<void> {
  const { proveNothingLost } = load("./prove") as typeof import("./prove");
  const { lossesIn } = load("./judge") as typeof import("./judge");
  const { renderLosses } = load("./report") as typeof import("./report");
  const { todaysImages } = load("./todays-images") as typeof import("./todays-images");
  const { name: profile, config } = profileFor(options.profile);
  const { results, runFolder } = await proveNothingLost({
    config,
    services: servicesNamed(names),
    today: { config: profiles.baseline, files: todaysImages() },
    onLine: (line) => {
      if (options.json !== true) process.stderr.write(`${line}\n`);
    },
  });
  const rows = results.map((result) => ({ ...result, losses: lossesIn(result) }));
  const good = rows.every(({ losses }) => losses.length === 0);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ profile, good, runFolder, results: rows }, undefined, 2)}\n`
      : `Profile: ${profile}\n${renderLosses(results)}\nLogs: ${relative(process.cwd(), runFolder)}/logs\n`,
  );
  if (!good) process.exitCode = exitCodes.negative;
}

function servicesNamed(names: readonly string[]): readonly StoringService[] {
  const unknown = names.filter((name) => !STORING_SERVICES.some((service) => service === name));
  if (unknown.length > 0) {
    throw new UserError({
      what: `No service that keeps data: ${unknown.join(", ")}.`,
      mend: `name one of ${STORING_SERVICES.join(", ")}`,
      exit: "badInput",
    });
  }
  return STORING_SERVICES.filter((service) => names.length === 0 || names.includes(service));
}

/** `dockerfiles/` is what `target` runs; a profile with other images has none here to run. */
function profileFor(explicit: string | undefined): Profile {
  const profile = loadProfile(explicit);
  if (profile.config.serviceConfigs === "dockerfiles") return profile;
  const isChosen = explicit !== undefined || (process.env.LGTM_PROFILE ?? "") !== "";
  if (!isChosen) return loadProfile("target");
  throw new UserError({
    what: `Profile ${profile.name} runs the images of the legacy Terraform, which are not in this repository.`,
    where: "--profile or LGTM_PROFILE",
    mend: "run the images below dockerfiles/ with --profile target",
    exit: "badInput",
  });
}

void runProgram(nothingLostProgram, process.argv.slice(2));
