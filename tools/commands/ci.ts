import type { Command } from "commander";
import { registerComment } from "./ci/comment";
import { registerDeployments } from "./ci/deployments";
import { registerDriftIssues } from "./ci/drift-issues";
import { registerImages } from "./ci/images";
import { registerPropose } from "./ci/propose";
import { addCommand } from "./command-list";

/** Adds `./lgtm ci`, the steps of the GitHub workflows that a person seldom runs. */
export function register(program: Command): void {
  const ci = addCommand(program, "ci")
    .usage("<command> [options]")
    .description("Steps of the GitHub workflows.")
    .helpCommand(false)
    .addHelpText("after", "\nExample:\n  $ ./lgtm ci deployments --json");
  for (const add of [registerDeployments, registerImages, registerComment, registerDriftIssues, registerPropose])
    add(ci);
}
