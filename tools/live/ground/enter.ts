import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { accessSync, constants, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { run } from "../../terminal/process";
import { UserError } from "../../terminal/user-error";

/** Programs that the namespaces need, and the Debian packages that bring them. */
const PROGRAMS: Readonly<Record<string, string>> = {
  unshare: "util-linux",
  nsenter: "util-linux",
  mount: "mount",
  chroot: "coreutils",
  hostname: "hostname",
  ip: "iproute2",
  dnsmasq: "dnsmasq-base",
  memcached: "memcached",
};

/** Folders in which programs for administrators lie, which not every user has on PATH. */
const ADMINISTRATORS = ["/usr/sbin", "/sbin"];

/** A script to be run in namespaces of its own. */
export interface InsideScript {
  /** TypeScript file of the script. */
  readonly file: string;
  /** Given to it as JSON, by a file whose path is its first argument. */
  readonly input: unknown;
  /** Folder for the input, which only this user can read. */
  readonly runFolder: string;
  /** Gets all that it writes. */
  readonly logFile: string;
  /** Told each line that the script writes. */
  readonly onLine: (line: string) => void;
  /** Seconds after which it is ended. @default - no limit */
  readonly timeoutSeconds?: number;
  /** Seconds that it gets to end in order, once the time is over. @default 1 */
  readonly graceSeconds?: number;
}

/**
 * Finds the reason why no task can be run on this machine as on Fargate, with an address and a disk of its own.
 *
 * @returns undefined if it can
 */
export function groundLacks(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (process.platform !== "linux") return "network namespaces, which only Linux has";
  const missing = Object.keys(PROGRAMS).filter((name) => !isOnPath(name, env));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((name) => PROGRAMS[name] ?? name))];
  return `${missing.join(", ")} (packages ${packages.join(", ")})`;
}

/**
 * Runs a script in user, network, mount and process namespaces of its own: whatever it starts has addresses, mounts and
 * process ids that this machine does not see, and ends with it. No root is needed where the kernel lets users make
 * namespaces.
 *
 * @throws UserError (exit "failed") if the script fails; see {@link refuseWithoutNamespaces} for what should be asked first
 */
export async function runInNamespaces(script: InsideScript): Promise<void> {
  const env = { ...process.env, PATH: pathOf(process.env) };
  const input = join(script.runFolder, "input.json");
  writeFileSync(input, JSON.stringify(script.input), { mode: 0o600 });
  const tsx = pathToFileURL(createRequire(__filename).resolve("tsx")).href;
  const result = await run("unshare", [...options(), process.execPath, "--import", tsx, script.file, input], {
    env,
    logFile: script.logFile,
    ...(script.timeoutSeconds === undefined ? {} : { timeoutSeconds: script.timeoutSeconds }),
    graceSeconds: script.graceSeconds ?? 1,
    onLine: script.onLine,
  });
  if (result.code === 0) return;
  throw new UserError({
    what: result.timedOut
      ? `The run did not end within ${script.timeoutSeconds} seconds.`
      : "The run in its own namespaces failed.",
    where: script.logFile,
    mend: "read the last lines below and the logs of the tasks",
    detail: result.stderr.trimEnd().split("\n").slice(-15).join("\n"),
  });
}

/**
 * Asks whether a script can be run in namespaces of its own.
 *
 * @throws UserError (exit "missing") if the machine lacks a program or forbids namespaces
 */
export async function refuseWithoutNamespaces(): Promise<void> {
  const lacks = groundLacks();
  if (lacks !== undefined) {
    throw new UserError({
      what: `This machine lacks ${lacks}.`,
      mend: "on Debian or Ubuntu install the packages; on macOS or Windows work in a Linux container or WSL (docs/local.md)",
      exit: "missing",
    });
  }
  const env = { ...process.env, PATH: pathOf(process.env) };
  const probe = await run("unshare", [...options(), "ip", "link", "add", "probe", "type", "bridge"], {
    env,
    timeoutSeconds: 20,
  });
  if (probe.code !== 0) throw forbidden(probe.stderr);
}

function options(): readonly string[] {
  return [...userOptions(), "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
}

/** Root makes namespaces as it is; others become root in a user namespace. */
function userOptions(): readonly string[] {
  return process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
}

function forbidden(stderr: string): UserError {
  return new UserError({
    what: "This machine does not let this user make namespaces.",
    mend: "run it as root, in a container with --privileged, or allow it: sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0",
    detail: stderr,
    exit: "missing",
  });
}

function isOnPath(name: string, env: NodeJS.ProcessEnv): boolean {
  return pathOf(env)
    .split(delimiter)
    .some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function pathOf(env: NodeJS.ProcessEnv): string {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...folders, ...ADMINISTRATORS.filter((folder) => !folders.includes(folder))].join(delimiter);
}
