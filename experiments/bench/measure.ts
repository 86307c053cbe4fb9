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
  readonly stdout: string;
}

const usageSchema = z.object({ peakMiB: z.number() });

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
  const usageFile = join(folder, "usage.json");
  try {
    const env = {
      ...quietEnvironment(),
      CDKTF_OUTDIR: join(folder, "out"),
      LGTM_BENCH_USAGE_FILE: usageFile,
      ...variables,
    };
    const usage = join(__dirname, "report-usage.ts");
    const result = await run(process.execPath, ["--import", "tsx", "--import", usage, app], { cwd: projectRoot, env });
    if (result.code !== 0) throw failed(app, result.stderr);
    const { peakMiB } = usageSchema.parse(JSON.parse(readFileSync(usageFile, "utf8")));
    return { seconds: result.seconds, peakMiB, stdout: result.stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failed(app: string, stderr: string): UserError {
  return new UserError({
    what: "A synth that was to be measured failed.",
    where: app,
    mend: "run `./lgtm synth`; it gives the reason",
    detail: stderr.trim().split("\n").slice(-15).join("\n"),
  });
}
