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
import { exitCodes } from "./exit-codes";
import { repairLifecycleConditions } from "./hcl";
import { readLayers, type Layer } from "./layers";
import { projectRoot, workFolder } from "./paths";
import { run } from "./process";
import { quietEnvironment } from "./terraform/environment";
import { UserError } from "./user-error";

/** What is synthesized, and where to. */
export interface SynthOptions {
  /** Absolute path of the output folder. */
  readonly outFolder: string;
  /**
   * Name of the profile.
   * @default - LGTM_PROFILE, then `activeProfile` of common.config.ts
   */
  readonly profile?: string | undefined;
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
  /** Told the lines that the app writes for people (the profile it works on). @default - standard error */
  readonly say?: (line: string) => void;
}

/** A finished synth. */
export interface Synthesized {
  readonly layers: readonly Layer[];
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
    const seconds = await runApp(options, draft);
    if (options.hclWith !== undefined) await finishHcl(draft, options.hclWith);
    bringUpToDate(draft, options.outFolder);
    return { layers: readLayers(options.outFolder), seconds };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function runApp(options: SynthOptions, draft: string): Promise<number> {
  const app = options.app ?? join(projectRoot, "main.ts");
  const env: NodeJS.ProcessEnv = { ...quietEnvironment(), CDKTF_OUTDIR: draft };
  if (options.profile !== undefined) env.LGTM_PROFILE = options.profile;
  // Set on purpose, or removed: a value left in the user's shell must not decide the form.
  if (options.hclWith === undefined) delete env.SYNTH_HCL_OUTPUT;
  else env.SYNTH_HCL_OUTPUT = "true";
  const result = await run(process.execPath, ["--import", "tsx", app], { cwd: projectRoot, env });
  if (result.code === exitCodes.badInput) throw new ConfigurationRefused(result.stderr);
  if (result.code !== 0) throw appFailed(app, result.stderr);
  const say = options.say ?? sayOnStderr;
  for (const line of result.stderr.split("\n").filter((text) => text.trim() !== "")) say(line);
  return result.seconds;
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

async function finishHcl(draft: string, terraform: string): Promise<void> {
  for (const layer of readLayers(draft)) {
    writeFileSync(layer.file, repairLifecycleConditions(readFileSync(layer.file, "utf8")));
  }
  const result = await run(terraform, ["fmt", "-no-color", "-recursive", draft], { env: quietEnvironment() });
  if (result.code === 0) return;
  throw new UserError({
    what: "`terraform fmt` cannot read the HCL that CDKTF wrote.",
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
