import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, type BucketLocationConstraint } from "@aws-sdk/client-s3";
import type { SourceFile } from "../../checks/source-file";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { deployedService } from "../../modules/services/catalog";
import { internalHost } from "../../modules/services/internal-host";
import type { ServiceName } from "../../modules/services/service-name";
import { s3Client } from "../../tools/mock/s3";
import { startMock, type Mock } from "../../tools/mock/server";
import { createAuthority } from "../../tools/live/aws/authority";
import { startDns, type Dns } from "../../tools/live/aws/dns";
import { startAwsFront, type AwsFront } from "../../tools/live/aws/front";
import { Discovery } from "../../tools/live/discovery";
import { VirtualNetwork } from "../../tools/live/ground/virtual-network";
import { Task } from "./task";

/** The network that tasks run in, whatever that of their configuration. */
const VPC = { cidr: "10.0.0.0/16", subnet: "10.0.11", resolver: "10.0.0.2", aws: "10.0.0.3" } as const;

/** Seconds that an answer may be kept; Cloud Map's own value in this platform. */
const TTL_SECONDS = 10;

/** Caller of AWS in this experiment; permissions of roles are tested by the live rehearsal. */
const ANYBODY = {
  task: "nothing-lost",
  service: "nothing-lost",
  accessKeyId: "ASIANOTHINGLOST00000",
  secretAccessKey: "mock",
  sessionToken: "mock",
  roleName: "nothing-lost",
  policies: [{ Statement: [{ Effect: "Allow" as const, Action: ["s3:*"], Resource: ["*"] }] }],
};

/** Address of the cache node of an environment, the first, the second, …: each has its own, as in AWS. */
function cacheAddress(index: number): string {
  return `10.0.0.${10 + index}`;
}

/** Properties of the ground. */
export interface GroundProps {
  readonly runFolder: string;
  /** Each environment whose tasks are run, with a bucket and a cache of its own. All are in one region. */
  readonly environments: readonly [PlatformConfig, ...PlatformConfig[]];
  /** Path of each service's program on this machine. */
  readonly programs: Readonly<Partial<Record<ServiceName, string>>>;
}

/** Properties of a task that is started. */
export interface TaskStart {
  readonly service: ServiceName;
  readonly config: PlatformConfig;
  /** Name of the task, for people and files. */
  readonly name: string;
  /** Files of its image. @default - those below `dockerfiles/` */
  readonly files?: readonly SourceFile[] | undefined;
}

/**
 * Starts the ground that tasks stand on: the VPC's network and names, S3 (the mock of AWS behind TLS, under AWS's names), the cache. Must be
 * made inside `runInNamespaces`.
 */
export class Ground {
  private readonly tasks: Task[] = [];

  private constructor(
    private readonly props: GroundProps,
    private readonly network: VirtualNetwork,
    private readonly dns: Dns,
    private readonly discovery: Discovery,
    private readonly mock: Mock,
    private readonly front: AwsFront,
    private readonly trusted: string,
    private readonly caches: readonly ChildProcess[],
  ) {}

  /** Makes it; buckets included. */
  static async create(props: GroundProps): Promise<Ground> {
    const { runFolder, environments } = props;
    const { region } = environments[0];
    const logDir = join(runFolder, "logs");
    mkdirSync(logDir, { recursive: true });
    const caches = environments.map((_environment, index) => cacheAddress(index));
    const network = await VirtualNetwork.create(VPC.cidr, [VPC.resolver, VPC.aws, ...caches]);
    const dns = await startDns({
      folder: join(runFolder, "dns"),
      address: VPC.resolver,
      fixed: { "amazonaws.com": VPC.aws },
      ttlSeconds: TTL_SECONDS,
    });
    for (const [index, { environment }] of environments.entries()) {
      await dns.setRecords(cacheHost(environment), [cacheAddress(index)]);
    }
    const mock = await startMock({ region, logDir });
    const authority = await createAuthority(runFolder);
    const front = await startAwsFront({
      mockUrl: mock.url,
      authority,
      address: VPC.aws,
      region,
      principals: [ANYBODY],
    });
    const buckets = environments.map(({ dataBucket }) => dataBucket.name);
    await makeBuckets(mock, buckets);
    const processes = caches.map(startCache);
    return new Ground(props, network, dns, new Discovery(dns), mock, front, authority.bundle, processes);
  }

  /** Starts a task; its address is in Cloud Map from the start, as that of a task without a container health check. */
  async start({ service, config, name, files }: TaskStart): Promise<Task> {
    const program = this.props.programs[service];
    if (program === undefined) throw new Error(`no program for ${service}`);
    const definition = deployedService(config, service);
    const place = await this.network.add(VPC.subnet);
    const credentials = {
      AWS_ACCESS_KEY_ID: ANYBODY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ANYBODY.secretAccessKey,
      AWS_SESSION_TOKEN: ANYBODY.sessionToken,
    };
    const memcachedEndpoint = `${cacheHost(config.environment)}:11211`;
    const environment = { ...definition.environment({ memcachedEndpoint }), ...credentials };
    await this.discovery.add(internalHost(config, service), place.address);
    const folder = join(this.props.runFolder, "logs");
    const { region } = config;
    const [resolver, trusted] = [VPC.resolver, this.trusted];
    const task = Task.start({
      name,
      definition,
      program,
      files,
      environment,
      place,
      region,
      resolver,
      trusted,
      folder,
    });
    this.tasks.push(task);
    return task;
  }

  /** Takes a task's address out of Cloud Map, which ECS does before it stops the task. */
  async unregister(task: Task, config: PlatformConfig): Promise<void> {
    await this.discovery.remove(internalHost(config, task.definition.name), task.address);
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
    for (const cache of this.caches) cache.kill("SIGKILL");
    await Promise.all([this.dns.close(), this.front.close()]);
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
