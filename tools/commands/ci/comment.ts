import type { Command } from "commander";
import { connectToGitHub, gitHubAccess } from "../../delivery/github/client";
import { keepComment } from "../../delivery/github/comment";
import { readTextFile } from "../../terminal/read-text-file";
import { positiveInteger } from "../../terminal/options";

interface Options {
  readonly pr: number;
  readonly file: string;
  readonly marker: string;
}

/** Adds `./lgtm ci comment`, which keeps one comment of a pull request up to date. */
export function registerComment(ci: Command): void {
  ci.command("comment")
    .summary("write a pull request's comment, or bring it up to date")
    .description(
      "Writes a Markdown file as a comment of a pull request on GitHub, in place of the one that it wrote there before. Needs " +
        "GITHUB_TOKEN and GITHUB_REPOSITORY, as a workflow has them.",
    )
    .requiredOption("--pr <number>", "the pull request", positiveInteger)
    .requiredOption("--file <file>", "Markdown; what a comment does not hold is cut")
    .requiredOption("--marker <name>", "tells this comment from others of the same pull request")
    .addHelpText("after", "\nExample:\n  $ ./lgtm ci comment --pr 12 --file report.md --marker plan-prod")
    .action(runComment);
}

async function runComment({ pr, file, marker }: Options): Promise<void> {
  const markdown = readTextFile(file);
  const { url, isNew } = await keepComment(connectToGitHub(gitHubAccess()), { pullRequest: pr, marker, markdown });
  process.stdout.write(`${isNew ? "Written" : "Brought up to date"}: ${url}\n`);
}
