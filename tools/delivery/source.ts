import { projectRoot } from "../terminal/paths";
import { run } from "../terminal/process";

/** Version of the sources that are planned or applied. */
export interface Source {
  /** Full hash, or `unknown` outside a Git checkout. */
  readonly commit: string;
  /** True if tracked files differ from the commit; true where it is unknown. Plans in a folder of the checkout do not count. */
  readonly dirty: boolean;
}

/** The commit of this checkout. */
export async function currentSource(): Promise<Source> {
  const commit = await git("rev-parse", "HEAD");
  if (commit === undefined) return { commit: "unknown", dirty: true };
  const changed = await git("status", "--porcelain", "--untracked-files=no");
  return { commit: commit.trim(), dirty: changed?.trim() !== "" };
}

async function git(...args: readonly string[]): Promise<string | undefined> {
  try {
    const { code, stdout } = await run("git", args, { cwd: projectRoot });
    return code === 0 ? stdout : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "UserError") return undefined;
    throw error;
  }
}
