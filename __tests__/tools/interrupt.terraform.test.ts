import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { projectRoot } from "../../tools/terminal/paths";

jest.setTimeout(300_000);

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

function processes(): readonly Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // The name in parentheses may hold anything; what follows it is state and parent.
      const [state = "", parent = "0"] = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return [{ pid: Number(name), parent: Number(parent), state }];
    } catch {
      return [];
    }
  });
}

function descendantsOf(pid: number): readonly number[] {
  const all = processes();
  const children = (parent: number): number[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one.pid, ...children(one.pid)]);
  return children(pid);
}

function stillRunning(pids: readonly number[]): readonly number[] {
  return processes()
    .filter(({ pid, state }) => pids.includes(pid) && state !== "Z")
    .map(({ pid }) => pid);
}

/** The mock, a terraform for each of the two layers and at least one provider: a tree that is worth interrupting. */
async function whenAtLeast(count: number, list: () => readonly number[]): Promise<readonly number[]> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = list();
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`fewer than ${count} processes were started`);
}

const onLinux = process.platform === "linux" ? test : test.skip;

// Skipped elsewhere: without /proc there is no list of the processes that were started.
onLinux("Ctrl-C in the middle of a plan leaves no process, and ends with 130", async () => {
  const args = ["lgtm", "adopt", "--fixtures", "--layer", "01-vpc,15-s3"];
  const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const lines: string[] = [];
  let started: readonly number[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (started.length === 0 && /^01-vpc\s+plan$/.test(line)) {
      started = await whenAtLeast(4, () => descendantsOf(child.pid ?? -1));
      child.kill("SIGINT");
    }
  }

  expect(await ended).toBe(130);
  expect(stillRunning(started)).toEqual([]);
  expect(lines.at(-1)).toBe("interrupted: what was started has ended, nothing is left running");
});
