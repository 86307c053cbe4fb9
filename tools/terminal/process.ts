import { spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { UserError } from "./user-error";

/*
 * Ours, not execa's: version 10 of execa needs Node 22, and no version of it signals a whole process group, which is what ends
 * Terraform together with its provider.
 */

/** Ways in which a child takes an interrupt. */
export type OnInterrupt = "finish" | "releases locks" | "discard";

/** Options of a program's run. */
export interface RunOptions {
  /**
   * Working folder.
   * @default - the folder of this process
   */
  readonly cwd?: string;
  /**
   * The whole environment of the child; nothing is added to it.
   * @default - the environment of this process
   */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * File that gets the command line and all output, appended as it comes.
   * @default - none
   */
  readonly logFile?: string;
  /**
   * Seconds after which the child and its children are asked to stop, and killed `graceSeconds` later.
   * @default - no limit
   */
  readonly timeoutSeconds?: number;
  /**
   * Seconds between the request to stop and the kill after a timeout.
   * @default 10
   */
  readonly graceSeconds?: number;
  /**
   * True if the child writes to this process's streams and reads its input, instead of being captured.
   * @default false
   */
  readonly inherit?: boolean;
  /**
   * Text for the child's standard input: what must not be seen on a command line. It gets into no log.
   * @default - an empty input
   */
  readonly input?: string;
  /**
   * Called for each line of output, from either stream.
   * @default - not called
   */
  readonly onLine?: (line: string) => void;
  /**
   * Effect of an interrupt (Ctrl-C) on the child. It is asked to end in any case; `releases locks` says that waiting for
   * that matters, `discard` that its work can be thrown away (an install), so that it is killed after a moment.
   * @default "finish"
   */
  readonly onInterrupt?: OnInterrupt;
}

/** Result of a program. */
export interface RunResult {
  /** Exit code; 128 + signal number, as shells count it, when a signal ended it. */
  readonly code: number;
  /** The signal that ended it, if one did. */
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall-clock seconds. */
  readonly seconds: number;
  /** True if `timeoutSeconds` passed. */
  readonly timedOut: boolean;
}

/** Thrown by `run` when this process was asked to stop (Ctrl-C); commands end with exit code 130 on it. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

const signalNumbers: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGTERM: 15,
};
const children = new Map<ChildProcess, OnInterrupt>();
/** Milliseconds that a child whose work can be thrown away has to end by itself. */
const discardMs = 2000;
let interrupts = 0;
let installed = false;
const interruption = new AbortController();

/** Aborted once this process is asked to stop: whoever would start more work looks at it first. */
export const interruptSignal: AbortSignal = interruption.signal;

/**
 * Passes SIGINT, SIGTERM and SIGHUP on to every child. The first asks them to finish (Terraform then releases its
 * lock); the second is passed on too (Terraform then gives up what it does); the third kills them. This process itself
 * does not end here: the commands do when their children are gone.
 */
export function forwardSignals(): void {
  if (installed) return;
  installed = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      interrupts += 1;
      interruption.abort();
      process.stderr.write(interruptMessage(interrupts, [...children.values()]));
      // Terraform takes SIGINT and SIGTERM alike, but dies on SIGHUP with its lock held.
      signalChildren(interrupts > 2 ? "SIGKILL" : signal === "SIGHUP" ? "SIGTERM" : signal);
      setTimeout(killDiscardable, discardMs).unref();
    });
  }
  process.on("exit", () => {
    signalChildren("SIGKILL");
  });
}

/**
 * Says what an interrupt leads to.
 *
 * @param count how many there were
 * @param running the way in which each child that runs takes it
 */
function interruptMessage(count: number, running: readonly OnInterrupt[]): string {
  // What can be thrown away ends at once, and the command says so itself.
  if (running.every((way) => way === "discard")) return "";
  if (count === 1) {
    const end = running.includes("releases locks") ? "has released its locks" : "has ended";
    return `interrupted: waiting until what runs ${end} (again: it gives up its work)\n`;
  }
  return count === 2
    ? "interrupted again: what runs gives up its work (once more: it is killed)\n"
    : "killed what was running\n";
}

