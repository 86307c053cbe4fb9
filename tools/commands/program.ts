import { Command } from "commander";
import { createRequire } from "node:module";
import { addCommand, commandNames } from "./command-list";

/** Loads a command's file when it is needed: a run needs one of them, and help stays quick. */
const load = createRequire(__filename);

/** Contract of the files in commands/ that are named like a command. */
interface CommandModule {
  readonly register: (program: Command) => void;
}

/** Commands that work with a broken common.config.ts: they look for what is wrong, or have nothing to do with it. */
const WITHOUT_CONFIG: ReadonlySet<string> = new Set([
  "doctor",
  "test",
  "lint",
  "completion",
  "complete",
  "ci comment",
  "ci drift-issues",
  "ci propose",
]);

/** Columns of help where the output is no terminal, and at most on a wide one. */
const HELP_WIDTH = { default: 80, most: 100 } as const;

/**
 * Builds the command line; nothing runs until it is given arguments.
 *
 * @param only the one command that is loaded with its options; the others are known by name @default - all are loaded
 */
export function buildProgram(only?: string): Command {
  const program = new Command("./lgtm")
    .usage("<command> [options]")
    // Inherited by every command that is added: commander would end the process by itself.
    .exitOverride()
    .helpCommand(false)
    // Options after `test` belong to jest.
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name(), helpWidth: helpWidth() })
    .showHelpAfterError("(`./lgtm --help` lists the commands, `./lgtm <command> --help` its options)")
    .hook("preAction", (_program, command) => {
      checkConfigFor(command);
    });
  for (const name of commandNames) {
    if (only === undefined || only === name) (load(`./${name}`) as CommandModule).register(program);
    else addCommand(program, name);
  }
  return program;
}

function helpWidth(): number {
  return process.stdout.isTTY ? Math.min(process.stdout.columns, HELP_WIDTH.most) : HELP_WIDTH.default;
}

/** Says in words what is wrong with common.config.ts, after the arguments were checked and before anything is done. */
function checkConfigFor(command: Command): void {
  if (WITHOUT_CONFIG.has(fullName(command))) return;
  const { checkConfigFile } = load("../layers/config-file") as typeof import("../layers/config-file");
  checkConfigFile();
}

/** `ci comment`: the command's name behind those of the commands that it belongs to. */
function fullName(command: Command): string {
  const { parent } = command;
  return parent?.parent == null ? command.name() : `${fullName(parent)} ${command.name()}`;
}
