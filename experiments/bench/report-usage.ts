/**
 * Loaded into a measured Node process (`--import`): writes its own peak memory, and the seconds of processor time that it and
 * all that it waited for took, when it ends. The kernel counts them; nothing is polled.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

/** Processor seconds of all processes that this one waited for, theirs included; undefined where there is no /proc. */
function secondsOfChildren(): number | undefined {
  try {
    // What follows the name, which is in parentheses and may hold anything, begins with field 3 (proc_pid_stat(5)).
    const fields = readFileSync("/proc/self/stat", "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const ticks = Number(fields[16 - 3]) + Number(fields[17 - 3]);
    return ticks / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
  } catch {
    return undefined;
  }
}

const file = process.env.LGTM_BENCH_USAGE_FILE;
if (file !== undefined) {
  // What this process starts in turn would write over it.
  delete process.env.LGTM_BENCH_USAGE_FILE;
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const ofChildren = secondsOfChildren();
    const cpuSeconds = ofChildren === undefined ? undefined : (userCPUTime + systemCPUTime) / 1e6 + ofChildren;
    writeFileSync(file, JSON.stringify({ peakMiB: maxRSS / 1024, cpuSeconds }));
  });
}
