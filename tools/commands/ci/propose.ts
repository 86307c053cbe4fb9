import { InvalidArgumentError, type Command } from "commander";
import { relative, resolve } from "node:path";
import { connectToGitHub, gitHubAccess } from "../../delivery/github/client";
import { propose } from "../../delivery/github/propose";
import { projectRoot } from "../../terminal/paths";
import { readTextFile } from "../../terminal/read-text-file";
import { UserError } from "../../terminal/user-error";

interface Options {
  readonly file: string;
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** Adds `./lgtm ci propose`, which opens a pull request with a changed file. */
export function registerPropose(ci: Command): void {
  ci.command("propose")
    .summary("open a pull request with one changed file")
    .description(
      "Commits one file of this checkout to a branch on GitHub and opens a pull request, or brings the one of an earlier try up to " +
        "date. Needs GITHUB_TOKEN, GITHUB_REPOSITORY and GITHUB_SHA, as a workflow has them; no Git credentials.",
    )
    .requiredOption("--file <file>", "the changed file")
    .requiredOption("--branch <name>", "branch that is made for it", readBranch)
    .option("--base <name>", "branch that it goes into", "main")
    .requiredOption("--title <text>", "title of the pull request, and message of the commit")
    .option("--body <markdown>", "text of the pull request", "")
    .addHelpText(
      "after",
      '\nExample:\n  $ ./lgtm ci propose --file releases.json --branch release/tempo --title "Release tempo 2.9.0"',
    )
    .action(runPropose);
}

async function runPropose(options: Options): Promise<void> {
  const { GITHUB_SHA: commit = "" } = process.env;
  if (commit === "") {
    throw new UserError({
      what: "Not set: GITHUB_SHA, the commit that the file was changed on.",
      where: "environment",
      mend: "in a workflow it is always set; elsewhere set it to `git rev-parse HEAD`",
      exit: "badInput",
    });
  }
  const path = relative(projectRoot, resolve(options.file));
  const content = readTextFile(options.file);
  const url = await propose(connectToGitHub(gitHubAccess()), { ...options, path, content, commit });
  process.stdout.write(url === undefined ? "The file is as it was: nothing to propose.\n" : `${url}\n`);
}

function readBranch(value: string): string {
  if (!/^[\w][\w./-]*$/.test(value)) throw new InvalidArgumentError("It must be letters, digits, `.`, `-`, `_`, `/`.");
  return value;
}
