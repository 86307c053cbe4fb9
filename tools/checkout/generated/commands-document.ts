import { readFileSync } from "node:fs";
import { join } from "node:path";
import list from "../../terminal/commands.json";
import { exitCodes, exitMeanings } from "../../terminal/exit-codes";
import { projectRoot } from "../../terminal/paths";
import { replaceSection } from "./generated-section";

/** The document with the tables of commands and exit codes. */
export const COMMANDS = join(projectRoot, "docs/commands.md");

/** Makes docs/commands.md with the tables as the command line has them. */
export function commandsDocument(): string {
  const commands = list.groups.flatMap(({ title, commands }) =>
    Object.entries(commands).map(([name, summary]) => [title, code(`./lgtm ${name}`), summary]),
  );
  const codes = Object.entries(exitMeanings).map(([name, meaning]) => [String(exitCodes[name as ExitName]), meaning]);
  const former = Object.entries(list.moved).map(([name, now]) => [code(`./lgtm ${name}`), code(now)]);
  const sections: readonly (readonly [string, string])[] = [
    ["commands", markdownTable(["to", "command", "what it does"], commands)],
    ["exit codes", markdownTable(["code", "meaning"], codes)],
    ["former names", markdownTable(["before", "now"], former)],
  ];
  return sections.reduce(
    (document, [name, table]) => replaceSection(document, name, table),
    readFileSync(COMMANDS, "utf8"),
  );
}

type ExitName = keyof typeof exitCodes;

function code(text: string): string {
  return `\`${text}\``;
}

/** A table in the form that Prettier gives it, so that lint has nothing to say about it. */
function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = titles.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  return [line(titles), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
