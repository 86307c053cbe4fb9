import type { Command } from "commander";
import { profiles } from "../../common.config";
import { type Profile, resolveProfile, UnknownProfileError } from "../../modules/config/profiles";
import { SERVICE_NAMES, type ServiceName } from "../../modules/services/service-name";
import { exitCodes } from "../exit-codes";
import { UserError } from "../user-error";
import { renderVerifications } from "../verify/report";
import { type Verification, verifyService } from "../verify/verify";
import { namedServices } from "./named-services";
import { jsonOption, profileOption } from "./options";

interface Options {
  readonly profile?: string;
  readonly image?: string;
  readonly json?: true;
}

/** `./lgtm verify`: each service's own program judges its config. */
export function registerVerify(program: Command): void {
  program
    .command("verify")
    .summary("let each service's own program judge its config")
    .description(
      "Runs each service's own strict check on the config that its image holds, with the environment that its task " +
        "definition injects; nothing is served. Programs are looked for in LGTM_BINARIES, in the project's folder in " +
        "the user's cache, on PATH, and where Docker runs in the official images. Ends with 3 if a config is refused, " +
        "with 5 if a program is missing.",
    )
    .argument("[service...]", `services: ${SERVICE_NAMES.join(", ")} (default: all)`)
    .option("--image <reference>", "judge the config in this image with the image's own program, by docker run")
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm verify\n  $ ./lgtm verify tempo --image lgtm-tempo:2.9.0-20260116-043000",
    )
    .action(runVerify);
}

async function runVerify(names: readonly string[], options: Options): Promise<void> {
  const services = servicesNamed(names, options.image);
  const { name, config } = profileFor(options.profile);
  if (options.json !== true) process.stderr.write(`Profile ${name}\n`);
  const verifications: Verification[] = [];
  for (const service of services) {
    verifications.push(await verifyService(service, { platform: config, image: options.image }));
  }
  const report =
    options.json === true
      ? JSON.stringify({ profile: name, services: verifications }, undefined, 2)
      : renderVerifications(verifications);
  process.stdout.write(`${report}\n`);
  if (verifications.some(({ result }) => result === "refused")) process.exitCode = exitCodes.negative;
  else if (verifications.some(({ result }) => result === "missing")) process.exitCode = exitCodes.missing;
}

function servicesNamed(names: readonly string[], image: string | undefined): readonly ServiceName[] {
  const services = namedServices(names);
  if (image === undefined || services.length === 1) return services;
  throw new UserError({
    what: "An image is of one service.",
    where: "--image",
    mend: "name the service: `./lgtm verify tempo --image …`",
    exit: "badInput",
  });
}

/** `dockerfiles/` is what `target` runs; a profile with other images has nothing here to verify. */
function profileFor(explicit: string | undefined): Profile {
  const profile = resolved(explicit);
  if (profile.config.serviceConfigs === "dockerfiles") return profile;
  const isChosen = explicit !== undefined || (process.env.LGTM_PROFILE ?? "") !== "";
  if (!isChosen) return { name: "target", config: profiles.target };
  throw new UserError({
    what: `Profile ${profile.name} runs the images of the HCL, whose configs are not in this repository.`,
    where: "--profile or LGTM_PROFILE",
    mend: "verify the configs below dockerfiles/ with --profile target",
    exit: "badInput",
  });
}

function resolved(explicit: string | undefined): Profile {
  try {
    return resolveProfile(explicit);
  } catch (error) {
    if (!(error instanceof UnknownProfileError)) throw error;
    throw new UserError(
      { what: error.message, where: "--profile or LGTM_PROFILE", mend: "name one of them", exit: "badInput" },
      { cause: error },
    );
  }
}
