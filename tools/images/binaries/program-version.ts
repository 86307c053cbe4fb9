import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../terminal/process";
import { UserError } from "../../terminal/user-error";
import type { ServiceProgram } from "./service-program";

/** `mimir`'s "Mimir, version 2.16.0 (…)", Alloy's "alloy, version v1.9.2 (…)", Grafana's "grafana version 12.4.0". */
const VERSION = /\bversion v?(\d+\.\d+\.\d+(?:-[\w.]+)?)/i;

/**
 * The version that a program says it has.
 * @param path absolute path of the program
 * @returns undefined when it does not run here or says nothing like a version
 */
export async function programVersion(path: string, { versionArguments }: ServiceProgram): Promise<string | undefined> {
  // Some libraries in the programs write a cache where they are, even when only the version is asked for.
  const folder = mkdtempSync(join(tmpdir(), "lgtm-version-"));
  try {
    const result = await run(path, versionArguments, { cwd: folder, env: {}, timeoutSeconds: 30, graceSeconds: 1 });
    return versionIn(`${result.stdout}\n${result.stderr}`);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The version in what a program printed. */
export function versionIn(output: string): string | undefined {
  return VERSION.exec(output)?.[1];
}
