import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, type BucketLocationConstraint } from "@aws-sdk/client-s3";
import type { SourceFile } from "../../../modules/checks/source-file";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import { serviceCatalog } from "../../../modules/services/catalog";
import { internalHost } from "../../../modules/services/internal-host";
import type { ServiceName } from "../../../modules/services/service-name";
import { s3Client } from "../../mock/s3";
import { startMock, type Mock } from "../../mock/server";
import { AwsFront } from "./aws-front";
import { NameServer } from "./name-server";
import { Task } from "./task";
import { cacheAddress, VirtualNetwork } from "./virtual-network";

/** What the ground is made of. */
export interface GroundProps {
  readonly runFolder: string;
  /** Each environment whose tasks are run, with a bucket and a cache of its own. All are in one region. */
  readonly environments: readonly [PlatformConfig, ...PlatformConfig[]];
  /** Path of each service's program on this machine. */
  readonly programs: Readonly<Partial<Record<ServiceName, string>>>;
}

/** What a task is started from. */
export interface TaskStart {
  readonly service: ServiceName;
  readonly config: PlatformConfig;
  /** Name of the task, for people and files. */
  readonly name: string;
  /** Files of its image. @default - those below `dockerfiles/` */
  readonly files?: readonly SourceFile[] | undefined;
}

/**
 * What tasks stand on: the VPC's network and names, S3 (the mock of AWS behind TLS, under AWS's names), the cache. Must be
 * made inside `runInNamespaces`.
 */
export class Ground {
  private readonly tasks: Task[] = [];

  private constructor(
    private readonly props: GroundProps,
    private readonly network: VirtualNetwork,
    private readonly names: NameServer,
    private readonly mock: Mock,
    private readonly front: AwsFront,
    private readonly caches: readonly ChildProcess[],
  ) {}

  /** Makes it; buckets included. */
  static async create(props: GroundProps): Promise<Ground> {
    const { runFolder, environments } = props;
    const { region } = environments[0];
    const logDir = join(runFolder, "logs");
    mkdirSync(logDir, { recursive: true });
    const network = await VirtualNetwork.create(environments.length);
    const names = await NameServer.start(logDir);
    const caches = environments.map(({ environment }, index) => {
      names.add(cacheHost(environment), cacheAddress(index));
      return startCache(cacheAddress(index));
    });
    const mock = await startMock({ region, logDir });
    const front = await AwsFront.start(mock.port, region, join(runFolder, "aws-mock.pem"));
    const buckets = environments.map(({ dataBucket }) => dataBucket.name);
    await makeBuckets(mock, buckets);
    return new Ground(props, network, names, mock, front, caches);
  }

  /** Starts a task; its address is in Cloud Map from the start, as that of a task without a container health check. */
  async start({ service, config, name, files }: TaskStart): Promise<Task> {
    const program = this.props.programs[service];
    if (program === undefined) throw new Error(`no program for ${service}`);
    const definition = serviceCatalog(config)[service];
    const place = await this.network.add();
    const credentials = { AWS_ACCESS_KEY_ID: "mock", AWS_SECRET_ACCESS_KEY: "mock" };
    const memcachedEndpoint = `${cacheHost(config.environment)}:11211`;
    const environment = { ...definition.environment({ memcachedEndpoint }), ...credentials };
    this.names.add(internalHost(config, service), place.address);
    const folder = join(this.props.runFolder, "logs");
    const caFile = this.front.caFile;
    const task = Task.start({ name, definition, program, files, environment, place, caFile, folder });
    this.tasks.push(task);
    return task;
  }

  /** Takes a task's address out of Cloud Map, which ECS does before it stops the task. */
  unregister(task: Task, config: PlatformConfig): void {
    this.names.remove(internalHost(config, task.definition.name), task.address);
  }

  /** Keys of a bucket below a prefix, the first 1000. */
  async keys(bucket: string, prefix: string): Promise<readonly string[]> {
    const s3 = s3Client(this.mock);
    try {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
      return Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    } finally {
      s3.destroy();
    }
  }

  /** Ends everything, the tasks first: they would wait for S3. */
  async close(): Promise<void> {
    for (const task of this.tasks) task.kill();
    this.names.close();
    for (const cache of this.caches) cache.kill("SIGKILL");
    this.front.close();
    await this.mock.stop();
  }
}

/** ElastiCache's form of a node's name. */
function cacheHost(environment: string): string {
  return `lgtm-${environment}-memcached.aaaaaa.0001.apn2.cache.amazonaws.com`;
}

/** A real cache where there is one; where there is none, services find nobody there and go on. */
function startCache(address: string): ChildProcess {
  const options = ["-u", "root", "-l", address, "-p", "11211", "-m", "64", "-I", "4m"];
  const cache = spawn("memcached", options, { stdio: "ignore" });
  cache.on("error", () => undefined);
  return cache;
}

async function makeBuckets(mock: Mock, buckets: readonly string[]): Promise<void> {
  const s3 = s3Client(mock);
  const LocationConstraint = mock.record.region as BucketLocationConstraint;
  try {
    for (const Bucket of buckets) {
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
    }
  } finally {
    s3.destroy();
  }
}
