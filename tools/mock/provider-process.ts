import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../terminal/user-error";

/** Key by which a provider process is chosen for a Terraform run. */
export interface ProviderProcessOptions {
  /** URL of the mock; the process ends with it. */
  readonly endpoint: string;
  /** Absolute path of the provider's program. */
  readonly program: string;
  /** Settings of the `provider` block. Runs share a process only if they are the same, since it keeps one configuration. */
  readonly settings: unknown;
  /** The whole environment of the Terraform run; the provider takes endpoint, keys and region from it. */
  readonly env: NodeJS.ProcessEnv;
  /** File that gets what the provider writes. */
  readonly logFile: string;
}

interface ProviderProcess {
  /** Endpoint of the mock that it works on. */
  readonly endpoint: string;
  /** Value of TF_REATTACH_PROVIDERS. */
  readonly reattach: Promise<string>;
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
}

const startSeconds = 120;

/** Provider processes that this process has started, by what they were started for. */
const running = new Map<string, ProviderProcess>();

/**
 * Gives the variable by which Terraform uses a running provider instead of starting one, and starts that provider if none
 * runs for these settings. Most of the time of a plan is the start of the provider, so one serves all runs of a command. It
 * ends with `endProviders`, or with this process, however that ends.
 *
 * Terraform holds a running provider against no lock file, so this is for the mock alone.
 * @throws UserError when the provider does not start
 */
export async function reattachVariables(options: ProviderProcessOptions): Promise<Readonly<Record<string, string>>> {
  const { endpoint, program, settings, env } = options;
  const key = JSON.stringify([endpoint, program, settings, Object.entries(env).sort()]);
  let provider = running.get(key);
  if (provider === undefined) {
    provider = start(options);
    running.set(key, provider);
    void provider.exited.then(() => running.delete(key));
  }
  return { TF_REATTACH_PROVIDERS: await provider.reattach };
}

/** Ends the provider processes that work on a mock. Whoever ends the mock calls it. */
export async function endProviders(endpoint: string): Promise<void> {
  const ended = [...running.values()].filter((provider) => provider.endpoint === endpoint);
  await Promise.all(
    ended.map(async ({ child, exited }) => {
      child.ref();
      child.stdin?.destroy();
      await exited;
    }),
  );
}

/**
 * Runs the provider, and kills it when standard input closes: the kernel closes it when the process that holds the other end
 * has ended, whatever ended it. The provider keeps nothing that a kill could damage. Its folder goes with it.
 */
const untilInputCloses = `
exec 3<&0
"$1" -debug </dev/null 3<&- & provider=$!
{ read -r _ <&3; kill -KILL "$provider"; } & watcher=$!
wait "$provider"
kill "$watcher" 2>/dev/null
rm -rf "$2"
`;

function start({ endpoint, program, env, logFile }: ProviderProcessOptions): ProviderProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  // For its socket. Not in the run's folder: the path of a socket has at most 104 bytes on macOS.
  const folder = mkdtempSync(join(tmpdir(), "lgtm-provider-"));
  const log = openSync(logFile, "a");
  try {
    const child = spawn("/bin/sh", ["-c", untilInputCloses, "provider", program, folder], {
      env: { ...quietLogs(withoutAuthorities(env)), TMPDIR: folder },
      stdio: ["pipe", "pipe", log],
      // Not in the terminal's group: Ctrl-C leaves it to Terraform to end its work first.
      detached: true,
    });
    const exited = new Promise<void>((resolve) => {
      child.once("exit", () => {
        resolve();
      });
      child.once("error", () => {
        resolve();
      });
    });
    // Nothing of it keeps this process alive.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as Socket | null)?.unref();
    child.stdin?.on("error", () => undefined);
    const reattach = untilReady(child, exited, logFile);
    // Whoever asked first hears of a failure by its own await.
    reattach.catch(() => child.stdin?.destroy());
    return { endpoint, child, exited, reattach };
  } finally {
    closeSync(log);
  }
}

/** A provider in this mode traces each step that it takes (24,000 lines a plan) unless told otherwise. */
/**
 * Leaves out AWS_CA_BUNDLE: the mock speaks plain HTTP, and a provider that is configured a second time refuses it ("unable to
 * add custom RootCAs HTTPClient", seen with 5.100.0).
 */
function withoutAuthorities(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== "AWS_CA_BUNDLE"));
}

function quietLogs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env.TF_LOG === undefined ? { ...env, TF_LOG_SDK: "off", TF_LOG_PROVIDER: "off" } : env;
}

async function untilReady(child: ChildProcess, exited: Promise<void>, logFile: string): Promise<string> {
  const waiting = new AbortController();
  try {
    const reattach = await Promise.race([
      announced(child),
      exited.then(() => undefined),
      sleep(startSeconds * 1000, undefined, { signal: waiting.signal }),
    ]);
    if (reattach !== undefined) return reattach;
  } finally {
    waiting.abort();
  }
  throw new UserError({
    what: "The AWS provider that serves the mock did not start.",
    where: logFile,
    mend: "read its last lines below, then run the same command again",
    detail: readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-10).join("\n"),
  });
}

/** Waits for the line in which the provider says how to reach it, and lets the rest of its output pass. */
async function announced(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined;
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve) => {
    lines.on("line", (line) => {
      const value = /TF_REATTACH_PROVIDERS='(.*)'/.exec(line)?.[1];
      if (value !== undefined) resolve(value);
    });
    lines.once("close", () => {
      resolve(undefined);
    });
  });
}
