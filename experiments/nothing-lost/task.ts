import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readServiceFiles, type SourceFile } from "../../checks/source-file";
import type { DeployedService } from "../../modules/services/catalog";
import { portOf } from "../../modules/services/target-groups";
import { type Reply, SmokeClient, type SmokeRequest } from "../../tools/smoke/http-client";
import { Container, hostNameOf, runtimeFiles } from "../../tools/live/ground/container";
import { containerImage, imageBase } from "../../tools/live/ground/container-image";
import type { NetworkPlace } from "../../tools/live/ground/virtual-network";

/** Properties of a task. */
export interface TaskProps {
  /** Name for people and files. */
  readonly name: string;
  readonly definition: DeployedService;
  /** Path of the service's program on this machine. */
  readonly program: string;
  /** Files of the image. @default - those below `dockerfiles/` */
  readonly files?: readonly SourceFile[] | undefined;
  /** The container's environment: what the task definition injects, and credentials. */
  readonly environment: Readonly<Record<string, string>>;
  readonly place: NetworkPlace;
  readonly region: string;
  /** Address of the name server. */
  readonly resolver: string;
  /** Certificate of the authority that AWS's endpoints have theirs from, PEM. */
  readonly trusted: string;
  /** Folder for the task's disk and its log. */
  readonly folder: string;
}

/** Result of a task's stop. */
export interface Stop {
  /** Seconds between SIGTERM and the end of the process. */
  readonly seconds: number;
  /** True if it had to be killed after the stop timeout. */
  readonly killed: boolean;
}

/** Milliseconds between two looks at whether a task is ready. */
const POLL_MS = 250;

/** A task with one container, run as on Fargate: an address, a disk and an environment of its own. */
export class Task {
  readonly name: string;
  readonly address: string;
  readonly definition: DeployedService;
  private readonly clients = new Map<string, SmokeClient>();

  private constructor(
    { name, definition, place }: TaskProps,
    private readonly container: Container,
  ) {
    this.name = name;
    this.address = place.address;
    this.definition = definition;
  }

  /** Starts a task. */
  static start(props: TaskProps): Task {
    const { name, definition, program, environment, place, folder, region, resolver, trusted } = props;
    const image = containerImage(
      definition.name,
      props.files ?? readServiceFiles(definition.name),
      imageBase(definition.image),
    );
    const container = Container.start({
      program,
      command: image.command,
      files: [...image.files, ...runtimeFiles(resolver, trusted)],
      folders: image.folders,
      hostName: hostNameOf(place, region),
      environment: { ...image.environment, ...environment },
      place,
      disk: join(folder, name),
      logFile: join(folder, `${name}.log`),
    });
    return new Task(props, container);
  }

  /** True if its process runs. */
  get isRunning(): boolean {
    return this.container.isRunning;
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
    throw new Error(`${this.name} ${what}:\n${this.container.lastLines(8).join("\n")}`);
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
    return this.container.stop(this.definition.tasks.stopTimeoutSeconds);
  }

  /** Kills it, if it still runs. */
  kill(): void {
    this.container.kill();
  }
}
