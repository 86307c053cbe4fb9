import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { run, type RunResult } from "../../terminal/process";
import { UserError } from "../../terminal/user-error";
import type { ServiceProgram } from "../../../modules/services/service-image";

/** Result of a copy out of an image. */
export type ImageCopy = { readonly copied: true } | { readonly copied: false; readonly reason: string };

/** Seconds that pulling an image may take. */
const PULL_SECONDS = 900;

/**
 * Copies a service's program out of its official image into a folder: a container is created, never started, and removed.
 * The folder appears with all of it or not at all.
 * @param image the image with its tag
 * @param program what to copy
 * @param folder where to; must not exist yet
 */
export async function copyOutOfImage(
  image: string,
  program: ServiceProgram,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<ImageCopy> {
  if (process.platform !== "linux") return { copied: false, reason: "the images hold programs for Linux" };
  const engine = await docker(["version", "--format", "{{.Server.Version}}"], env, 30);
  if (engine?.code !== 0) return { copied: false, reason: "no Docker engine runs here" };
  const created = await docker(["create", "--pull", "missing", image], env, PULL_SECONDS);
  const container = created?.stdout.trim().split("\n").at(-1) ?? "";
  if (created?.code !== 0 || container === "") return { copied: false, reason: failure("docker create", created) };
  try {
    return await copyFrom(container, program, folder, env);
  } finally {
    await docker(["rm", "--volumes", container], env, 60);
  }
}

async function copyFrom(
  container: string,
  { name, path, home }: ServiceProgram,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<ImageCopy> {
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(join(dirname(folder), ".copy-"));
  try {
    const whole = join(draft, basename(folder));
    mkdirSync(whole);
    const sources =
      home === undefined
        ? [[path, join(whole, name)]]
        : [
            [`${home}/.`, whole],
            [path, join(whole, name)],
          ];
    for (const [source, target] of sources) {
      const copied = await docker(["cp", `${container}:${source ?? ""}`, target ?? ""], env, 300);
      if (copied?.code !== 0) return { copied: false, reason: failure("docker cp", copied) };
    }
    renameSync(whole, folder);
    return { copied: true };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function docker(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  timeoutSeconds: number,
): Promise<RunResult | undefined> {
  try {
    return await run("docker", args, { env, timeoutSeconds, graceSeconds: 5 });
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function failure(what: string, result: RunResult | undefined): string {
  const line = result?.stderr.trim().split("\n").at(-1) ?? "";
  return `${what} failed: ${line === "" ? `exit code ${result?.code ?? "unknown"}` : line}`;
}
