import type { Command } from "commander";
import { createRequire } from "node:module";
import { SERVICE_NAMES, type ServiceName } from "../../modules/services/service-name";
import { chosenServices } from "../layers/chosen-services";
import { exitCodes } from "../terminal/exit-codes";
import { UserError } from "../terminal/user-error";
import type { Verification } from "../images/verify/verify";
import { jsonOption, profileOption } from "../terminal/options";
import { namedServices } from "./named-services";
import { addCommand } from "./command-list";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly profile?: string;
  readonly image?: string;
  readonly json?: true;
}

/** `./lgtm verify`: each service's own program judges its config. */
export function register(program: Command): void {
  addCommand(program, "verify")
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
  const { profileOfImages } = load(
    "../images/verify/profile-of-images",
  ) as typeof import("../images/verify/profile-of-images");
  const { renderVerifications } = load("../images/verify/report") as typeof import("../images/verify/report");
  const { verifyService } = load("../images/verify/verify") as typeof import("../images/verify/verify");
  const { name, config } = profileOfImages(options.profile);
  if (options.json !== true) process.stderr.write(`Profile ${name}\n`);
  const verifications: Verification[] = [];
  for (const service of chosenServices({ name, config }, services)) {
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
