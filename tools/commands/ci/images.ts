import { InvalidArgumentError, type Command } from "commander";
import { createRequire } from "node:module";
import { SERVICE_NAMES, type ServiceName } from "../../../modules/services/service-name";
import { writeOutputs } from "../../delivery/github/job";
import type { ImageToBuild } from "../../images/to-build";
import { renderTable } from "../../terminal/table";
import { collectNames, gitHubOption, jsonOption } from "../../terminal/options";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly changedSince?: string;
  readonly deployment: readonly string[];
  readonly github?: true;
  readonly json?: true;
}

/** Adds `./lgtm ci images`, which lists the images to build. */
export function registerImages(ci: Command): void {
  ci.command("images")
    .summary("list the images to build for each deployment")
    .description(
      "Lists services for each deployment: all, those named, or with --changed-since those whose folder below dockerfiles/ changed or " +
        "whose version in imageVersions is not the released one's. With --github the list becomes the outputs `images` and " +
        "`environments`. Builds nothing.",
    )
    .argument("[services...]", `services: ${SERVICE_NAMES.join(", ")}; \`all\` is all`, readServices, [])
    .option("--changed-since <ref>", "only what changed since this commit")
    .option("--deployment <name...>", "only for this environment", collectNames, [])
    .addOption(gitHubOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm ci images --changed-since main\n  $ ./lgtm ci images tempo loki --json",
    )
    .action(runImages);
}

async function runImages(services: readonly ServiceName[], options: Options): Promise<void> {
  const { listDeployments } = load("../../layers/deployments") as typeof import("../../layers/deployments");
  const { imagesToBuild } = load("../../images/to-build") as typeof import("../../images/to-build");
  const { changedSince } = options;
  const images = await imagesToBuild({ deployments: listDeployments(options.deployment), services, changedSince });
  if (options.github === true) {
    // One pull request an environment records them.
    const environments = new Map(images.map((image) => [image.environment, placeOf(image)]));
    writeOutputs({ images: JSON.stringify(images), environments: JSON.stringify([...environments.values()]) });
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(images, undefined, 2)}\n`);
    return;
  }
  const columns = ["environment", "service", "profile"].map((title) => ({ title }));
  const rows = images.map(({ environment, service, profile }) => [environment, service, profile]);
  process.stdout.write(images.length === 0 ? "No image is to be built.\n" : `${renderTable(columns, rows)}\n`);
}

function placeOf({ environment, profile, region, roleVariable }: ImageToBuild): Omit<ImageToBuild, "service"> {
  return { environment, profile, region, roleVariable };
}

function readServices(value: string, previous: readonly ServiceName[]): readonly ServiceName[] {
  if (value === "all") return previous;
  const service = SERVICE_NAMES.find((name) => name === value);
  if (service === undefined) throw new InvalidArgumentError(`It must be one of ${SERVICE_NAMES.join(", ")}, or all.`);
  return [...previous, service];
}
