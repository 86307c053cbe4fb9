import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { exitCodes } from "../terminal/exit-codes";
import { readBlockNames } from "./hcl/block-names";
import { jsonToHcl } from "./hcl/json-to-hcl";
import { readLayers, type Layer } from "./layers";
import { projectRoot, workFolder } from "../terminal/paths";
import { run } from "../terminal/process";
import { quietEnvironment } from "./environment";
import { UserError } from "../terminal/user-error";

/** Options of a synthesis. */
export interface SynthOptions {
  /** Absolute path of the output folder. */
  readonly outFolder: string;
  /**
   * Name of the profile.
   * @default - LGTM_PROFILE, then `activeProfile` of common.config.ts
   */
  readonly profile?: string | undefined;
  /**
   * File with the releases to deploy, instead of the committed one.
   * @default - LGTM_RELEASES, then releases.json
   */
  readonly releasesFile?: string | undefined;
  /**
   * Path of Terraform when the HCL form is wanted; it formats the files.
   * @default - the JSON form
   */
  readonly hclWith?: string | undefined;
  /**
   * The app to run.
   * @default - main.ts of the project
   */
  readonly app?: string | undefined;
  /** Told which profile the app worked on, and what else it has to say. @default - standard error */
  readonly say?: (line: string) => void;
}

/** A finished synth. */
export interface Synthesized {
  readonly layers: readonly Layer[];
  /** Name of the profile that the app worked on. */
  readonly profile: string;
  /** Seconds that the app took, without formatting. */
  readonly seconds: number;
}

/** The configuration was refused; the app has said why. */
export class ConfigurationRefused extends UserError {
  constructor(findings: string) {
    super({
      what: "The configuration was refused; nothing was written.",
      where: "common.config.ts",
      mend: "change what the findings name, then run the command again",
      detail: findings,
      exit: "badInput",
    });
  }
}

/**
 * Runs the app into a draft folder, then brings the output folder up to date: no file of the other form is left beside the
 * new one, stacks that are gone disappear, and `.terraform` folders stay so that the next init is quick. When the app
 * fails the output folder stays as it was.
 * @throws UserError when the configuration is refused (exit "badInput") or the app fails
 */
export async function synthesize(options: SynthOptions): Promise<Synthesized> {
  const parent = join(workFolder, "synth");
  mkdirSync(parent, { recursive: true });
  const draft = mkdtempSync(join(parent, "draft-"));
  try {
    const { profile, seconds } = await runApp(options, draft, "json");
    if (options.hclWith !== undefined) await turnIntoHcl(options, draft, options.hclWith);
    bringUpToDate(draft, options.outFolder);
    return { layers: readLayers(options.outFolder), profile, seconds };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

type Form = "json" | "hcl";

async function runApp(options: SynthOptions, draft: string, form: Form): Promise<{ profile: string; seconds: number }> {
  const app = options.app ?? join(projectRoot, "main.ts");
  const env: NodeJS.ProcessEnv = { ...quietEnvironment(), CDKTF_OUTDIR: draft };
  if (options.profile !== undefined) env.LGTM_PROFILE = options.profile;
  if (options.releasesFile !== undefined) env.LGTM_RELEASES = options.releasesFile;
  // Always set: a value left in the user's shell must not decide the form.
  env.SYNTH_HCL_OUTPUT = form === "hcl" ? "true" : "false";
  const result = await run(process.execPath, ["--import", "tsx", app], { cwd: projectRoot, env });
  if (result.code === exitCodes.badInput) throw new ConfigurationRefused(result.stderr);
  if (result.code !== 0) throw appFailed(app, result.stderr);
  const said = `${result.stderr}\n${result.stdout}`;
  return { profile: passOn(said, options.say ?? sayOnStderr), seconds: result.seconds };
}

/** Passes on what the app said; its closing line names the draft folder, so that one is said anew. Returns the profile. */
function passOn(said: string, say: (line: string) => void): string {
  let profile = "unknown";
  for (const line of said.split("\n").filter((text) => text.trim() !== "")) {
    const closing = /^Synthesized profile "([^"]+)"( \(environment [^)]*\))?/.exec(line);
    profile = closing?.[1] ?? profile;
    say(closing === null ? line : `Profile ${profile}${closing[2] ?? ""}`);
  }
  return profile;
}

function sayOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

function appFailed(app: string, stderr: string): UserError {
  const lines = stderr.trim().split("\n");
  return new UserError({
    what: "The app ended with an error before anything was written.",
    where: app,
    mend: "run `./lgtm lint`: it type-checks the sources; the error is below",
    detail: lines.slice(-25).join("\n"),
    exit: "failed",
  });
}

/**
 * Replaces the JSON of a draft by HCL of the same meaning. The app runs once more in CDKTF's own HCL mode, of whose
 * output only the manifest and the names of nested blocks are used.
 */
async function turnIntoHcl(options: SynthOptions, draft: string, terraform: string): Promise<void> {
  const inCdktfHcl = join(draft, "hcl");
  await runApp({ ...options, say: () => undefined }, inCdktfHcl, "hcl");
  const written = readLayers(draft);
  for (const layer of readLayers(inCdktfHcl)) {
    const json = written.find((other) => other.id === layer.id);
    if (json === undefined) throw new Error(`layer ${layer.id} is missing in the JSON form`);
    const hcl = jsonToHcl(readFileSync(json.file, "utf8"), readBlockNames(readFileSync(layer.file, "utf8")));
    writeFileSync(join(json.folder, "cdk.tf"), hcl);
    rmSync(json.file);
  }
  copyFileSync(join(inCdktfHcl, "manifest.json"), join(draft, "manifest.json"));
  rmSync(inCdktfHcl, { recursive: true });
  await format(draft, terraform);
}

async function format(folder: string, terraform: string): Promise<void> {
  const env = quietEnvironment();
  // Formatting needs no provider, and a configuration file that is not there is only a warning in the way.
  delete env.TF_CLI_CONFIG_FILE;
  const result = await run(terraform, ["fmt", "-no-color", "-recursive", folder], { env });
  if (result.code === 0) return;
  throw new UserError({
    what: "`terraform fmt` cannot read the HCL form of a layer.",
    mend: "use the JSON form (`./lgtm synth` without --hcl); the place is named below",
    detail: result.stderr,
  });
}

/** Files that a synth may write into a stack folder; only these are ever replaced or removed. */
const stackFiles: readonly string[] = ["cdk.tf.json", "cdk.tf", "metadata.json", ".terraform.lock.hcl"];

function bringUpToDate(draft: string, outFolder: string): void {
  const from = join(draft, "stacks");
  const to = join(outFolder, "stacks");
  mkdirSync(to, { recursive: true });
  const fresh = readdirSync(from);
  for (const stack of fresh) replaceStack(join(from, stack), join(to, stack));
  for (const stack of readdirSync(to).filter((name) => !fresh.includes(name))) removeStack(join(to, stack));
  copyFileSync(join(draft, "manifest.json"), join(outFolder, "manifest.json"));
}

function replaceStack(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of stackFiles) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
    else rmSync(join(to, name), { force: true });
  }
}

/** Removes what was synthesized and Terraform's working files; anything else, a local state above all, is not ours. */
function removeStack(folder: string): void {
  if (!statSync(folder).isDirectory()) return;
  for (const name of stackFiles) rmSync(join(folder, name), { force: true });
  const rest = readdirSync(folder).filter((name) => name !== ".terraform");
  if (rest.length === 0) rmSync(folder, { recursive: true, force: true });
}
