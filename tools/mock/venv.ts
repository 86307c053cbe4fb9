import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot, workFolder } from "../terminal/paths";
import { run, throwIfInterrupted, type RunResult } from "../terminal/process";
import { withSignOfLife } from "../terminal/progress";
import { UserError } from "../terminal/user-error";

/** Places of the mock's Python; only tests need other values than the defaults. */
export interface MockPythonOptions {
  /**
   * The virtual environment.
   * @default ".lgtm/venv" of the project
   */
  readonly folder?: string;
  /**
   * The Python that makes it, 3.11 or newer.
   * @default "python3"
   */
  readonly python?: string;
  /**
   * Requirements file for pip.
   * @default "tools/mock/requirements.txt"
   */
  readonly requirements?: string;
  /**
   * Purpose, in messages.
   * @default - the mock of AWS
   */
  readonly tool?: PythonTool;
}

/** Purpose of a Python environment, in words. */
export interface PythonTool {
  /** `the mock of AWS` */
  readonly name: string;
  /** Name of the package that pip installs: `moto`. */
  readonly packages: string;
}

const mock: PythonTool = { name: "the mock of AWS", packages: "moto" };

/** moto's dependencies at the pinned versions ask for it. */
const oldestPython = [3, 11] as const;
const makingMark = ".making-";
const stampName = ".requirements-sha256";
const installSeconds = 600;
const lockPollMilliseconds = 500;
/** Longer than any process takes from making the lock file to writing its id into it. */
const writeSeconds = 10;
const again = "then run the same command again";

/**
 * Gives the Python that runs the mock, and first makes the virtual environment for it when there is none for today's
 * requirements; instant otherwise. It is made under another name and renamed when complete, so that an interrupted
 * installation is never taken for a whole one; processes that ask at the same time wait for the one that works.
 * @param report told, line by line, what is being done when it takes time
 * @returns path of the Python program
 * @throws UserError (exit "missing") when python3, its venv module or the package index is missing
 */
export async function ensureMockPython(
  report: (line: string) => void = () => undefined,
  options: MockPythonOptions = {},
): Promise<string> {
  const folder = options.folder ?? join(workFolder, "venv");
  const tool = options.tool ?? mock;
  const requirements = options.requirements ?? join(projectRoot, "tools", "mock", "requirements.txt");
  const stamp = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (!isComplete(folder, stamp)) {
    mkdirSync(dirname(folder), { recursive: true });
    const release = await takeLock(`${folder}.lock`, tool, report);
    try {
      // Whoever held the lock before may have done the work.
      if (!isComplete(folder, stamp)) {
        await make({ folder, requirements, stamp, python: options.python ?? "python3", tool }, report);
      }
    } finally {
      release();
    }
  }
  return pythonOf(folder);
}

function pythonOf(folder: string): string {
  return join(folder, "bin", "python");
}

/** The stamp is written last, and the link to Python is looked through: it dangles once that Python is uninstalled. */
function isComplete(folder: string, stamp: string): boolean {
  const file = join(folder, stampName);
  return existsSync(pythonOf(folder)) && existsSync(file) && readFileSync(file, "utf8").trim() === stamp;
}

interface Plan {
  readonly folder: string;
  readonly requirements: string;
  readonly stamp: string;
  readonly python: string;
  readonly tool: PythonTool;
}

