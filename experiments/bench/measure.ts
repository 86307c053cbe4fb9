import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { projectRoot } from "../../tools/terminal/paths";
import { run } from "../../tools/terminal/process";
import { quietEnvironment } from "../../tools/layers/environment";
import { UserError } from "../../tools/terminal/user-error";

/** One run of a Node program with tsx. */
export interface Measurement {
  /** Wall-clock seconds, start of the process included. */
  readonly seconds: number;
  /** Highest resident memory of the process in MiB, as the kernel counted it. */
  readonly peakMiB: number;
  /** Processor seconds of the process and of all that it started and waited for; undefined where there is no /proc. */
  readonly cpuSeconds: number | undefined;
  readonly stdout: string;
}

const usageSchema = z.object({ peakMiB: z.number(), cpuSeconds: z.number().optional() });

/**
 * Runs an app that synthesizes, as `cdktf synth` runs it, into a throw-away folder.
 * @param app absolute path of the app
 * @param variables further variables of the environment
 * @throws UserError when it fails
 */
export async function measureSynth(
  app: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-bench-"));
  try {
    return await measure([app], { ...quietEnvironment(), CDKTF_OUTDIR: join(folder, "out"), ...variables });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs `./lgtm` with these arguments.
 * @param env the whole environment
 * @throws UserError when it fails
 */
export async function measureCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Measurement> {
  return measure([join(projectRoot, "lgtm"), ...args], env);
}

async function measure(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "lgtm-usage-"));
  const usageFile = join(folder, "usage.json");
  const usage = join(__dirname, "report-usage.ts");
  try {
    const result = await run(process.execPath, ["--import", "tsx", "--import", usage, ...args], {
      cwd: projectRoot,
      env: { ...env, LGTM_BENCH_USAGE_FILE: usageFile },
    });
    if (result.code !== 0) throw failed(args, result.stderr);
    const { peakMiB, cpuSeconds } = usageSchema.parse(JSON.parse(readFileSync(usageFile, "utf8")));
    return { seconds: result.seconds, peakMiB, cpuSeconds, stdout: result.stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failed(args: readonly string[], stderr: string): UserError {
  return new UserError({
    what: "A run that was to be measured failed.",
    where: args.join(" "),
    mend: "run it by itself (an app by `./lgtm synth`); it gives the reason",
    detail: stderr.trim().split("\n").slice(-15).join("\n"),
  });
}
