import { CommanderError, type Command } from "commander";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProgram } from "../../tools/commands/program";
import { commandNames } from "../../tools/commands/command-list";
import list from "../../tools/terminal/commands.json";
import { exitCodes } from "../../tools/terminal/exit-codes";
import { projectRoot } from "../../tools/terminal/paths";
import { run, type RunResult } from "../../tools/terminal/process";
import { UserError } from "../../tools/terminal/user-error";

/** All commands with their subcommands, by the words that call them. */
function allCommands(parent: Command, words = ""): readonly (readonly [string, Command])[] {
  return parent.commands.flatMap((command) => {
    const own = `${words}${command.name()}`;
    return [[own, command] as const, ...allCommands(command, `${own} `)];
  });
}

/** An error as it is printed, and the exit code. */
interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** Runs a command in this process, up to the error that it ends with. */
async function refusalOf(...args: string[]): Promise<Refusal> {
  let text = "";
  const program = buildProgram(args[0] ?? "");
  for (const command of [program, ...allCommands(program).map(([, one]) => one)])
    command.configureOutput({ writeErr: (part) => (text += part) });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return { code: exitCodes.badInput, text };
    if (error instanceof UserError) return { code: error.exitCode, text: error.render() };
    throw error;
  }
  throw new Error(`not refused: ${args.join(" ")}`);
}

describe("the list of commands", () => {
  const listed = list.groups.flatMap(({ commands }) => Object.keys(commands));

  test("has at most 19 in the help, each once, and no former name of one that is there", () => {
    expect(listed.length).toBeLessThanOrEqual(19);
    expect(new Set(commandNames).size).toBe(commandNames.length);
    expect(commandNames.filter((name) => name in list.moved)).toEqual([]);
  });

  test("is what the command line has", () => {
    const program = buildProgram();
    const visible = program.createHelp().visibleCommands(program);
    expect(program.commands.map((command) => command.name())).toEqual(commandNames);
    expect(visible.map((command) => command.name())).toEqual(listed);
  });

  test("every command has a one-line summary, and an example in its help", () => {
    for (const [words, command] of allCommands(buildProgram())) {
      let help = "";
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect([words, command.summary()]).toEqual([words, expect.stringMatching(/^.{10,60}$/)]);
      expect(help).toMatch(new RegExp(`Example:\\n  \\$ \\./lgtm ${words}\\b`));
    }
  });

  test("what a former name points to exists", () => {
    const known = allCommands(buildProgram()).map(([words]) => `./lgtm ${words}`);
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    known.push(...Object.keys(scripts).map((name) => `npm run ${name}`));
    for (const now of Object.values(list.moved)) expect(known).toContain(now.replace(/ --.*$/, ""));
  });

  test("only the command that was asked for is loaded with its options", () => {
    const loaded = buildProgram("plan").commands.filter(({ options }) => options.length > 0);
    expect(loaded.map((command) => command.name())).toEqual(["plan"]);
  });
});

test.each([
  ["a command", ["aplpy"], "Did you mean apply?"],
  ["a subcommand", ["ci", "propse"], "Did you mean propose?"],
  ["a subcommand beside a layer", ["state", "backpu"], "Did you mean backup?"],
  ["an option", ["adopt", "--laeyr", "60"], "Did you mean --layer?"],
  ["a layer", ["adopt", "--layer", "esc"], "Did you mean ecs?"],
  ["a service", ["diagnose", "mimri"], "Did you mean mimir?"],
])("%s that is mistyped ends with 2 and suggests the near one", async (_what, args, suggestion) => {
  const { code, text } = await refusalOf(...args);

  expect(code).toBe(exitCodes.badInput);
  expect(text).toMatch(/^error: /);
  expect(text).toContain(suggestion);
});

test("a name that is near nothing is refused without a suggestion", async () => {
  expect((await refusalOf("plan", "--layer", "kubernetes")).text).not.toContain("Did you mean");
});

const HASH = "0".repeat(64);

