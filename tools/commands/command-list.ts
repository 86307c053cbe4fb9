import type { Command } from "commander";
import list from "../terminal/commands.json";

/** Summaries of all commands, by name. commands.json holds them, since the file `lgtm` prints them before TypeScript can be loaded. */
const summaries: ReadonlyMap<string, string> = new Map([
  ...list.groups.flatMap(({ commands }) => Object.entries(commands)),
  ...Object.entries(list.hidden),
]);

/** Names of all commands, in the order in which help lists them; the hidden ones come last. */
export const commandNames: readonly string[] = [...summaries.keys()];

/**
 * Adds a command of commands.json to the command line, with its summary.
 *
 * @param name one of {@link commandNames}
 */
export function addCommand(program: Command, name: string): Command {
  const summary = summaries.get(name);
  if (summary === undefined) throw new Error(`commands.json has no command ${name}`);
  return program.command(name, { hidden: name in list.hidden }).summary(summary);
}
