import type { Command } from "commander";
import { createRequire } from "node:module";
import { join } from "node:path";
import { SERVICE_NAMES } from "../../modules/services/service-name";
import { layerIds } from "../state/layer-id";
import { projectRoot } from "../terminal/paths";
import { UserError } from "../terminal/user-error";
import { addCommand } from "./command-list";

/** Loads the command line itself when a shell asks: all commands, not this one alone. */
const load = createRequire(__filename);

/** Shells that the scripts are for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** Completion of command lines, as a shell asks for it. */
export interface Completion {
  /** Prints the script for a shell. */
  readonly printScript: (shell: Shell) => void;
  /** Prints the candidates for the last of the words. */
  readonly complete: (words: readonly string[]) => void;
}

/** Adds `./lgtm complete`, which the scripts of `./lgtm completion` call at the Tab key. */
export function register(program: Command): void {
  addCommand(program, "complete")
    .description("Prints the candidates for the last word of a command line; for the scripts of `./lgtm completion`.")
    .argument("[words...]")
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText("after", "\nExample:\n  $ ./lgtm complete -- plan --lay")
    .action(async (words: readonly string[]) => {
      const { complete } = await completionOf();
      complete(words);
    });
}

/** Builds the completion from the commands themselves, by the library @bomb.sh/tab. */
export async function completionOf(): Promise<Completion> {
  const { buildProgram } = load("./program") as typeof import("./program");
  const { RootCommand } = await import("@bomb.sh/tab");
  const root = new RootCommand();
  const values: ReadonlyMap<string, readonly string[]> = new Map([
    ["profile", profileNames()],
    ["layer", layerIds],
    ["service", SERVICE_NAMES],
    ["services", SERVICE_NAMES],
  ]);
  const offer = (names: readonly string[]) => (add: (value: string, description: string) => void) => {
    for (const name of names) add(name, "");
  };
  const describe = (command: Command, path: string): void => {
    const described = root.command(path, command.summary());
    const help = command.createHelp();
    for (const option of help.visibleOptions(command)) {
      const name = option.long?.replace(/^--/, "") ?? "";
      const takesValue = option.required || option.optional;
      // Without a function the library takes the option for one without a value.
      const offered = option.argChoices ?? values.get(name) ?? [];
      if (takesValue) described.option(name, option.description, offer(offered));
      else described.option(name, option.description);
    }
    for (const argument of command.registeredArguments) {
      const offered = argument.argChoices ?? values.get(argument.name()) ?? [];
      described.argument(argument.name(), offer(offered), argument.variadic);
    }
    for (const sub of help.visibleCommands(command)) describe(sub, `${path} ${sub.name()}`);
  };
  const program = buildProgram();
  for (const command of program.createHelp().visibleCommands(program)) describe(command, command.name());
  return {
    printScript: (shell) => {
      root.setup("lgtm", launcher(), shell);
    },
    complete: (words) => {
      root.parse([...words]);
    },
  };
}

/** Profiles of common.config.ts; none while that file is broken. */
function profileNames(): readonly string[] {
  try {
    const { profiles } = load("../../common.config") as typeof import("../../common.config");
    return Object.keys(profiles);
  } catch {
    return [];
  }
}

/** The launcher of this checkout, quoted: scripts call this one, whatever `./lgtm` the shell's folder holds. */
function launcher(): string {
  const path = join(projectRoot, "lgtm");
  if (/^[^'"$`\\\n]+$/.test(path)) return `'${path}'`;
  throw new UserError({
    what: "The path of this checkout holds a quote, $, ` or \\, which no script of all three shells can hold.",
    where: path,
    mend: "move the checkout to another folder",
    exit: "badInput",
  });
}