function signalChildren(signal: NodeJS.Signals): void {
  for (const child of children.keys()) signalGroup(child, signal);
}

function killDiscardable(): void {
  for (const [child, way] of children) if (way === "discard") signalGroup(child, "SIGKILL");
}

/** Signals the child's whole process group, which is its own: nothing that this process did not start is touched. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") child.kill(signal);
  }
}

/**
 * Runs a program to its end, without a shell, in a process group of its own.
 * @throws UserError (exit "missing") when the program cannot be started
 * @throws Interrupted when this process was asked to stop before or while it ran
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  forwardSignals();
  throwIfInterrupted();
  const started = performance.now();
  const log = openLog(options.logFile, [command, ...args]);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: options.inherit === true ? "inherit" : [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    detached: true,
    shell: false,
  });
  children.set(child, options.onInterrupt ?? "finish");
  writeInput(child, options.input);
  const clock = startClock(child, options);
  try {
    const [stdout, stderr, end] = await Promise.all([
      collect(child.stdout, log, options.onLine),
      collect(child.stderr, log, options.onLine),
      waitForEnd(child, command),
    ]);
    // Who was killed could not end what it had started, a Terraform's provider for one.
    if (end.signal !== undefined) signalGroup(child, "SIGKILL");
    return { ...end, stdout, stderr, seconds: (performance.now() - started) / 1000, timedOut: clock.timedOut() };
  } finally {
    clock.stop();
    children.delete(child);
    log?.end();
    throwIfInterrupted();
  }
}

function writeInput(child: ChildProcess, input: string | undefined): void {
  // A child that ends without reading closes the pipe; its exit code tells.
  child.stdin?.on("error", () => undefined);
  if (input !== undefined) child.stdin?.end(input);
}

/** Ends a command between two of its steps when this process was asked to stop. @throws Interrupted */
export function throwIfInterrupted(): void {
  if (interruptSignal.aborted) throw new Interrupted();
}

function openLog(file: string | undefined, commandLine: readonly string[]): WriteStream | undefined {
  if (file === undefined) return undefined;
  mkdirSync(dirname(file), { recursive: true });
  const log = createWriteStream(file, { flags: "a" });
  // A full disk must not end the command with a stack trace; the output is captured as well.
  log.on("error", () => undefined);
  log.write(`$ ${commandLine.join(" ")}\n`);
  return log;
}

interface Clock {
  timedOut(): boolean;
  stop(): void;
}

function startClock(child: ChildProcess, options: RunOptions): Clock {
  if (options.timeoutSeconds === undefined) return { timedOut: () => false, stop: () => undefined };
  const graceSeconds = options.graceSeconds ?? 10;
  let timedOut = false;
  let kill: NodeJS.Timeout | undefined;
  const ask = setTimeout(() => {
    timedOut = true;
    signalGroup(child, "SIGTERM");
    kill = setTimeout(() => {
      signalGroup(child, "SIGKILL");
    }, graceSeconds * 1000);
  }, options.timeoutSeconds * 1000);
  return {
    timedOut: () => timedOut,
    stop: () => {
      clearTimeout(ask);
      clearTimeout(kill);
    },
  };
}

async function collect(
  stream: NodeJS.ReadableStream | null,
  log: WriteStream | undefined,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  if (stream === null) return "";
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    lines.push(line);
    log?.write(`${line}\n`);
    onLine?.(line);
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

async function waitForEnd(child: ChildProcess, command: string): Promise<Pick<RunResult, "code" | "signal">> {
  return new Promise((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(notStarted(command, error));
    });
    child.once("exit", (code, signal) => {
      resolve({ code: code ?? 128 + (signalNumbers[signal ?? "SIGKILL"] ?? 0), signal: signal ?? undefined });
    });
  });
}

function notStarted(command: string, error: NodeJS.ErrnoException): Error {
  const absent = error.code === "ENOENT";
  return new UserError(
    {
      what: absent
        ? `The program ${command} was not found.`
        : `The program ${command} could not be started: ${error.message}`,
      mend: "run `./lgtm doctor`; it says what this machine lacks and how to get it",
      exit: "missing",
    },
    { cause: error },
  );
}
