import { copyFileSync, existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { ConfigError } from "../modules/config/config-error";
import { type Profile, UnknownProfileError } from "../modules/config/profiles";

/** Exit code for a configuration that is refused; see tools/terminal/exit-codes.ts. */
const CONFIGURATION_REFUSED = 2;

/** Hashes of the AWS provider for all platforms; without it, the first `cdktf diff` would ask the registry for them. */
const PROVIDER_LOCK = join(__dirname, "../provider/terraform.lock.hcl");

/** The output folder cannot be made. */
class OutputFolderError extends Error {
  /**
   * @param folder the folder
   * @param cause the file system's error
   */
  constructor(folder: string, cause: Error) {
    super(
      `The output folder ${folder} cannot be made: ${cause.message}.\n` +
        "fix: create the folder that it lies in, or name another one in CDKTF_OUTDIR",
      { cause },
    );
    this.name = "OutputFolderError";
  }
}

/**
 * Opens an app that writes to the folder that CDKTF_OUTDIR names, `cdktf.out` by default. An app makes its folder at once;
 * if nothing was written into it when the process ends, it goes again.
 *
 * @throws OutputFolderError if the folder cannot be made
 */
export function openApp(): App {
  const { CDKTF_OUTDIR: outdir = "cdktf.out" } = process.env;
  const isNew = !existsSync(outdir);
  // CDKTF's own validations run after the first stacks are written; writeLayers runs them before.
  const app = makeApp(outdir);
  if (isNew) {
    process.once("exit", () => {
      removeIfEmpty([join(outdir, "stacks"), outdir]);
    });
  }
  return app;
}

/**
 * Writes the layers of an app, each with the provider's lock file, and says which profile they are of.
 *
 * @param app the built app
 * @param profile its profile
 * @throws Error before anything is written, if CDKTF would refuse a layer
 */
export function writeLayers(app: App, { name, config }: Profile): void {
  refuseInvalidTree(app);
  app.synth();
  const stacks = join(app.outdir, "stacks");
  for (const layer of readdirSync(stacks)) copyFileSync(PROVIDER_LOCK, join(stacks, layer, ".terraform.lock.hcl"));
  console.log(`Synthesized profile "${name}" (environment ${config.environment}) to ${app.outdir}`);
}

/**
 * Ends the process with exit code 2 and the words of a refusal; throws any other error again.
 *
 * @param error the error that ended the synthesis
 */
export function endRefused(error: unknown): void {
  const isRefusal = [ConfigError, UnknownProfileError, OutputFolderError].some((kind) => error instanceof kind);
  if (!isRefusal) throw error;
  console.error((error as Error).message);
  process.exitCode = CONFIGURATION_REFUSED;
}

function makeApp(outdir: string): App {
  try {
    return new App({ outdir, skipValidation: true });
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new OutputFolderError(outdir, error);
  }
}

function removeIfEmpty(folders: readonly string[]): void {
  for (const folder of folders) if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** CDKTF's validations, all but the one that starts Terraform once a layer to ask for its version. */
function refuseInvalidTree(app: App): void {
  const errors = app.node.findAll().flatMap(({ node }) => node.validate().map((error) => `${node.path}: ${error}`));
  if (errors.length > 0) throw new Error(`The layers are not valid:\n${errors.join("\n")}`);
}
