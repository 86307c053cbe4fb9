import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NetworkPlace } from "./virtual-network";

/** A file on a container's disk. */
export interface ContainerFile {
  /** Absolute path in the container. */
  readonly path: string;
  readonly text: string;
}

/** Properties of a container. */
export interface ContainerProps {
  /** Path of the program on this machine. */
  readonly program: string;
  /** Arguments of the program. */
  readonly command: readonly string[];
  /** Folder of this machine that the program needs. @default - none */
  readonly home?: string | undefined;
  readonly files: readonly ContainerFile[];
  /** Empty folders of the image in which the program writes. */
  readonly folders: readonly string[];
  /** Its host name, by which tasks are told apart in rings. */
  readonly hostName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly place: NetworkPlace;
  /** Folder for its disk; it goes with the container. */
  readonly disk: string;
  /** Gets all that it writes, appended. */
  readonly logFile: string;
}

/** Files in which Go's and most other programs look for certificates. */
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Files that the container runtime itself puts on a container's disk, and the authority that it trusts.
 *
 * @param resolver address of the name server
 * @param trusted certificate of the authority, PEM
 */
export function runtimeFiles(resolver: string, trusted: string): readonly ContainerFile[] {
  return [
    { path: "/etc/resolv.conf", text: `nameserver ${resolver}\n` },
    { path: "/etc/hosts", text: "127.0.0.1 localhost\n" },
    { path: "/etc/passwd", text: "root:x:0:0:root:/:/bin/sh\n" },
    { path: CERTIFICATES, text: trusted },
  ];
}

/** The host name that Fargate gives a task. */
export function hostNameOf({ address }: NetworkPlace, region: string): string {
  return `ip-${address.replaceAll(".", "-")}.${region}.compute.internal`;
}

/** End of a container. */
export interface ContainerEnd {
  /** Exit code; 128 + signal number, as ECS counts it, when a signal ended it. */
  readonly code: number;
}

/** Path of {@link ContainerProps.home} in the container. */
export const HOME_IN_CONTAINER = "/opt/home";

/** Folders of this machine that a program which is linked dynamically needs. */
const LIBRARIES = ["usr", "lib", "lib64"];

/**
 * Starts a container as the container runtime would: the task's own disk with the image's files becomes the root folder, then the program
 * replaces this script. Positional parameters: host name, root folder, program, home or nothing, arguments.
 */
const SCRIPT = `
set -e
hostname "$1"
root=$2 program=$3 home=$4
shift 4
for folder in ${LIBRARIES.join(" ")}; do
  if [ -e "/$folder" ]; then mkdir -p "$root/$folder"; mount --rbind "/$folder" "$root/$folder"; fi
done
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root${HOME_IN_CONTAINER}"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
: > "$root/program"
mount --bind "$program" "$root/program"
if [ -n "$home" ]; then mount --bind "$home" "$root${HOME_IN_CONTAINER}"; fi
exec chroot "$root" /program "$@"
`;

const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** A container, run as on Fargate: an address, a disk and an environment of its own. */
export class Container {
  /** Resolves when its process has ended. */
  readonly ended: Promise<ContainerEnd>;
  private readonly child: ChildProcess;

  private constructor(private readonly props: ContainerProps) {
    for (const folder of props.folders) mkdirSync(join(props.disk, folder), { recursive: true });
    for (const { path, text } of props.files) put(join(props.disk, path), text);
    mkdirSync(dirname(props.logFile), { recursive: true });
    this.child = launch(props);
    this.ended = new Promise((resolve) => {
      this.child.once("error", () => {
        resolve({ code: 127 });
      });
      this.child.once("exit", (code, signal) => {
        resolve({ code: code ?? 128 + (SIGNALS[signal ?? ""] ?? 0) });
      });
    });
  }

  /** Starts a container. What it needs and is not there ends it at once, as in a container engine. */
  static start(props: ContainerProps): Container {
    return new Container(props);
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  /**
   * Stops it as ECS does: SIGTERM, and SIGKILL after the stop timeout.
   *
   * @returns the seconds that it took, and whether it had to be killed
   */
  async stop(timeoutSeconds: number): Promise<{ readonly seconds: number; readonly killed: boolean }> {
    const started = performance.now();
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      this.child.kill("SIGKILL");
    }, timeoutSeconds * 1000);
    if (this.isRunning) this.child.kill("SIGTERM");
    await this.ended;
    clearTimeout(timer);
    this.removeDisk();
    return { seconds: (performance.now() - started) / 1000, killed };
  }

  /** Kills it, if it still runs. */
  kill(): void {
    this.child.kill("SIGKILL");
  }

  /** Removes the disk of a container that has ended. What was mounted there was so for the container alone. */
  removeDisk(): void {
    rmSync(this.props.disk, { recursive: true, force: true });
  }

  /** The last lines that it wrote. */
  lastLines(count: number): readonly string[] {
    const lines = readFileSync(this.props.logFile, "utf8").trimEnd().split("\n");
    return lines.slice(-count).filter((line) => line !== "");
  }
}

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function launch(props: ContainerProps): ChildProcess {
  const { place, disk, program, home, command, environment, logFile, hostName } = props;
  mkdirSync(disk, { recursive: true });
  const log = openSync(logFile, "a");
  const inside = ["sh", "-c", SCRIPT, "sh", hostName, disk, program, home ?? "", ...command];
  try {
    return spawn("nsenter", [`--net=${place.namespace}`, "unshare", "--mount", "--uts", ...inside], {
      cwd: "/",
      // The shell needs PATH; the program gets it too and does not care.
      env: { PATH: process.env.PATH, ...environment },
      stdio: ["ignore", log, log],
      // Ctrl-C in the terminal is for the rehearsal, which then stops its tasks in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}
