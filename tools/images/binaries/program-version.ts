import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../terminal/process";
import { UserError } from "../../terminal/user-error";
import type { ServiceProgram } from "../../../modules/services/service-image";

/**
 * The version that a program says it has.
 * @param path absolute path of the program
 * @returns undefined when it does not run here or says nothing like a version
 */
export async function programVersion(path: string, { version }: ServiceProgram): Promise<string | undefined> {
  // Some libraries in the programs write a cache where they are, even when only the version is asked for.
  const folder = mkdtempSync(join(tmpdir(), "lgtm-version-"));
  try {
    const result = await run(path, version.arguments, { cwd: folder, env: {}, timeoutSeconds: 30, graceSeconds: 1 });
    return versionIn(`${result.stdout}\n${result.stderr}`, version.pattern);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The version in what a program printed.
 * @param output all that it printed
 * @param pattern its first group is the version
 */
export function versionIn(output: string, pattern: RegExp): string | undefined {
  return pattern.exec(output)?.[1];
}
