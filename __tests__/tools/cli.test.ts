import { exitMeanings } from "../../tools/terminal/exit-codes";
import { projectRoot } from "../../tools/terminal/paths";
import { buildProgram } from "../../tools/cli";
import { run, type RunResult } from "../../tools/terminal/process";

/** The real launcher, as a user starts it. */
function lgtm(...args: string[]): Promise<RunResult> {
  return run(process.execPath, ["lgtm", ...args], { cwd: projectRoot });
}

test("every command has a one-line summary, and an example in its help", () => {
  for (const command of buildProgram().commands) {
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(command.summary()).toMatch(/^.{10,60}$/);
    expect(help).toMatch(new RegExp(`Example:\\n  \\$ \\./lgtm ${command.name()}`));
  }
});

test("alone it lists the commands, one line each, and the exit codes", async () => {
  const { code, stdout } = await lgtm();

  expect(code).toBe(0);
  for (const command of buildProgram().commands) {
    expect(stdout.split("\n").filter((line) => line.startsWith(`  ${command.name()} `))).toHaveLength(1);
    expect(stdout).toContain(command.summary());
  }
  for (const meaning of Object.values(exitMeanings)) expect(stdout).toContain(meaning);
});

test("an unknown command or option ends with 2 and no stack trace", async () => {
  const results = await Promise.all([lgtm("aplpy"), lgtm("adopt", "--sideways"), lgtm("bench", "--runs", "0")]);

  expect(results.map(({ code }) => code)).toEqual([2, 2, 2]);
  for (const { stderr } of results) {
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/^\s+at /m);
  }
});

test("an unknown profile ends with 2 and lists the known ones", async () => {
  const { code, stderr } = await lgtm("synth", "--profile", "nope", "--out", "/nonexistent/never-written");

  expect(code).toBe(2);
  expect(stderr).toContain("baseline");
  expect(stderr).not.toMatch(/^\s+at /m);
});
