import { Argument, type Command } from "commander";
import { addCommand } from "./command-list";
import { completionOf, SHELLS, type Shell } from "./complete";

/** Adds `./lgtm completion`, which prints the script by which a shell completes command lines of `./lgtm`. */
export function register(program: Command): void {
  addCommand(program, "completion")
    .description(
      "Prints a script for your shell. With it, the Tab key completes commands, options, profiles, layers and services behind " +
        "`./lgtm`. In bash it needs the package bash-completion.",
    )
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm completion bash > ~/.lgtm-completion && echo '. ~/.lgtm-completion' >> ~/.bashrc\n" +
        "  $ ./lgtm completion zsh > ~/.lgtm-completion && echo '. ~/.lgtm-completion' >> ~/.zshrc\n" +
        "  $ ./lgtm completion fish > ~/.config/fish/completions/lgtm.fish",
    )
    .action(async (shell: Shell) => {
      const { printScript } = await completionOf();
      printScript(shell);
    });
}
