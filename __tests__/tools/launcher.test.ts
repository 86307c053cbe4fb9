import { spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "../../tools/terminal/paths";
import { run, type RunResult } from "../../tools/terminal/process";

/** A project of its own: the launcher, a stand-in for npm that records its calls, for tsx and for tools/cli.ts. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  mkdirSync(join(folder, "tools/terminal"), { recursive: true });
  for (const file of ["lgtm", "package.json", "tools/terminal/commands.json", "tools/terminal/exit-codes.json"])
    copyFileSync(join(projectRoot, file), join(folder, file));
  write("tools/cli.ts", "exports.main = (args) => { console.log(JSON.stringify(args)); process.exitCode = 7; };");
  write(
    "package-lock.json",
    lock({ "node_modules/a": { version: "1.0.0" }, "node_modules/mac": { version: "1.0.0", optional: true } }),
  );
  write("bin/npm", '#!/bin/sh\necho "npm $*" >> "$(dirname "$0")/../npm-calls"\nexit ${NPM_EXIT:-0}\n');
  chmodSync(join(folder, "bin/npm"), 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function lock(packages: Record<string, object>): string {
  return JSON.stringify({ packages: { "": {}, ...packages } });
}

function install(version = "1.0.0"): void {
  write("node_modules/.package-lock.json", lock({ "node_modules/a": { version } }));
  write("node_modules/a/package.json", "{}");
  write("node_modules/tsx/package.json", JSON.stringify({ exports: { "./cjs/api": "./api.cjs" } }));
  write(
    "node_modules/tsx/api.cjs",
    'exports.register = () => { require.extensions[".ts"] = require.extensions[".js"]; };',
  );
}

function launch(env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<RunResult> {
  const path = [join(folder, "bin"), process.env.PATH ?? ""].join(delimiter);
  return run(process.execPath, [join(folder, "lgtm"), ...args], { cwd: tmpdir(), env: { PATH: path, ...env } });
}

function npmCalls(): string {
  try {
    return readFileSync(join(folder, "npm-calls"), "utf8");
  } catch {
    return "";
  }
}

test("where only tests need a package and NPM_CONFIG_OMIT leaves it out, it is not missed; elsewhere it is", async () => {
  write(
    "package-lock.json",
    lock({ "node_modules/a": { version: "1.0.0" }, "node_modules/jest": { version: "1.0.0", dev: true } }),
  );
  install();

  await launch({ NPM_CONFIG_OMIT: "optional dev" }, "plan");
  expect(npmCalls()).toBe("");

  await launch({}, "plan");
  expect(npmCalls()).toContain("npm ci");
});

test("hands over at once when everything is installed: same arguments, same exit code", async () => {
  install();

  const result = await launch({}, "plan", "--x", "a b");

  expect(result).toMatchObject({ code: 7, stdout: '["plan","--x","a b"]\n', stderr: "" });
  expect(npmCalls()).toBe("");
});

test("a fresh clone: says that it installs, and why, and does so once", async () => {
  const result = await launch({}, "doctor");

  expect(npmCalls()).toBe("npm ci --no-audit --no-fund\n");
  expect(result.stderr).toContain('the packages are not installed yet; running "npm ci"');
});

test.each([
  [
    "another version is installed",
    () => {
      install("0.9.0");
    },
    "differ from package-lock.json",
  ],
  [
    "npm did not finish",
    () => {
      install();
      rmSync(join(folder, "node_modules/.package-lock.json"));
    },
    "incomplete",
  ],
  [
    "a package's folder is gone",
    () => {
      install();
      rmSync(join(folder, "node_modules/a"), { recursive: true });
    },
    "node_modules/a is gone",
  ],
])("installs when %s", async (_case, prepare, reason) => {
  prepare();

  const result = await launch({}, "doctor");

  expect(npmCalls()).toBe("npm ci --no-audit --no-fund\n");
  expect(result.stderr).toContain(reason);
});

test("an install that fails ends with 5 and says what to do", async () => {
  const result = await launch({ NPM_EXIT: "1" }, "doctor");

  expect(result.code).toBe(5);
  expect(result.stderr).toContain('error: "npm ci" failed (exit code 1)');
  expect(result.stderr).toContain("fix:");
});

test("a Node that is too old ends with 5 before anything else", async () => {
  write("old.cjs", "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });");

  const result = await run(process.execPath, ["--require", join(folder, "old.cjs"), join(folder, "lgtm")]);

  expect(result.code).toBe(5);
  expect(result.stderr).toContain("Node 18.20.0 is too old");
  expect(npmCalls()).toBe("");
});

describe("GIVEN a fresh clone WHEN it is asked for help or version THEN it answers and installs nothing", () => {
  test.each([[[]], [["--help"]], [["-h"]], [["help"]]])("%j", async (args) => {
    const { code, stdout } = await launch({}, ...args);

    expect(code).toBe(0);
    expect(stdout).toContain("Usage: ./lgtm <command>");
    expect(stdout).toMatch(/^Run here:\n {2}rehearse /m);
    expect(stdout).toMatch(/^ {2}130 {2}interrupted/m);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(npmCalls()).toBe("");
  });

  test.each([[["--version"]], [["-V"]]])("%j", async (args) => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { version: string };
    expect(await launch({}, ...args)).toMatchObject({ code: 0, stdout: `lgtm ${version}\n` });
    expect(npmCalls()).toBe("");
  });

  test.each([[["plan", "--help"]], [["help", "plan"]], [["plan", "--layer", "60", "-h"]]])("%j", async (args) => {
    const { code, stdout } = await launch({}, ...args);

    expect(code).toBe(0);
    expect(stdout).toContain("Usage: ./lgtm plan [options]\n\nplan layers for approval");
    expect(stdout).toContain("npm ci");
    expect(npmCalls()).toBe("");
  });

  test("nor for a shell that completes a line", async () => {
    expect(await launch({}, "complete", "--", "pl")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(npmCalls()).toBe("");
  });

  test("nor for a mistyped command", async () => {
    const { code, stderr } = await launch({}, "aplpy");
    expect(code).toBe(2);
    expect(stderr).toMatch(/unknown command 'aplpy'\n {2}fix: name one of synth, .*apply/);
    expect(npmCalls()).toBe("");
  });
});

test("help of a command is the command's own once the packages are there, by --help and by help", async () => {
  install();

  expect((await launch({}, "plan", "--help")).stdout).toBe('["plan","--help"]\n');
  expect((await launch({}, "help", "plan")).stdout).toBe('["plan","--help"]\n');
});

describe("a former name says where the command went and ends with 2", () => {
  test.each([
    [["report", "plan.json"], "./lgtm plan --show FILE"],
    [["preflight"], "./lgtm doctor --account"],
    [["rehearse", "--keep", "--live"], "./lgtm dev --once"],
    [["bench"], "npm run bench"],
  ])("%j", async (args, now) => {
    const { code, stderr } = await launch({}, ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(`is now \`${now}\``);
    expect(npmCalls()).toBe("");
  });

  test("rehearse without --live is no former name", async () => {
    install();
    expect((await launch({}, "rehearse")).code).toBe(7);
  });
});

describe("GIVEN an install at work", () => {
  /** npm and a program that npm started; both write their process ids, and neither ends by itself. */
  const endless = (trap: string): string =>
    `#!/bin/bash\n${trap}\nmkdir -p node_modules; echo '{"packages":{}}' > node_modules/.package-lock.json\n` +
    "sleep 300 & echo $! > child-pid; echo $$ > npm-pid\necho 'npm says something'\nwhile :; do sleep 1; done\n";

  async function interrupt(signal: NodeJS.Signals, trap: string): Promise<{ code: number | null; stderr: string }> {
    write("bin/npm", endless(trap));
    const child = spawn(process.execPath, [join(folder, "lgtm"), "doctor"], {
      cwd: tmpdir(),
      env: { PATH: [join(folder, "bin"), process.env.PATH ?? ""].join(delimiter) },
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    await until(() => existsSync(join(folder, "npm-pid")) && stderr.includes("npm says something"));
    child.kill(signal);
    return { code: await ended, stderr };
  }

  test.each([
    ["SIGINT", "npm ends by itself", "trap 'exit 1' INT TERM"],
    ["SIGTERM", "npm ends by itself", "trap 'exit 1' INT TERM"],
    ["SIGINT", "npm does not listen", "trap '' INT TERM"],
  ] as const)("WHEN %s comes and %s THEN npm and what it started end, with 130", async (signal, _case, trap) => {
    const { code, stderr } = await interrupt(signal, trap);

    expect(code).toBe(130);
    expect(stderr).toContain("lgtm: interrupted");
    expect(stderr).not.toMatch(/lock(?!\.json)/);
    for (const name of ["npm-pid", "child-pid"]) {
      const pid = Number(readFileSync(join(folder, name), "utf8"));
      await until(() => !isAlive(pid));
    }
    // The next run takes what is there for incomplete.
    expect(existsSync(join(folder, "node_modules/.package-lock.json"))).toBe(false);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(50);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
