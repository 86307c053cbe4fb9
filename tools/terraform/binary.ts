import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { workFolder } from "../paths";
import { run } from "../process";
import { UserError } from "../user-error";
import { quietEnvironment } from "./environment";
import { parseVersion, satisfies } from "./version";

/** The release that is meant when none is installed: the one all tests run with. */
export const pinnedTerraformVersion = "1.11.4";

/** What `moved` blocks with instance keys and `terraform show -json` need; layers may ask for more. */
export const terraformConstraint = ">= 1.5.0, < 2.0.0";

/** A Terraform that was found. */
export interface TerraformBinary {
  /** Absolute path of the program. */
  readonly path: string;
  /** For example `1.11.4`. */
  readonly version: string;
  /** Where it was found, for people: `PATH` or the project's folder. */
  readonly foundIn: string;
}

/** Folder in which a downloaded release lies; git-ignored. */
export function downloadFolder(version: string = pinnedTerraformVersion): string {
  return join(workFolder, "terraform", version);
}

/**
 * Finds Terraform: on PATH first, then in the project's own folder, where a download would put it.
 * @param constraint what the layers accept, as in their `required_version`
 * @throws UserError (exit "missing") when none is there, or none at an accepted version
 */
export async function findTerraform(
  constraint: string = terraformConstraint,
  env: NodeJS.ProcessEnv = process.env,
): Promise<TerraformBinary> {
  const found: TerraformBinary[] = [];
  for (const { path, foundIn } of candidates(env)) {
    const version = await versionOf(path, env);
    if (version === undefined) continue;
    const binary = { path, version, foundIn };
    if (isAccepted(version, constraint)) return binary;
    found.push(binary);
  }
  throw notFound(found, constraint);
}

function candidates(env: NodeJS.ProcessEnv): readonly { path: string; foundIn: string }[] {
  const program = process.platform === "win32" ? "terraform.exe" : "terraform";
  const onPath = (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => ({ path: join(folder, program), foundIn: "PATH" }));
  const own = { path: join(downloadFolder(), program), foundIn: "the project's folder" };
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
