import { readFileSync } from "node:fs";
import { COMMANDS, commandsDocument } from "../../../../tools/checkout/generated/commands-document";
import list from "../../../../tools/terminal/commands.json";
import { exitMeanings } from "../../../../tools/terminal/exit-codes";

test("docs/commands.md has the commands, exit codes and former names that there are (else: ./lgtm generated)", () => {
  const document = readFileSync(COMMANDS, "utf8");

  expect(document).toBe(commandsDocument());
  for (const summary of list.groups.flatMap(({ commands }) => Object.values(commands)))
    expect(document).toContain(summary);
  for (const meaning of Object.values(exitMeanings)) expect(document).toContain(`| ${meaning}`);
  for (const name of Object.keys(list.moved)) expect(document).toContain(`| \`./lgtm ${name}\``);
});
