import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { projectRoot } from "../../tools/terminal/paths";
import { run, type RunResult } from "../../tools/terminal/process";

/** A project of its own: the launcher, a stand-in for npm that records its calls, for tsx and for tools/cli.ts. */
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  copyFileSync(join(projectRoot, "lgtm"), join(folder, "lgtm"));
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
  const result = await launch();

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

  const result = await launch();

  expect(npmCalls()).toBe("npm ci --no-audit --no-fund\n");
  expect(result.stderr).toContain(reason);
});

test("an install that fails ends with 5 and says what to do", async () => {
  const result = await launch({ NPM_EXIT: "1" });

  expect(result.code).toBe(5);
  expect(result.stderr).toContain('error: "npm ci" failed (exit code 1)');
  expect(result.stderr).toContain("to do:");
});

test("a Node that is too old ends with 5 before anything else", async () => {
  write("old.cjs", "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });");

  const result = await run(process.execPath, ["--require", join(folder, "old.cjs"), join(folder, "lgtm")]);

  expect(result.code).toBe(5);
  expect(result.stderr).toContain("Node 18.20.0 is too old");
  expect(npmCalls()).toBe("");
});
