import { copyFileSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { App } from "cdktf";
import { ConfigError } from "../modules/config/config-error";
import { type Profile, UnknownProfileError } from "../modules/config/profiles";

/** Exit code for a configuration that is refused; see tools/terminal/exit-codes.ts. */
const CONFIGURATION_REFUSED = 2;

/** Hashes of the AWS provider for all platforms; without it, the first `cdktf diff` would ask the registry for them. */
const PROVIDER_LOCK = join(__dirname, "../provider/terraform.lock.hcl");

/** A built app, not yet written. */
export interface Built {
  readonly app: App;
  readonly profile: Profile;
  /**
   * Throws a `ConfigError` if the platform would not work, though Terraform and AWS would take it.
   * @default - nothing more is checked
   */
  readonly refuseUnfit?: () => void;
}

/**
 * Builds the app and writes it. Says which profile it worked on. A configuration that is refused ends
 * the process with exit code 2 and its findings, before anything is written.
 *
 * @param build validates the configuration, then builds the app
 */
export function runSynthesis(build: () => Built): void {
  try {
    const { app, profile, refuseUnfit } = build();
    refuseInvalidTree(app);
    if (refuseUnfit !== undefined) refuseOrLeaveNothing(refuseUnfit, app.outdir);
    app.synth();
    copyProviderLock(app.outdir);
    console.log(`Synthesized profile "${profile.name}" (environment ${profile.config.environment}) to ${app.outdir}`);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof UnknownProfileError)) throw error;
    console.error(error.message);
    process.exitCode = CONFIGURATION_REFUSED;
  }
}

/** An app makes its output folders as soon as it is there; what is refused leaves none behind. */
function refuseOrLeaveNothing(refuse: () => void, outdir: string): void {
  try {
    refuse();
  } catch (error) {
    for (const folder of [join(outdir, "stacks"), outdir]) if (readdirSync(folder).length === 0) rmdirSync(folder);
    throw error;
  }
}

/** CDKTF's validations, all but the one that starts Terraform once a layer to ask for its version. */
function refuseInvalidTree(app: App): void {
  const errors = app.node.findAll().flatMap(({ node }) => node.validate().map((error) => `${node.path}: ${error}`));
  if (errors.length > 0) throw new Error(`The layers are not valid:\n${errors.join("\n")}`);
}

function copyProviderLock(outdir: string): void {
  const stacks = join(outdir, "stacks");
  for (const layer of readdirSync(stacks)) copyFileSync(PROVIDER_LOCK, join(stacks, layer, ".terraform.lock.hcl"));
}
