/**
 * Loaded into a measured Node process (`--import`): writes its own peak memory and the seconds of processor time when it
 * ends. The kernel counts them; nothing is polled.
 */
import { writeFileSync } from "node:fs";

const file = process.env.LGTM_BENCH_USAGE_FILE;
if (file !== undefined) {
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeFileSync(file, JSON.stringify({ peakMiB: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }));
  });
}
