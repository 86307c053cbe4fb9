import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The project's root folder; every path of the tools starts here, so commands work from any folder. */
export const projectRoot = join(__dirname, "../..");

/** The git-ignored folder for all that the commands make on this machine. */
export const workFolder = join(projectRoot, ".lgtm");

/** Folder into which `./lgtm synth` and plain `cdktf synth` write (cdktf.json: output). */
export const defaultOutFolder = join(projectRoot, "cdktf.out");

const runsKept = 5;

/**
 * Makes a folder of its own for one run of a command: `.lgtm/<command>/<time>-<process id>`. Two runs side by side never
 * share one. Older runs of the same command are removed, except the newest five and those that still run.
 */
export function makeRunFolder(command: string, now: Date = new Date(), parent: string = workFolder): string {
  const folder = join(parent, command);
  mkdirSync(folder, { recursive: true });
  removeOldRuns(folder);
  const stamp = now.toISOString().replace(/[-:]/g, "").slice(0, 15);
  for (let attempt = 0; ; attempt += 1) {
    const run = join(folder, `${stamp}-${process.pid}${attempt === 0 ? "" : `-${attempt}`}`);
    // Not recursive: an existing folder is an error, which is what keeps two runs apart.
    if (tryMakeFolder(run)) {
      writeFileSync(join(run, ".pid"), `${process.pid}\n`);
      return run;
    }
  }
}

function tryMakeFolder(path: string): boolean {
  try {
    // Plans and states lie in it, which hold secrets.
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function removeOldRuns(folder: string): void {
  const runs = readdirSync(folder).sort().reverse();
  for (const name of runs.slice(runsKept - 1)) {
    const run = join(folder, name);
    if (!isRunning(run)) rmSync(run, { recursive: true, force: true });
  }
}

/** Tests if the process that made the run folder is still there. A folder without a process id counts as finished. */
function isRunning(run: string): boolean {
  try {
    const id = Number(readFileSync(join(run, ".pid"), "utf8"));
    return id > 0 && process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