async function make(plan: Plan, report: (line: string) => void): Promise<void> {
  await checkPython(plan);
  const parent = dirname(plan.folder);
  removeUnfinished(plan.folder);
  const making = mkdtempSync(`${plan.folder}${makingMark}${process.pid}-`);
  const { name, packages } = plan.tool;
  const logFile = join(parent, `${basename(plan.folder)}.log`);
  try {
    report(`Making a Python environment for ${name} in ${plan.folder} (once)`);
    const discarded = { env: pythonEnvironment(), logFile, onInterrupt: "discard" } as const;
    const made = await run(plan.python, ["-m", "venv", making], discarded);
    if (made.code !== 0) throw noVenv(made, logFile);
    report(`Installing ${packages} into it (half a minute, from pip's package index)`);
    const install = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-r", plan.requirements];
    const timeoutSeconds = installSeconds;
    const installing = run(pythonOf(making), install, { ...discarded, timeoutSeconds });
    const installed = await withSignOfLife(report, "pip is installing", installing);
    if (installed.code !== 0) throw notInstalled(installed, plan, logFile);
    writeFileSync(join(making, stampName), `${plan.stamp}\n`);
    // Only its scripts know the folder's name, and nothing calls those: `bin/python` finds its packages wherever it is.
    rmSync(plan.folder, { recursive: true, force: true });
    renameSync(making, plan.folder);
    report(`The Python environment for ${name} is ready`);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Removes what killed processes left half-made, by the process id in the name. */
function removeUnfinished(folder: string): void {
  const parent = dirname(folder);
  const prefix = `${basename(folder)}${makingMark}`;
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** The user's environment (proxies, pip's settings) without what would mix another Python's packages in. */
function pythonEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  delete environment.PYTHONHOME;
  delete environment.PYTHONPATH;
  return environment;
}

async function checkPython({ python, tool: { name } }: Plan): Promise<void> {
  const mend = `install Python ${oldestPython.join(".")} or newer (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python), ${again}`;
  const asked = await askVersion(python, name, mend);
  const [major = 0, minor = 0] = asked.stdout.trim().split(".").map(Number);
  if (asked.code === 0 && (major > oldestPython[0] || (major === oldestPython[0] && minor >= oldestPython[1]))) return;
  throw new UserError({
    what:
      asked.code === 0
        ? `What runs ${name} needs Python ${oldestPython.join(".")} or newer; ${python} is ${asked.stdout.trim()}.`
        : `${python}, which runs ${name}, does not work.`,
    mend,
    exit: "missing",
    detail: asked.stderr,
  });
}

async function askVersion(python: string, name: string, mend: string): Promise<RunResult> {
  const program = "import sys; print('%d.%d' % sys.version_info[:2])";
  try {
    return await run(python, ["-c", program], { env: pythonEnvironment(), timeoutSeconds: 30 });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const what = `${python}, which runs ${name}, was not found.`;
    throw new UserError({ what, mend, exit: "missing" }, { cause: error });
  }
}

function noVenv(result: RunResult, logFile: string): UserError {
  return new UserError({
    what: "Python could not make a virtual environment: its venv module is missing or incomplete.",
    where: logFile,
    mend: `install it (Debian, Ubuntu: apt-get install python3-venv), ${again}`,
    exit: "missing",
    detail: lastLines(result),
  });
}

function notInstalled(result: RunResult, plan: Plan, logFile: string): UserError {
  return new UserError({
    what: result.timedOut
      ? `pip did not finish within ${installSeconds} s.`
      : `pip could not install ${plan.tool.packages}, for ${plan.tool.name}.`,
    where: logFile,
    mend: `let pip reach its package index (network, PIP_INDEX_URL, HTTPS_PROXY); try it with \`${plan.python} -m pip download --no-deps -d /tmp -r ${plan.requirements}\`, ${again}`,
    exit: "missing",
    detail: lastLines(result),
  });
}

function lastLines(result: RunResult): string {
  return `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-8).join("\n");
}

/**
 * Waits until no other process makes the environment. A lock whose process is gone counts as free; should two processes
 * see that at once, both work, which costs time only: each makes a folder of its own and renames it.
 */
async function takeLock(file: string, { name }: PythonTool, report: (line: string) => void): Promise<() => void> {
  for (let told = false; ;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: "wx" });
      return () => {
        rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (isAbandoned(file)) {
      rmSync(file, { force: true });
      continue;
    }
    throwIfInterrupted();
    if (!told) report(`Waiting for another command that makes the Python environment for ${name} (lock: ${file})`);
    told = true;
    await sleep(lockPollMilliseconds);
  }
}

/** Tests if the process that took the lock is gone, or ended between taking it and writing its id. */
function isAbandoned(file: string): boolean {
  try {
    const id = Number(readFileSync(file, "utf8"));
    return id > 0 ? !isAlive(id) : Date.now() - statSync(file).mtimeMs > writeSeconds * 1000;
  } catch {
    // Given back in the meantime: the next try to take it says more.
    return false;
  }
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
