import { Command } from "commander";

/**
 * Finds the name that a mistyped word is close to, by the rule that commander uses for commands; it exports none.
 *
 * @param word what was typed
 * @param names what could have been meant
 * @returns ` Did you mean 60-ecs?` for the end of a sentence, or nothing if no name is close
 */
export function didYouMean(word: string, names: readonly string[]): string {
  const program = new Command()
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeErr: () => undefined });
  for (const name of new Set(names)) program.command(name);
  try {
    program.parse([word], { from: "user" });
    return "";
  } catch (error) {
    const found = /\((Did you mean .*\?)\)/s.exec(error instanceof Error ? error.message : "")?.[1];
    return found === undefined ? "" : ` ${found}`;
  }
}
