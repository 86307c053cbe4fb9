import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "../terminal/paths";
import { UserError } from "../terminal/user-error";
import { endProviders } from "./provider-process";
import { ensureMockPython } from "./venv";

/** Options of a mock of AWS. */
export interface MockOptions {
  /** AWS region for those who work on the mock, as `environment` tells them. The mock itself serves all regions. */
  readonly region: string;
  /** Folder for `mock.log`; it is created. */
  readonly logDir: string;
  /**
   * True if the mock outlives this process, until `stop` or `attachMock(…).stop`.
   * @default false: it ends with this process, however that ends
   */
  readonly detached?: boolean;
  /**
   * Told what takes a while: installing the mock on first use.
   * @default - nobody
   */
  readonly report?: (line: string) => void;
  /**
   * Names of ECS services whose updates end as after a circuit breaker's rollback: steady, on the old task definition.
   * @default - none
   */
  readonly rollsBack?: readonly string[];
}

/** Record of a running mock: written by a command that leaves one behind. */
export interface MockRecord {
  readonly region: string;
  readonly port: number;
  readonly pid: number;
  /** Random word that only this mock answers with, so that a process that has its id or port by now is left alone. */
  readonly token: string;
}

/** A running mock of AWS. */
export interface Mock {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** For `attachMock`, later and in another process. */
  readonly record: MockRecord;
  /** Environment with which a child works on the mock instead of AWS; add it to a clean one. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends this mock and the providers that this process started for it; its AWS is gone with it. Safe to call twice. */
  stop(): Promise<void>;
}

const startSeconds = 60;
const stopSeconds = 5;
const pollMilliseconds = 50;

/**
 * Starts a mock of AWS on a free port of 127.0.0.1 and waits until it answers. The port is picked by the kernel for the
 * mock itself, so no other process can take it in between. The mock runs in a process group of its own: Ctrl-C in the
 * terminal does not reach it, who started it decides.
 * @throws UserError when the mock cannot be installed (exit "missing") or started (exit "failed")
 */
export async function startMock(options: MockOptions): Promise<Mock> {
  const python = await ensureMockPython(options.report);
  mkdirSync(options.logDir, { recursive: true });
  const logFile = join(options.logDir, "mock.log");
  const token = randomUUID();
  const child = launch(python, token, logFile, options);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      resolve();
    });
    child.once("error", () => {
      resolve();
    });
  });
  const ready = await untilReady(child, exited, logFile);
  const mock = describe({ region: options.region, token, ...ready }, () => endChild(child, exited));
  if (!(await isAlive(mock.record))) {
    await mock.stop();
    throw notStarted(logFile);
  }
  return mock;
}

/**
 * Finds a mock that an earlier command left running.
 * @returns undefined when it is gone; another process that has its port or id by now does not count
 */
export async function attachMock(record: MockRecord): Promise<Mock | undefined> {
  if (!(await isAlive(record))) return undefined;
  return describe(record, () => endRecorded(record));
}

function describe(record: MockRecord, end: () => Promise<void>): Mock {
  const url = `http://127.0.0.1:${record.port}`;
  const { port, pid } = record;
  const stop = async (): Promise<void> => {
    await endProviders(url);
    await end();
  };
  return { url, port, pid, record, environment: environmentFor(url, record.region), stop };
}

/** An IP endpoint makes the S3 backend, the remote-state reads and the provider use path style: nothing else is needed. */
function environmentFor(url: string, region: string): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: "mock",
    AWS_CONFIG_FILE: devNull,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL: url,
    // The provider tries a failing call 25 times unless told otherwise, which looks like a hang.
    AWS_MAX_ATTEMPTS: "3",
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: "mock",
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}

function launch(python: string, token: string, logFile: string, options: MockOptions): ChildProcess {
  const script = join(projectRoot, "tools", "mock", "lgtm_moto.py");
  const args = ["-I", script, "--ready-fd", "3", "--token", token];
  const log = openSync(logFile, "a");
  try {
    const detached = options.detached === true;
    const child = spawn(python, detached ? args : [...args, "--until-stdin-closes"], {
      env: serverEnvironment(options.rollsBack ?? []),
      stdio: [detached ? "ignore" : "pipe", log, log, "pipe"],
      detached: true,
    });
    // Neither the mock nor the pipe that ties it to this process keeps this process alive.
    child.unref();
    (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The whole environment of the mock: nothing of the user's AWS settings, no proxy, no Python settings. */
function serverEnvironment(rollsBack: readonly string[]): NodeJS.ProcessEnv {
  return {
    LANG: "C.UTF-8",
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    AWS_ACCESS_KEY_ID: "mock",
    AWS_CONFIG_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SECRET_ACCESS_KEY: "mock",
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    LGTM_MOCK_ROLLS_BACK: rollsBack.join(","),
    // Services reach running; without it waiting for steady state never ends.
    MOTO_ECS_SERVICE_RUNNING: "1",
    // The managed policies that roles are given, AmazonECSTaskExecutionRolePolicy among them.
    MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
  };
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<void>,
  logFile: string,
): Promise<Pick<MockRecord, "pid" | "port">> {
  const pipe = child.stdio[3] as Readable;
  const stopWaiting = new AbortController();
  try {
    const line = await Promise.race([
      firstLine(pipe),
      exited.then(() => undefined),
      sleep(startSeconds * 1000, undefined, { signal: stopWaiting.signal }),
    ]);
    if (line === undefined) throw notStarted(logFile);
    return JSON.parse(line) as Pick<MockRecord, "pid" | "port">;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    stopWaiting.abort();
    pipe.destroy();
  }
}

async function firstLine(pipe: Readable): Promise<string | undefined> {
  for await (const line of createInterface({ input: pipe })) return line;
  return undefined;
}

function notStarted(logFile: string): UserError {
  return new UserError({
    what: "The mock of AWS did not start.",
    where: logFile,
    mend: "read the lines below; if Python or moto is broken, remove .lgtm/venv and run the same command again",
    detail: readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10).join("\n"),
  });
}

/** Tests if the mock of this record, and not something else, answers on its port. */
async function isAlive(record: MockRecord): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(stopSeconds * 1000);
    const answer = await fetch(`http://127.0.0.1:${record.port}/_lgtm/identity`, { signal });
    const identity = (await answer.json()) as { pid?: unknown; token?: unknown };
    return identity.token === record.token && identity.pid === record.pid;
  } catch {
    return false;
  }
}

async function endChild(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), stopSeconds * 1000);
  await exited;
  clearTimeout(kill);
}

async function endRecorded(record: MockRecord): Promise<void> {
  for (let waited = 0; await isAlive(record); waited += pollMilliseconds) {
    signal(record.pid, waited < stopSeconds * 1000 ? "SIGTERM" : "SIGKILL");
    await sleep(pollMilliseconds);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
