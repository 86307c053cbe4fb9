import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readServiceFiles, type SourceFile } from "../../checks/source-file";
import type { ServiceName } from "../../modules/services/service-name";
import type { CredentialsEndpoint } from "./aws/credentials-endpoint";
import type { Discovery } from "./discovery";
import type { AwsFront } from "./aws/front";
import type { Principal } from "./aws/principal";
import type { Rollout, RunningTask, TargetState, TaskRuntime } from "./ecs/runtime";
import { Container, hostNameOf, runtimeFiles } from "./ground/container";
import { containerImage, type ImageBase } from "./ground/container-image";
import type { NetworkPlace, VirtualNetwork } from "./ground/virtual-network";
import type { LoadBalancer } from "../load-balancer/load-balancer";
import type { LiveService } from "./stack/live-stack";

/** A service's program on this machine. */
export interface LiveProgram {
  readonly path: string;
  /** Folder without which it does not start (Grafana's). @default - none */
  readonly home?: string;
  /** Its image. */
  readonly image: ImageBase;
}

/** Ground on which tasks are started. */
export interface FargateProps {
  readonly region: string;
  /** First three numbers of the private subnet that tasks get their addresses from. */
  readonly subnet: string;
  readonly programs: Readonly<Partial<Record<ServiceName, LiveProgram>>>;
  readonly network: VirtualNetwork;
  /** Address of the VPC's name server. */
  readonly resolver: string;
  readonly balancer: LoadBalancer;
  readonly discovery: Discovery;
  readonly front: AwsFront;
  readonly credentials: CredentialsEndpoint;
  /** Certificate of the authority that AWS's endpoints have theirs from, PEM. */
  readonly trusted: string;
  /** Folder for disks. */
  readonly diskFolder: string;
  /** Folder for logs, one file a task. */
  readonly logFolder: string;
}

/** Milliseconds between two looks at whether a target group has let go of a target. */
const DRAIN_POLL_MS = 200;

/** Runs tasks as Fargate does. */
export class Fargate implements TaskRuntime {
  private started = 0;
  private readonly images = new Map<string, readonly SourceFile[]>();

  /** @param props see {@link FargateProps} */
  constructor(private readonly props: FargateProps) {}

  /**
   * Builds an image: keeps the files as they are now, so that a rollback gets what ran before.
   *
   * @param service the service whose folder below `dockerfiles/` is read
   * @param replaced files that are put in place of those of the folder, for tests
   * @returns name of the image
   */
  build(service: ServiceName, replaced: readonly SourceFile[] = []): string {
    const image = `${service}:${this.images.size + 1}`;
    const paths = new Set(replaced.map(({ path }) => path));
    const files = readServiceFiles(service).filter(({ path }) => !paths.has(path));
    this.images.set(image, [...files, ...replaced]);
    return image;
  }

  async start(service: LiveService, rollout: Rollout): Promise<RunningTask> {
    this.started += 1;
    const id = `${service.name}-${this.started}`;
    const place = await this.props.network.add(this.props.subnet);
    const principal = principalOf(id, service, rollout);
    this.props.front.add(principal);
    const credentialsUri = this.props.credentials.add(principal);
    const container = this.container(id, service, rollout, place, credentialsUri);
    return new FargateTask(id, service, rollout, place, container, this);
  }

  get discovery(): Discovery {
    return this.props.discovery;
  }

  get balancer(): LoadBalancer {
    return this.props.balancer;
  }

  /** Forgets the credentials and the network of a task that has ended. */
  async release(id: string, place: NetworkPlace): Promise<void> {
    this.props.front.remove(id);
    this.props.credentials.remove(id);
    await this.props.network.remove(place);
  }

  private container(
    id: string,
    service: LiveService,
    { taskDefinition, image }: Rollout,
    place: NetworkPlace,
    credentialsUri: string,
  ): Container {
    const program = this.props.programs[service.name];
    if (program === undefined || !existsSync(program.path)) throw new Error(`there is no program of ${service.name}`);
    const { command, files, folders, environment } = containerImage(
      service.name,
      this.images.get(image) ?? [],
      program.image,
    );
    const { region, resolver, trusted, diskFolder, logFolder } = this.props;
    return Container.start({
      program: program.path,
      command: taskDefinition.command ?? command,
      home: program.home,
      hostName: hostNameOf(place, region),
      folders,
      files: [...files, ...runtimeFiles(resolver, trusted)],
      environment: {
        ...environment,
        ...taskDefinition.environment,
        AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentialsUri,
      },
      place,
      disk: join(diskFolder, id),
      logFile: join(logFolder, `${id}.log`),
    });
  }
}

/** Keys as ECS would hand out, new for each task. */
function principalOf(task: string, service: LiveService, { taskDefinition: { role } }: Rollout): Principal {
  const random = (bytes: number): string => randomBytes(bytes).toString("hex");
  return {
    task,
    service: service.name,
    accessKeyId: `ASIA${random(8).toUpperCase()}`,
    secretAccessKey: random(20),
    sessionToken: random(32),
    roleName: role.name,
    policies: role.policies,
  };
}

class FargateTask implements RunningTask {
  readonly address: string;
  readonly ended: Promise<number>;
  private isRegistered = false;

  constructor(
    readonly id: string,
    private readonly service: LiveService,
    private readonly rollout: Rollout,
    private readonly place: NetworkPlace,
    private readonly container: Container,
    private readonly fargate: Fargate,
  ) {
    this.address = place.address;
    this.ended = container.ended.then(({ code }) => code);
  }

  lastLines(count: number): readonly string[] {
    return this.container.lastLines(count);
  }

  async register(): Promise<void> {
    this.isRegistered = true;
    for (const { name, port } of this.service.targetGroups) {
      this.fargate.balancer.registerTarget(name, { id: this.address, port });
    }
    const { discoveryName } = this.service;
    if (discoveryName !== undefined) await this.fargate.discovery.add(discoveryName, this.address);
  }

  async deregister(): Promise<void> {
    if (!this.isRegistered) return;
    this.isRegistered = false;
    const { discoveryName, targetGroups } = this.service;
    for (const { name, port } of targetGroups) {
      this.fargate.balancer.deregisterTarget(name, { id: this.address, port });
    }
    if (discoveryName !== undefined) await this.fargate.discovery.remove(discoveryName, this.address);
    while (this.states().some(({ reason }) => reason === "Target.DeregistrationInProgress")) await sleep(DRAIN_POLL_MS);
  }

  health(): TargetState {
    const states = this.states();
    const bad = states.find(({ state }) => state === "unhealthy");
    if (bad !== undefined) return { state: "unhealthy", reason: `${bad.name}: ${bad.description ?? bad.reason ?? ""}` };
    return { state: states.every(({ state }) => state === "healthy") ? "healthy" : "initial" };
  }

  async stop(): Promise<{ readonly seconds: number; readonly killed: boolean }> {
    const stopped = await this.container.stop(this.rollout.taskDefinition.stopTimeoutSeconds);
    await this.fargate.release(this.id, this.place);
    return stopped;
  }

  private states() {
    return this.service.targetGroups.map(({ name, port }) => ({
      name,
      ...this.fargate.balancer.healthOf(name, { id: this.address, port }),
    }));
  }
}
