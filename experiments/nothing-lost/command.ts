import { createRequire } from "node:module";
import { relative } from "node:path";
import type { Command } from "commander";
import { profiles } from "../../common.config";
import type { Profile } from "../../modules/config/profiles";
import { exitCodes } from "../terminal/exit-codes";
import { STORING_SERVICES, type StoringService } from "../../experiments/nothing-lost/items/signal-items";
import { loadProfile } from "../layers/profile";
import { UserError } from "../terminal/user-error";
import { jsonOption, profileOption } from "./options";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly json?: true;
}

/** `./lgtm nothing-lost`: what a stop and a replacement of each service loses. */
export function registerNothingLost(program: Command): void {
  program
    .command("nothing-lost")
    .summary("stop and replace each service, and look for lost data")
    .description(
      "Runs each service that keeps data with its own program and the config in its image, in network namespaces of " +
        "this machine (Linux) and with a mock of S3. Writes, stops it at once, starts it on an empty disk and reads all " +
        "of it back; replaces it under steady writes as a deployment does; reads what today's configs wrote. Takes two " +
        "to three minutes. Ends with 3 if something is lost, with 5 if the machine lacks something.",
    )
    .argument("[service...]", `services: ${STORING_SERVICES.join(", ")} (default: all)`)
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm nothing-lost\n  $ ./lgtm nothing-lost tempo --profile staging")
    .action(runNothingLost);
}

async function runNothingLost(names: readonly string[], options: Options): Promise<void> {
  const { proveNothingLost } = load(
    "../../experiments/nothing-lost/prove",
  ) as typeof import("../../experiments/nothing-lost/prove");
  const { lossesIn } = load(
    "../../experiments/nothing-lost/judge",
  ) as typeof import("../../experiments/nothing-lost/judge");
  const { renderLosses } = load(
    "../../experiments/nothing-lost/report",
  ) as typeof import("../../experiments/nothing-lost/report");
  const { todaysImages } = load(
    "../../experiments/nothing-lost/todays-images",
  ) as typeof import("../../experiments/nothing-lost/todays-images");
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
    what: `Profile ${profile.name} runs the images of the HCL, which are not in this repository.`,
    where: "--profile or LGTM_PROFILE",
    mend: "run the images below dockerfiles/ with --profile target",
    exit: "badInput",
  });
}
