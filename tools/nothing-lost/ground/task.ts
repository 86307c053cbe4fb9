import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { imageFiles } from "../../../modules/checks/image-files";
import { parseDockerfile } from "../../../modules/checks/dockerfile";
import { readServiceFiles, type SourceFile } from "../../../modules/checks/source-file";
import type { ServiceDefinition } from "../../../modules/services/service-definition";
import type { ServiceName } from "../../../modules/services/service-name";
import { portOf } from "../../../modules/services/target-groups";
import { type Reply, SmokeClient, type SmokeRequest } from "../../smoke/http-client";
import { ADDRESSES, type NetworkPlace } from "./virtual-network";

/** What a task is made of. */
export interface TaskProps {
  /** Name for people and files. */
  readonly name: string;
  readonly definition: ServiceDefinition;
  /** Path of the service's program on this machine. */
  readonly program: string;
  /** Files of the image. @default - those below `dockerfiles/` */
  readonly files?: readonly SourceFile[] | undefined;
  /** The container's environment: what the task definition injects, and credentials. */
  readonly environment: Readonly<Record<string, string>>;
  readonly place: NetworkPlace;
  /** Certificate of AWS's endpoints. */
  readonly caFile: string;
  /** Folder for the task's disk and its log. */
  readonly folder: string;
}

/** How a task's stop went. */
export interface Stop {
  /** Seconds between SIGTERM and the end of the process. */
  readonly seconds: number;
  /** Whether it had to be killed after the stop timeout. */
  readonly killed: boolean;
}

/** Folders of this machine that a program which is linked dynamically may need. */
const LIBRARIES = ["usr", "lib", "lib64"];

/** Milliseconds between two looks at whether a task is ready. */
const POLL_MS = 250;

/**
 * What the container runtime would do: the image's files over the task's own disk, then the entrypoint. Positional
 * parameters: host name, root folder, program, arguments.
 */
const CONTAINER_SCRIPT = `
set -e
hostname "$1"
root=$2 program=$3
shift 3
for folder in ${LIBRARIES.join(" ")}; do
  if [ -e "/$folder" ]; then mkdir -p "$root/$folder"; mount --rbind "/$folder" "$root/$folder"; fi
done
mkdir -p "$root/proc" "$root/dev" "$root/tmp"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
: > "$root/program"
mount --bind "$program" "$root/program"
exec chroot "$root" /program "$@"
`;

/** A task with one container, run as on Fargate: an address, a disk and an environment of its own. */
export class Task {
  readonly name: string;
  readonly address: string;
  readonly definition: ServiceDefinition;
  readonly logFile: string;
  private readonly root: string;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly clients = new Map<string, SmokeClient>();

  private constructor(props: TaskProps) {
    this.name = props.name;
    this.address = props.place.address;
    this.definition = props.definition;
    this.root = join(props.folder, props.name);
    this.logFile = join(props.folder, `${props.name}.log`);
    const command = prepareRoot(this.root, props);
    this.child = launch(this.root, this.logFile, command, props);
    this.ended = new Promise((resolve) => {
      this.child.once("exit", () => {
        resolve();
      });
    });
  }

  /** Starts a task. */
  static start(props: TaskProps): Task {
    return new Task(props);
  }

  /** Whether its process runs. */
  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Waits until the task answers its readiness path.
   *
   * @returns the seconds that it took
   * @throws Error with its last log lines if it ends, or if it is not ready in time
   */
  async ready(seconds = 180): Promise<number> {
    const started = performance.now();
    const elapsed = (): number => (performance.now() - started) / 1000;
    const { path, port } = this.definition.readiness;
    while (elapsed() < seconds && this.isRunning) {
      const reply = await this.send({ path }, port).catch(() => undefined);
      if (reply?.status === 200) return elapsed();
      await sleep(POLL_MS);
    }
    const what = this.isRunning ? `is not ready after ${seconds} seconds` : "has ended";
    throw new Error(`${this.name} ${what}:\n${this.lastLines()}`);
  }

  /**
   * Sends a request to one of its ports.
   *
   * @param port name of the port
   */
  async send(request: SmokeRequest, port: string): Promise<Reply> {
    const { number } = portOf(this.definition, port);
    const client =
      this.clients.get(port) ?? new SmokeClient({ url: `http://${this.address}:${number}`, requestTimeoutSeconds: 30 });
    this.clients.set(port, client);
    return client.send(request);
  }

  /** Stops it as ECS does: SIGTERM, and SIGKILL after the stop timeout. Its disk is gone then. */
  async stop(): Promise<Stop> {
    for (const client of this.clients.values()) client.close();
    const started = performance.now();
    let killed = false;
    const kill = setTimeout(() => {
      killed = true;
      this.child.kill("SIGKILL");
    }, this.definition.stopTimeoutSeconds * 1000);
    if (this.isRunning) this.child.kill("SIGTERM");
    await this.ended;
    clearTimeout(kill);
    const seconds = (performance.now() - started) / 1000;
    // What was mounted there was so for the task alone, and has gone with it.
    rmSync(this.root, { recursive: true, force: true });
    return { seconds, killed };
  }

  /** Kills it, if it still runs. */
  kill(): void {
    this.child.kill("SIGKILL");
  }

  private lastLines(): string {
    return readFileSync(this.logFile, "utf8").trimEnd().split("\n").slice(-8).join("\n");
  }
}

/** Writes the files of the image to the task's disk. @returns the container's command */
function prepareRoot(root: string, { definition, caFile, files }: TaskProps): readonly string[] {
  const sources = files ?? readServiceFiles(definition.name);
  const dockerfile = parseDockerfile(sources.find(({ path }) => path.endsWith("/Dockerfile"))?.text ?? "");
  for (const { path, file } of imageFiles(definition.name, dockerfile, sources)) put(root, path, file.text);
  for (const folder of IMAGE_FOLDERS[definition.name] ?? []) mkdirSync(join(root, folder), { recursive: true });
  put(root, "/etc/resolv.conf", `nameserver ${ADDRESSES.resolver}\n`);
  put(root, CA_FILE, readFileSync(caFile, "utf8"));
  return dockerfile.command;
}

/** Folders of the upstream images in which the services write. */
const IMAGE_FOLDERS: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  loki: ["/loki"],
  tempo: ["/var/tempo"],
  pyroscope: ["/data", "/data-compactor"],
};

/** Path of the certificate in the container. */
const CA_FILE = "/etc/aws-mock.pem";

function put(root: string, path: string, text: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** A host name of its own, as on Fargate: by it the tasks are told apart in the rings. */
function hostName({ place }: TaskProps): string {
  return `ip-${place.address.replaceAll(".", "-")}.ap-northeast-2.compute.internal`;
}

function launch(root: string, logFile: string, command: readonly string[], props: TaskProps): ChildProcess {
  const { namespace } = props.place;
  if (!existsSync(props.program)) throw new Error(`there is no program ${props.program}`);
  const inside = ["sh", "-c", CONTAINER_SCRIPT, "sh", hostName(props), root, props.program, ...command];
  const log = openSync(logFile, "a");
  try {
    return spawn("nsenter", [`--net=${namespace}`, "unshare", "--mount", "--uts", ...inside], {
      cwd: "/",
      // The shell needs PATH; the program gets it too and does not care.
      env: { PATH: process.env.PATH, ...props.environment, SSL_CERT_FILE: CA_FILE },
      stdio: ["ignore", log, log],
    });
  } finally {
    closeSync(log);
  }
}
