/**
 * The app that `npm run bench` measures: LGTM_BENCH_ENVIRONMENTS copies of the active profile, each with names of its own,
 * in one process. One app cannot hold two stacks of one name, so each environment is an app with an output folder of its
 * own below CDKTF_OUTDIR. Prints the seconds of each environment as JSON on standard output.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { resolveProfile } from "../../modules/config/profiles";
import { readReleases } from "../../modules/services/releases";
import { validateConfig } from "../../checks/validate";
import { buildPlatform } from "../../stacks/platform";

const count = Number(process.env.LGTM_BENCH_ENVIRONMENTS ?? 1);
const outFolder = process.env.CDKTF_OUTDIR ?? "cdktf.out";
const { name, config } = resolveProfile();

/** The same platform under another name. */
function copyOf(original: PlatformConfig, environment: string): PlatformConfig {
  return {
    ...original,
    environment,
    state: { ...original.state, keyPrefix: `lgtm-ecs/${environment}` },
    dataBucket: { ...original.dataBucket, name: `lgtm-data-${environment}` },
  };
}

function synthesizeOne(environment: string): number {
  const started = performance.now();
  const copy = copyOf(config, environment);
  validateConfig({ name, config: copy });
  const outdir = join(outFolder, environment);
  mkdirSync(outdir, { recursive: true });
  const app = new App({ outdir, skipValidation: true });
  buildPlatform(app, copy, readReleases(config.environment));
  app.synth();
  return (performance.now() - started) / 1000;
}

const seconds = Array.from({ length: count }, (_, index) => synthesizeOne(`bench${index}`));
console.log(JSON.stringify(seconds));
