import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { projectRoot } from "../../tools/terminal/paths";

/** A finished run of `./lgtm`. */
export interface LgtmRun {
  readonly code: number | null;
  readonly stdout: string;
  /** Lines of standard error, in order. */
  readonly lines: readonly string[];
}

/** How `./lgtm` is run. */
export interface LgtmRunOptions {
  /** Added to the environment of the tests. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called for each line of standard error as it comes, with the process's id. */
  readonly onLine?: (line: string, pid: number) => void;
}

/** Runs `./lgtm` as a user does, as a process of its own. */
export async function runLgtm(args: readonly string[], options: LgtmRunOptions = {}): Promise<LgtmRun> {
  const child = spawn(process.execPath, ["lgtm", ...args], {
    cwd: projectRoot,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    options.onLine?.(line, child.pid ?? -1);
  }
  return { code: await ended, stdout, lines };
}
