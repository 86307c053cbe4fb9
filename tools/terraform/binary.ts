import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../terminal/process";
import { UserError } from "../terminal/user-error";
import { checkProgram, downloadTerraform } from "./download";
import { quietEnvironment } from "../layers/environment";
import { downloadFolder, pinnedTerraformVersion, terraformProgram } from "./release";
import { parseVersion, satisfies } from "./version";

/** Oldest Terraform for `moved` blocks with instance keys and `terraform show -json`; layers may ask for a newer one. */
export const terraformConstraint = ">= 1.5.0, < 2.0.0";

/** A Terraform that was found. */
export interface TerraformBinary {
  /** Absolute path of the program. */
  readonly path: string;
  /** For example `1.11.4`. */
  readonly version: string;
  /** Place where it was found, for people: `PATH` or the project's folder. */
  readonly foundIn: string;
}

/**
 * Finds Terraform: on PATH first, then in the project's own folder, where a download would put it.
 * @param constraint what the layers accept, as in their `required_version`
 * @throws UserError (exit "missing") when none is there, none at an accepted version, or the downloaded one was altered
 */
export async function findTerraform(
  constraint: string = terraformConstraint,
  env: NodeJS.ProcessEnv = process.env,
): Promise<TerraformBinary> {
  const { accepted, refused } = await lookForTerraform(constraint, env);
  if (accepted !== undefined) return accepted;
  throw notFound(refused, constraint);
}

/** Options of the search for Terraform. */
export interface EnsureOptions {
  /** Versions that the layers accept. @default - `terraformConstraint` */
  readonly constraint?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Told of a download. @default - a line on standard error */
  readonly report?: (text: string) => void;
}

/**
 * Finds Terraform, or downloads the pinned release into the project's folder when none is there at an accepted version.
 * @throws UserError (exit "missing") when it cannot be downloaded, or the layers do not accept the pinned release
 */
export async function ensureTerraform(options: EnsureOptions = {}): Promise<TerraformBinary> {
  const { constraint = terraformConstraint, env = process.env, report = sayOnStderr } = options;
  const { accepted, refused } = await lookForTerraform(constraint, env);
  if (accepted !== undefined) return accepted;
  if (!isAccepted(pinnedTerraformVersion, constraint)) throw notFound(refused, constraint);
  const path = await downloadTerraform({ env, report });
  const version = await versionOf(path, env);
  if (version !== undefined) return { path, version, foundIn: projectFolder };
  throw new UserError({
    what: `The downloaded Terraform ${pinnedTerraformVersion} does not run on this machine.`,
    where: path,
    mend: `remove ${downloadFolder()} and run the command again; if that does not help, install Terraform yourself and put it on PATH`,
    exit: "missing",
  });
}

function sayOnStderr(text: string): void {
  process.stderr.write(`${text}\n`);
}

const projectFolder = "the project's folder";

interface Search {
  readonly accepted: TerraformBinary | undefined;
  /** Found before an accepted one, at versions that the layers do not accept. */
  readonly refused: readonly TerraformBinary[];
}

async function lookForTerraform(constraint: string, env: NodeJS.ProcessEnv): Promise<Search> {
  const refused: TerraformBinary[] = [];
  for (const { path, foundIn } of candidates(env)) {
    // What is on PATH is the user's own choice; what was downloaded must still be what was downloaded.
    if (foundIn === projectFolder) await checkProgram(path);
    const version = await versionOf(path, env);
    if (version === undefined) continue;
    const binary = { path, version, foundIn };
    if (isAccepted(version, constraint)) return { accepted: binary, refused };
    refused.push(binary);
  }
  return { accepted: undefined, refused };
}

function candidates(env: NodeJS.ProcessEnv): readonly { path: string; foundIn: string }[] {
  const onPath = (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => ({ path: join(folder, terraformProgram), foundIn: "PATH" }));
  const own = { path: join(downloadFolder(), terraformProgram), foundIn: projectFolder };
  return [...onPath, own].filter(({ path }) => isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

async function versionOf(path: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const result = await run(path, ["version", "-json"], { env: quietEnvironment(env), timeoutSeconds: 30 });
  return /"terraform_version":\s*"([^"]+)"/.exec(result.stdout)?.[1];
}

function isAccepted(version: string, constraint: string): boolean {
  const parsed = parseVersion(version);
  return parsed !== undefined && satisfies(parsed, constraint);
}

function notFound(found: readonly TerraformBinary[], constraint: string): UserError {
  const seen = found.map((binary) => `${binary.version} (${binary.path})`).join(", ");
  return new UserError({
    what:
      found.length === 0
        ? "Terraform is not installed."
        : `Terraform ${seen} is here, but the layers accept only versions ${constraint}.`,
    mend:
      `install Terraform ${pinnedTerraformVersion} from ` +
      `https://developer.hashicorp.com/terraform/install and put it on PATH, or unpack it into ${downloadFolder()}`,
    exit: "missing",
  });
}
