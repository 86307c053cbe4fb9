import type { Command } from "commander";
import { parseDrift } from "../../delivery/drift-file";
import { connectToGitHub, gitHubAccess } from "../../delivery/github/client";
import { keepDriftIssues } from "../../delivery/github/drift-issues";
import { readTextFile } from "../../terminal/read-text-file";

interface Options {
  readonly file: string;
  readonly environment: string;
}

/** Adds `./lgtm ci drift-issues`, which keeps one issue for each layer that drifted. */
export function registerDriftIssues(ci: Command): void {
  ci.command("drift-issues")
    .summary("keep one GitHub issue for each layer that drifted")
    .description(
      "Reads what `./lgtm drift --json` found and opens, updates, takes up again or closes one issue a layer. A layer that could " +
        "not be planned leaves its issue as it is. Needs GITHUB_TOKEN and GITHUB_REPOSITORY, as a workflow has them.",
    )
    .requiredOption("--file <file>", "output of `./lgtm drift --json`")
    .requiredOption("--environment <name>", "the deployment, which the issues carry")
    .addHelpText("after", "\nExample:\n  $ ./lgtm ci drift-issues --file drift.json --environment prod")
    .action(runDriftIssues);
}

async function runDriftIssues({ file, environment }: Options): Promise<void> {
  const drift = parseDrift(readTextFile(file), file);
  const issues = await keepDriftIssues(connectToGitHub(gitHubAccess()), environment, drift);
  for (const { layer, did, url } of issues) {
    if (url !== undefined) process.stdout.write(`${layer.padEnd(20)} ${did}: ${url}\n`);
  }
}
