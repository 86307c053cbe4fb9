import { InvalidArgumentError, Option, type Command } from "commander";
import { createRequire } from "node:module";
import { RELEASED_TAG, type ReleasedTag } from "../../modules/config/image-version";
import type { ImageDigest } from "../../modules/services/releases";
import { SERVICE_NAMES, type ServiceName } from "../../modules/services/service-name";
import type { ReleaseResult } from "../images/release/result";
import { UserError } from "../terminal/user-error";
import { jsonOption, profileOption } from "../terminal/options";
import { addCommand } from "./command-list";

/** Loads when the command runs: the AWS clients behind it take longer to load than most commands to run. */
const load = createRequire(__filename);

interface Options {
  readonly platform: string;
  readonly allowDirty?: true;
  readonly buildOnly?: true;
  readonly built?: ReleasedTag;
  readonly rollback?: true;
  readonly recordOnly?: true;
  readonly tag?: ReleasedTag;
  readonly digest?: ImageDigest;
  readonly profile?: string;
  readonly json?: true;
}

/** `./lgtm release`: a service's image, from its folder to the release file. */
export function register(program: Command): void {
  addCommand(program, "release")
    .description(
      "Builds dockerfiles/<service> on the version that imageVersions says, lets the image's own program judge its config, " +
        "pushes it to ECR under <version>-<yyyymmdd>-<hhmmss> (UTC) and released-<that>, and records tag and digest in " +
        "releases.json. Commit that file: the next plan rolls the image out. Nothing is recorded when a step fails. Needs Docker. " +
        "Ends with 3 if the sources are not committed, the config is refused, or ECR lacks the image.",
    )
    .argument("<service>", SERVICE_NAMES.join(", "), readService)
    .addOption(
      new Option("--platform <platform>", "architecture of the tasks")
        .choices(["linux/amd64", "linux/arm64"])
        .default("linux/amd64"),
    )
    .option("--allow-dirty", "build although dockerfiles/<service> holds changes that are in no commit")
    .option("--build-only", "build and verify, and name the tag; push and record nothing")
    .option("--built <tag>", "verify, push and record what --build-only built under this tag", readTag)
    .option("--rollback", "record the previous image again, if ECR still has it; no Docker")
    .option("--record-only", "record an image that is in ECR already; no Docker")
    .option("--tag <tag>", "with --record-only: tag of the image", readTag)
    .option("--digest <digest>", "with --record-only: digest that the tag must name", readDigest)
    .addOption(profileOption())
    .addOption(jsonOption())
    .addHelpText("after", HELP)
    .action(runRelease);
}

const HELP = `
The image is recorded for the environment of the profile; while the active profile runs the images of the legacy Terraform, that is
profile target. Log in to nothing: the command asks ECR for a password and hands it to Docker's standard input.

Example:
  $ ./lgtm release tempo
  $ ./lgtm release tempo --rollback`;

async function runRelease(service: ServiceName, options: Options): Promise<void> {
  refuseContradictions(options);
  const target = {
    service,
    profile: options.profile,
    say: (line: string) => {
      if (options.json !== true) process.stderr.write(`${line}\n`);
    },
  };
  const done = await carryOut(target, options);
  process.stdout.write(`${options.json === true ? JSON.stringify(done, undefined, 2) : describe(done)}\n`);
}

async function carryOut(
  target: { service: ServiceName; profile: string | undefined; say: (line: string) => void },
  options: Options,
): Promise<ReleaseResult> {
  if (options.rollback === true) {
    const { rollBack } = load("../images/release/roll-back") as typeof import("../images/release/roll-back");
    return rollBack(target);
  }
  if (options.recordOnly === true && options.tag !== undefined) {
    const { recordOnly } = load("../images/release/record-only") as typeof import("../images/release/record-only");
    return recordOnly({ ...target, tag: options.tag, digest: options.digest });
  }
  const { release } = load("../images/release/release") as typeof import("../images/release/release");
  const { platform, allowDirty = false, buildOnly = false, built } = options;
  return release({ ...target, platform, allowDirty, buildOnly, built });
}

/** Each run goes one way. */
function refuseContradictions({ rollback, recordOnly, buildOnly, built, tag, digest }: Options): void {
  const ways = { "--rollback": rollback, "--record-only": recordOnly, "--build-only": buildOnly, "--built": built };
  const chosen = Object.entries(ways).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (chosen.length > 1) throw badOptions(`${chosen.join(" and ")} exclude each other.`, `leave out all but one`);
  if ((recordOnly === true) !== (tag !== undefined) || (digest !== undefined && recordOnly !== true)) {
    throw badOptions(
      "--record-only goes with --tag, and --tag and --digest with --record-only.",
      "name the image: --record-only --tag 2.9.0-20260116-043000",
    );
  }
}

function badOptions(what: string, mend: string): UserError {
  return new UserError({ what, where: "command line", mend, exit: "badInput" });
}

function describe({ did, service, image, tag, recorded, file, environment }: ReleaseResult): string {
  if (recorded === null) {
    return `${service}: ${did} ${image}\nNext: ./lgtm release ${service} --built ${tag}`;
  }
  return [
    `${service}: ${did} ${image}`,
    `  ${recorded.digest ?? recorded.tag} is recorded for ${environment} in ${file ?? ""}`,
    `Next: commit that file; \`./lgtm plan\` and \`./lgtm apply\` then roll the image out`,
  ].join("\n");
}

function readService(value: string): ServiceName {
  const service = SERVICE_NAMES.find((name) => name === value);
  if (service === undefined) throw new InvalidArgumentError(`It must be one of ${SERVICE_NAMES.join(", ")}.`);
  return service;
}

function readTag(value: string): ReleasedTag {
  if (!RELEASED_TAG.test(value)) throw new InvalidArgumentError("It must be like 2.9.0-20260116-043000.");
  return value as ReleasedTag;
}

function readDigest(value: string): ImageDigest {
  if (!/^sha256:[0-9a-f]{64}$/.test(value))
    throw new InvalidArgumentError("It must be sha256: and 64 hexadecimal digits.");
  return value as ImageDigest;
}
