/** Start, sharing and end of provider processes, with a stand-in for the provider's program: Linux and macOS. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProviders, reattachVariables } from "../../../tools/mock/provider-process";
import { projectRoot } from "../../../tools/terminal/paths";

const endpoint = "http://127.0.0.1:5000";
let folder: string;
let program: string;
let logFile: string;

/** A program that says like the provider how to reach it, and then waits. */
const waits =
  'trap \'\' INT TERM; echo started >&2; echo "  TF_REATTACH_PROVIDERS=\'{\\"aws\\":{\\"Pid\\":$$,\\"Folder\\":\\"$TMPDIR\\"}}\'"; while :; do sleep 0.1; done';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-test-"));
  program = write("provider", waits);
  logFile = join(folder, "logs", "provider.log");
});
afterEach(async () => {
  await endProviders(endpoint);
  rmSync(folder, { recursive: true });
});

function write(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

async function reattach(settings: unknown = {}, env: NodeJS.ProcessEnv = {}, mock = endpoint): Promise<Provider> {
  const all = { PATH: process.env.PATH, ...env };
  const options = { endpoint: mock, program, settings, env: all, logFile };
  const { TF_REATTACH_PROVIDERS: value } = await reattachVariables(options);
  return parse(value);
}

interface Provider {
  readonly Pid: number;
  readonly Folder: string;
}

function parse(value: string | undefined): Provider {
  return (JSON.parse(value ?? "") as { aws: Provider }).aws;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilGone(test: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 600 && test(); tries += 1) await sleep(50);
  return !test();
}

test("runs with the same settings share one process, also when they ask at the same time", async () => {
  const [first, second] = await Promise.all([reattach({ region: "a" }), reattach({ region: "a" })]);
  const third = await reattach({ region: "a" });

  expect(new Set([first.Pid, second.Pid, third.Pid]).size).toBe(1);
  expect(isRunning(first.Pid)).toBe(true);
});

test.each([
  ["other settings", { region: "b" }, {}],
  ["another environment", { region: "a" }, { AWS_REGION: "b" }],
])("%s get a process of their own", async (_case, settings, env) => {
  const first = await reattach({ region: "a" });
  const second = await reattach(settings, env);

  expect(second.Pid).not.toBe(first.Pid);
});

test("they end with their mock, and leave another mock's alone", async () => {
  const other = "http://127.0.0.1:5001";
  const [mine, theirs] = [await reattach(), await reattach({}, {}, other)];

  await endProviders(endpoint);

  expect([isRunning(mine.Pid), isRunning(theirs.Pid)]).toEqual([false, true]);
  expect([existsSync(mine.Folder), existsSync(theirs.Folder)]).toEqual([false, true]);
  await endProviders(other);
  expect(isRunning(theirs.Pid)).toBe(false);
});

test("one that has crashed is started anew for the next run", async () => {
  const first = await reattach();
  process.kill(first.Pid, "SIGKILL");
  await untilGone(() => existsSync(first.Folder));
  await sleep(100);

  const second = await reattach();

  expect(second.Pid).not.toBe(first.Pid);
  expect(isRunning(second.Pid)).toBe(true);
});

test("one that does not start is an error that shows what it wrote", async () => {
  program = write("broken", "echo 'no such thing' >&2; exit 1");

  await expect(reattach()).rejects.toMatchObject({ where: logFile, detail: "no such thing" });
});

test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)("it ends with its starter: %s", async (signal) => {
  // GIVEN a Node process that has started one
  const answer = join(folder, "answer");
  const script = join(folder, "starter.ts");
  const options = { endpoint, program, settings: {}, env: { PATH: process.env.PATH }, logFile };
  writeFileSync(
    script,
    `import { renameSync, writeFileSync } from "node:fs";
import { reattachVariables } from ${JSON.stringify(join(projectRoot, "tools", "mock", "provider-process"))};
void reattachVariables(${JSON.stringify(options)}).then(({ TF_REATTACH_PROVIDERS: value }) => {
  writeFileSync(${JSON.stringify(`${answer}.part`)}, value);
  renameSync(${JSON.stringify(`${answer}.part`)}, ${JSON.stringify(answer)});
  setInterval(() => undefined, 1000);
});
`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", script], { cwd: projectRoot, stdio: "ignore" });
  for (let tries = 0; tries < 1200 && !existsSync(answer); tries += 1) await sleep(50);
  const provider = parse(readFileSync(answer, "utf8"));
  expect(isRunning(provider.Pid)).toBe(true);
  // WHEN
  child.kill(signal);
  // THEN
  expect(await untilGone(() => isRunning(provider.Pid))).toBe(true);
  expect(await untilGone(() => existsSync(provider.Folder))).toBe(true);
});

test("it does not keep its starter from ending", async () => {
  const script = join(folder, "starter.ts");
  const options = { endpoint, program, settings: {}, env: { PATH: process.env.PATH }, logFile };
  writeFileSync(
    script,
    `import { reattachVariables } from ${JSON.stringify(join(projectRoot, "tools", "mock", "provider-process"))};
void reattachVariables(${JSON.stringify(options)});
`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", script], { cwd: projectRoot, stdio: "ignore" });

  const code = await new Promise((resolve) => child.once("exit", resolve));

  expect(code).toBe(0);
  expect(readFileSync(logFile, "utf8")).toContain("started");
});
