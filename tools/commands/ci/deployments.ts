import type { Command } from "commander";
import { createRequire } from "node:module";
import { writeOutputs } from "../../delivery/github/job";
import { renderTable } from "../../terminal/table";
import { gitHubOption, jsonOption } from "../../terminal/options";

/** Loads when the command runs: what is behind it takes longer to load than help may take. */
const load = createRequire(__filename);

interface Options {
  readonly github?: true;
  readonly json?: true;
}

/** Adds `./lgtm ci deployments`, which lists the environments that are deployed. */
export function registerDeployments(ci: Command): void {
  ci.command("deployments")
    .summary("list the environments that are deployed, and how")
    .description(
      "Lists `deployments` of common.config.ts: each environment with its profile, its region and the names that the workflows look " +
        "up on GitHub. With --github the list becomes the step's output `matrix`.",
    )
    .argument("[environments...]", "only these; an unknown one ends with 2")
    .addOption(gitHubOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  $ ./lgtm ci deployments\n  $ ./lgtm ci deployments prod --json")
    .action(runDeployments);
}

function runDeployments(only: readonly string[], options: Options): void {
  const { listDeployments } = load("../../layers/deployments") as typeof import("../../layers/deployments");
  const all = listDeployments(only);
  if (options.github === true) writeOutputs({ matrix: JSON.stringify(all) });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
    return;
  }
  const titles = ["environment", "profile", "region", "GitHub environment", "variable of the role that plans"];
  const rows = all.map((one) => [
    one.environment,
    one.profile,
    one.region,
    one.gitHubEnvironment,
    one.roleVariables.plan,
  ]);
  process.stdout.write(
    `${renderTable(
      titles.map((title) => ({ title })),
      rows,
    )}\n`,
  );
}
