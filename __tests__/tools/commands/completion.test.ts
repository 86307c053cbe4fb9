import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../../tools/terminal/paths";
import { run } from "../../../tools/terminal/process";
import { hasBash } from "../../workflows/run-script";

async function lgtm(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(projectRoot, "lgtm"), ...args], { cwd: tmpdir() });
  return stdout;
}

const cases: readonly (readonly [what: string, words: readonly string[], expected: readonly string[]])[] = [
  ["commands, the hidden ones left out", ["d"], ["drift", "diagnose", "destroy", "dev", "doctor"]],
  ["no hidden command", ["c"], ["completion"]],
  ["layers", ["plan", "--layer", "6"], ["60-ecs"]],
  ["profiles", ["adopt", "--profile", "t"], ["target"]],
  ["options", ["plan", "--fix"], ["--fixtures"]],
  ["services", ["verify", "m"], ["mimir"]],
  ["subcommands", ["state", "re"], ["restore"]],
  ["shells", ["completion", ""], ["bash", "zsh", "fish"]],
];

test("commands, options and their values are completed", async () => {
  // All in one process: to load all commands takes a while.
  const script = `const { completionOf } = require("./tools/commands/complete");
    void completionOf().then(({ complete }) => {
      for (const words of ${JSON.stringify(cases.map(([, words]) => words))}) { complete(words); console.log("--"); }
    });`;
  const { stdout } = await run(process.execPath, ["--import", "tsx", "-e", script], { cwd: projectRoot });

  // The library's closing line begins with a colon; descriptions stand behind a tab.
  const found = stdout.split("--\n").map((text) => text.split("\n").filter((line) => /^[^:]/.test(line)));
  for (const [index, [what, , expected]] of cases.entries())
    expect([what, found[index]?.map((line) => line.split("\t")[0])]).toEqual([what, expected]);
});

test("a shell asks by ./lgtm complete", async () => {
  expect(await lgtm("complete", "--", "plan", "--fix")).toMatch(/^--fixtures\t.+\n:\d+\n$/);
});

// Skipped where there is no bash: it is the program that the script is for.
(hasBash ? test : test.skip)("the script of bash completes ./lgtm from any folder", async () => {
  // Of bash-completion, the script uses this function alone.
  const stand =
    '_get_comp_words_by_ref() { cur="${COMP_WORDS[COMP_CWORD]}"; words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }';
  const script = `${stand}
eval "$(cat)"
COMP_WORDS=(./lgtm plan --fixt); COMP_CWORD=2
__lgtm_complete 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"
complete -p lgtm`;
  const { stdout } = await run("bash", ["-c", script], {
    cwd: tmpdir(),
    input: await lgtm("completion", "bash"),
  });

  expect(stdout).toBe("--fixtures\ncomplete -F __lgtm_complete lgtm\n");
});

test.each(["zsh", "fish"])("the script of %s calls this checkout's launcher", async (shell) => {
  expect(await lgtm("completion", shell)).toContain(`'${join(projectRoot, "lgtm")}' complete --`);
});