test.each([
  ["an unknown layer", ["plan", "--layer", "70"], "70"],
  ["a manifest that is not there", ["apply", "--manifest", "absent.json", "--sha256", HASH], "no such manifest"],
  ["a hash that is none", ["apply", "--manifest", "m.json", "--sha256", "abc"], "64 hexadecimal digits"],
  ["an unknown commit", ["plan", "--changed-since", "no-such-ref"], "no commit no-such-ref"],
  ["another phrase", ["plan", "--destroy", "--confirm", "destroy all"], "destroy prod"],
  ["rules that are not there", ["smoke", "--rules", "absent.json"], "absent.json"],
  ["an option that lacks its value", ["plan", "--html"], "needs the name of a file"],
  ["options that go with another", ["plan", "--confirm", "destroy prod"], "--destroy"],
  ["options that exclude each other", ["plan", "--fixtures", "--out", "plans"], "cannot be used with"],
  ["a plan that is none", ["plan", "--show", "package.json"], "package.json"],
  ["an address that is none", ["smoke", "--url", "nonsense"], "http"],
  ["an unknown run", ["dev", "--resume", "no-such-run"], "no-such-run"],
])("%s: said before anything asks for credentials", async (_what, args, said) => {
  const { code, text } = await refusalOf(...args);

  expect([exitCodes.badInput, exitCodes.negative]).toContain(code);
  expect(text).toContain(said);
  expect(text).not.toContain("credentials");
});

describe("without credentials", () => {
  const before = { ...process.env };
  beforeEach(() => {
    const kept = Object.entries(before).filter(([name]) => !name.startsWith("AWS_"));
    process.env = { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: "true", HOME: "/nonexistent" };
  });
  afterEach(() => {
    process.env = { ...before };
  });

  test.each(["adopt", "plan", "drift", "state"])("%s says so once, before it plans anything", async (command) => {
    const { code, text } = await refusalOf(command);

    expect(code).toBe(exitCodes.missing);
    expect(text.match(/^error: /gm)).toHaveLength(1);
    expect(text).toContain("credentials");
  });
});

test("an unknown profile ends with 2 and lists the known ones", async () => {
  const { code, text } = await refusalOf("verify", "--profile", "nope");

  expect(code).toBe(exitCodes.badInput);
  expect(text).toContain("baseline");
});

describe("GIVEN a broken common.config.ts", () => {
  let folder: string;
  let good: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lgtm-broken-"));
    const files = ["lgtm", "package.json", "package-lock.json", ".nvmrc", "tsconfig.json", "releases.json", "main.ts"];
    const folders = ["tools", "modules", "stacks", "checks", "provider"];
    for (const name of [...files, ...folders]) cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    good = readFileSync(join(projectRoot, "common.config.ts"), "utf8");
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function lgtm(...args: string[]): Promise<RunResult> {
    const env = { PATH: process.env.PATH, HOME: tmpdir() };
    return run(process.execPath, ["lgtm", ...args], { cwd: folder, env });
  }

  test("a command ends with 2 and says what and where; help works", async () => {
    writeFileSync(join(folder, "common.config.ts"), `${good}const x = = 3;\n`);
    const [synth, help] = [await lgtm("synth"), await lgtm("plan", "--help")];

    const line = good.split("\n").length;
    const said = `^error: common.config.ts cannot be loaded: Unexpected "="\n  where: common.config.ts:${line}:\\d+\n  fix: .*\n$`;
    expect(synth.code).toBe(exitCodes.badInput);
    expect(synth.stderr).toMatch(new RegExp(said));
    expect(help).toMatchObject({ code: 0, stderr: "" });
  });

  test("no command's options need it, and doctor reports it", async () => {
    writeFileSync(join(folder, "common.config.ts"), 'throw new Error("boom");\n');
    // Loads all commands in one process.
    const all = await lgtm("complete", "--", "plan", "--pro");
    const doctor = await lgtm("doctor", "--json");

    expect(all).toMatchObject({ code: 0, stdout: expect.stringContaining("--profile") as string });
    const findings = JSON.parse(doctor.stdout) as { name: string; status: string; found: string }[];
    expect(findings.find(({ name }) => name === "common.config.ts")).toMatchObject({ status: "lacking" });
    expect(findings.find(({ name }) => name === "tempo program")?.found).toContain("common.config.ts cannot be loaded");
    expect(doctor.code).toBe(exitCodes.missing);
  });

  test("a workflow can still comment that its plan failed", async () => {
    writeFileSync(join(folder, "common.config.ts"), 'throw new Error("boom");\n');
    const { code, stderr } = await lgtm("ci", "comment", "--pr", "1", "--file", "package.json", "--marker", "x");

    expect(code).toBe(exitCodes.badInput);
    expect(stderr).toContain("GITHUB_TOKEN");
  });
});
