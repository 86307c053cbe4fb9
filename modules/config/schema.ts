import { z } from "zod";
import {
  LOG_RETENTION_DAYS,
  MAX_GRAFANA_LOGIN,
  MAX_TAG_WILDCARDS,
  RANGES,
  REGION_ZONES,
  TLS_POLICIES,
  type Range,
} from "./limits";
import { PLANS_PREFIX } from "./names";
import { UPSTREAM_VERSION, type UpstreamVersion } from "./image-version";
import { FARGATE_MEMORY_MIB, fargateMemoryFor, type FargateSize } from "./fargate-size";
import type { PlatformConfig, RetentionDays, ServiceTasks } from "./platform-config";

const text = z.string().min(1, "must not be empty");
const oneLine = text.regex(
  /^\P{Cc}{0,256}$/u,
  "must be on one line of at most 256 characters, without control characters",
);
const wholeNumber = ({ minimum, maximum, unit, why }: Range) =>
  z
    .number()
    .refine(
      (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
      `must be a whole number from ${minimum} to ${maximum}${unit === "" ? "" : ` ${unit}`} (${why})`,
    );

/** Source: "Bucket naming rules" in the Amazon S3 user guide. */
const bucketName = z
  .string()
  .regex(
    /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/,
    "must be an S3 bucket name: 3 to 63 lower-case letters, digits, dots and dashes, beginning and ending with a letter or digit, no two dots in a row, not an IP address, no reserved prefix or suffix",
  );

/** Two dashes in a row are an error in an ElastiCache cluster's name. */
const namePart = z
  .string()
  .regex(
    /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
    "must be lower-case letters and digits, beginning with a letter, with single dashes in between",
  );

const state = z.strictObject({
  bootstrapBucket: bucketName,
  bucket: bucketName,
  keyPrefix: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/, "must be folders separated by single slashes, without a slash at either end")
    // S3 has room for 1,024 in a key.
    .max(512, "must be at most 512 characters")
    .refine(
      (prefix) => !prefix.split("/").some((folder) => /^\.+$/.test(folder)),
      "must have no folder of dots alone: paths are not resolved in a bucket",
    )
    .refine(
      (prefix) => !`${prefix}/`.startsWith(PLANS_PREFIX),
      "must not begin with plans/: saved plans lie and expire there",
    ),
  lockTable: z
    .string()
    .regex(/^[\w.-]{3,255}$/, "must be a DynamoDB table name: 3 to 255 letters, digits, dots, dashes and underscores"),
  plansExpireAfterDays: wholeNumber(RANGES.plansExpireAfterDays).exactOptional(),
});

const zone = z.strictObject({ name: text, publicCidr: text, privateCidr: text.exactOptional() });

const network = z.strictObject({
  vpcCidr: text,
  zones: z.tuple([zone.extend({ privateCidr: text }), zone], zone),
  s3GatewayEndpoint: z.boolean(),
});

const dataBucket = z.strictObject({
  name: bucketName,
  versioning: z.enum(["Disabled", "Suspended", "Enabled"], 'must be "Disabled", "Suspended" or "Enabled"'),
  destroyWithObjects: z.boolean(),
  infrequentAccessAfterDays: wholeNumber(RANGES.infrequentAccessAfterDays),
  abortUploadsAfterDays: wholeNumber(RANGES.abortUploadsAfterDays),
});

/** 64 is a sensible bound: S3 has room for 1,024 in all. Seen with the binaries: Mimir 2.16 refuses dashes, Loki 3.5 and Pyroscope 1.13 take them; none takes a slash. */
const lettersAndDigits = z
  .string()
  .regex(
    /^[0-9A-Za-z]{1,64}$/,
    "must be 1 to 64 letters and digits only (Mimir refuses anything else, slashes and dashes included)",
  );
const lettersDigitsDashes = z
  .string()
  .regex(
    /^[0-9A-Za-z-]{1,64}$/,
    'must be 1 to 64 letters, digits and dashes only (Loki refuses anything else, "loki/" included)',
  );

const storagePrefixes = z.strictObject({
  mimir: z.strictObject({ blocks: lettersAndDigits, rules: lettersAndDigits, alerts: lettersAndDigits }),
  loki: lettersDigitsDashes,
  tempo: lettersDigitsDashes,
  pyroscope: lettersDigitsDashes,
});

/** Source: "Image tag" in the ECR API reference: 1 to 300 of these characters. */
const tagPrefix = z
  .string()
  .regex(/^[\w.-]{1,300}$/, "must be 1 to 300 letters, digits and ._- (tags hold nothing else)");
const tagPattern = z
  .string()
  .regex(/^[\w.*-]{1,300}$/, "must be 1 to 300 letters, digits and ._- with * as wildcard (tags hold nothing else)");

const lifecycleRule = z.union(
  [
    z.strictObject({
      description: oneLine,
      tagPrefixes: z.tuple([tagPrefix], tagPrefix),
      keepCount: wholeNumber(RANGES.keptImages),
    }),
    z.strictObject({
      description: oneLine,
      tagPattern: tagPattern.refine(
        (pattern) => (pattern.match(/\*/g) ?? []).length <= MAX_TAG_WILDCARDS,
        `must have at most ${MAX_TAG_WILDCARDS} wildcards (an ECR limit)`,
      ),
      keepCount: wholeNumber(RANGES.keptImages),
    }),
    z.strictObject({ description: oneLine, expireUntaggedAfterDays: wholeNumber(RANGES.untaggedImageDays) }),
  ],
  "must have a description and either tagPrefixes or tagPattern with keepCount, or expireUntaggedAfterDays",
);

/** Repositories allow a dot between groups, task-definition families do not. Source: ECR and ECS API references. */
const repositoryPrefix = z
  .string()
  .regex(
    /^(?=.{1,200}$)[a-z0-9]+([_-][a-z0-9]+)*$/,
    "must be at most 200 lower-case letters and digits, in groups separated by a dash or underscore (names of repositories and task definitions)",
  );

/** Source: `repositoryName` of `CreateRepository` in the ECR API reference. */
const repository = z
  .string()
  .regex(
    /^(?=.{2,256}$)[a-z0-9]+([._/-][a-z0-9]+)*$/,
    "must be an ECR repository: 2 to 256 lower-case letters and digits, in groups separated by a dash, dot, underscore or slash",
  );

const imageRepositories = z.strictObject({
  namePrefix: repositoryPrefix,
  tagMutability: z.enum(["MUTABLE", "IMMUTABLE"], 'must be "MUTABLE" or "IMMUTABLE"'),
  scanOnPush: z.boolean(),
  destroyWithImages: z.boolean(),
  lifecycleRules: z.array(lifecycleRule).min(1, "must have a rule: ECR refuses an empty policy"),
  deployedTag: z.enum(["upstream", "released"], 'must be "upstream" or "released"'),
  further: z.array(repository).exactOptional(),
});

const upstreamVersion = z
  .string()
  .regex(
    UPSTREAM_VERSION,
    'must be the version of an upstream image, like "2.9.0": not "latest", no leading v, no release date (a released tag does not exist upstream)',
  )
  .transform((version) => version as UpstreamVersion);

/** A reason that a reviewer can agree or disagree with. */
const acceptance = z
  .string()
  .refine((reason) => reason.trim().split(/\s+/).length >= 4, "must say in at least four words why this is accepted");
/** Source: `IpRange` in the EC2 API reference. */
const ruleDescription = z
  .string()
  .regex(
    /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/,
    "must be 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$* (an EC2 limit)",
  );

const loadBalancer = z.strictObject({
  internal: z.boolean(),
  deletionProtection: z.boolean(),
  certificateArn: z
    .string()
    .regex(
      /^arn:aws[\w-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/,
      "must be the ARN of an ACM certificate, arn:aws:acm:<region>:<account>:certificate/<id>",
    )
    .exactOptional(),
  tlsPolicy: z
    .string()
    .refine(
      (policy) => TLS_POLICIES.has(policy),
      `must name a security policy of Application Load Balancers: ${[...TLS_POLICIES].join(", ")}`,
    ),
  idleTimeoutSeconds: wholeNumber(RANGES.idleTimeoutSeconds),
  dropInvalidHeaderFields: z.boolean(),
  ingress: z
    .array(
      z.strictObject({
        port: wholeNumber(RANGES.port),
        toPort: wholeNumber(RANGES.port).exactOptional(),
        description: ruleDescription,
        cidrBlocks: z.array(text).min(1, "must name at least one CIDR block"),
      }),
    )
    .min(1, "must have a rule: nobody could reach the load balancer"),
  healthCheck: z.strictObject({
    intervalSeconds: wholeNumber(RANGES.healthCheckIntervalSeconds),
    timeoutSeconds: wholeNumber(RANGES.healthCheckTimeoutSeconds),
    healthyThreshold: wholeNumber(RANGES.healthCheckThreshold),
    unhealthyThreshold: wholeNumber(RANGES.healthCheckThreshold),
  }),
  deregistrationDelaySeconds: z.union(
    [wholeNumber(RANGES.deregistrationDelaySeconds), z.literal("stop timeout")],
    'must be a number of seconds or "stop timeout"',
  ),
  routes: z.enum(["original", "complete"], 'must be "original" or "complete"'),
  accepted: z.strictObject({
    publicPlainHttp: acceptance.exactOptional(),
    publicIngestion: acceptance.exactOptional(),
  }),
});

const cache = z.strictObject({
  engineVersion: z.string().regex(/^1\.\d+\.\d+$/, 'must be a Memcached version, like "1.6.22"'),
  parameterGroupFamily: z.string().regex(/^memcached1\.\d+$/, 'must be a parameter group family, like "memcached1.6"'),
  nodeType: z
    .string()
    .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, 'must be an ElastiCache node type, like "cache.t3.micro"'),
  nodeCount: wholeNumber(RANGES.cacheNodes),
  maxItemSizeBytes: wholeNumber(RANGES.cacheItemBytes),
  maintenanceWindow: text,
  createServiceLinkedRole: z.boolean(),
});

const fargateSize = z.custom<FargateSize>(isFargateSize, {
  error: ({ input }) => `must be a CPU and memory pair that Fargate offers: ${offeredSizes(input)}`,
});

const logRetentionDays = z
  .number()
  .refine(
    (days) => LOG_RETENTION_DAYS.includes(days),
    `must be a retention that CloudWatch Logs offers: ${LOG_RETENTION_DAYS.join(", ")} (0 keeps logs forever)`,
  );

const serviceTasks: z.ZodType<ServiceTasks> = z.strictObject({
  size: fargateSize,
  count: wholeNumber(RANGES.taskCount),
  stopTimeoutSeconds: wholeNumber(RANGES.stopTimeoutSeconds),
  logRetentionDays: logRetentionDays.exactOptional(),
});

const { minimum: minDays, maximum: maxDays, why: whyDays } = RANGES.retentionDays;
const retentionDays = z.custom<RetentionDays>(
  (value) => value === "forever" || (Number.isInteger(value) && Number(value) >= minDays && Number(value) <= maxDays),
  `must be a whole number of days from ${minDays} to ${maxDays} (${whyDays}), or "forever"`,
);

const secretName = z
  .string()
  .regex(
    /^[\w/+=.@-]{1,512}$/,
    "must be a Secrets Manager name: 1 to 512 letters, digits and /_+=.@- (an ARN or a value does not belong here)",
  );

/** A colon would end the key in `<arn>:<key>::`. */
const secretKey = z
  .string()
  .regex(
    /^[^:\s\p{C}]{1,255}$/u,
    "must be a key of the secret's JSON text: 1 to 255 characters without colons, spaces and control characters",
  );

/** Grafana expands `$…` in its settings, and people type the name. */
const grafanaLogin = z
  .string()
  .regex(/^[\w.@+-]+$/, "must be letters, digits and _.@+- only, on one line")
  .max(MAX_GRAFANA_LOGIN, `must be at most ${MAX_GRAFANA_LOGIN} characters (a Grafana limit)`);

const taskIngress = z.strictObject({
  port: wholeNumber(RANGES.port),
  protocol: z.enum(["tcp", "udp"], 'must be "tcp" or "udp"'),
  label: ruleDescription,
  fromLoadBalancer: z.boolean(),
  fromTasks: z.boolean(),
});

const tenant = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[\w!.*'()-]{1,150}$/,
    "must be a tenant id: 1 to 150 letters, digits and !-_.*'() (Mimir's rule, the strictest)",
  );

/** Values of some of the services. Zod's partial records may hold undefined, which a value itself is not allowed to be. */
function ofServices<Value>(services: readonly string[], value: z.ZodType<Value>) {
  return z.partialRecord(z.enum(services), value) as z.ZodType<Readonly<Record<string, Value>>>;
}

/**
 * Makes the form of each value by itself; rules that look at several values are in `checks/rules.ts`.
 *
 * @param services names of the services that may be deployed
 */
export function platformConfigSchema(services: readonly string[]): z.ZodType<PlatformConfig> {
  return z.strictObject({
    projectName: namePart,
    environment: namePart,
    region: z
      .string()
      .regex(
        /^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d$/,
        'must be a region of the "aws" partition, like "ap-northeast-2" (the roles\' policies name no other partition)',
      )
      .refine(
        (region) => region in REGION_ZONES,
        "must be a region that modules/config/limits.ts lists with its zones",
      ),
    accountId: z
      .string()
      .regex(/^\d{12}$/, "must be the 12 digits of an AWS account")
      .exactOptional(),
    state,
    adoptsHclState: z.boolean(),
    tags: z.record(z.string(), z.string()),
    network,
    dataBucket,
    storagePrefixes,
    imageRepositories,
    imageVersions: ofServices(services, upstreamVersion),
    serviceDiscovery: z.strictObject({
      namespace: z
        .string()
        .regex(
          /^(?=.{1,240}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
          "must be a DNS name in lower case: labels of at most 63 letters, digits and dashes, 240 characters in all",
        ),
      ttlSeconds: wholeNumber(RANGES.ttlSeconds),
    }),
    loadBalancer,
    cache,
    ecs: z.strictObject({
      familyPrefix: repositoryPrefix.exactOptional(),
      furtherIngress: z.array(taskIngress).exactOptional(),
      containerInsights: z.enum(["enabled", "disabled"], 'must be "enabled" or "disabled"'),
      desiredCountOwner: z.enum(["outside", "terraform"], 'must be "outside" or "terraform"'),
      waitForSteadyState: z.boolean(),
    }),
    iam: z.strictObject({
      taskRoles: z.enum(["shared", "per-service"], 'must be "shared" or "per-service"'),
      permissionsBoundary: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]{1,600}$/,
          "must be the ARN of a managed policy: arn:aws:iam::<account>:policy/<name>",
        )
        .exactOptional(),
    }),
    services: ofServices(services, serviceTasks),
    tenants: z.strictObject({ platform: tenant, logs: tenant.exactOptional() }),
    retention: z.strictObject({
      metricsDays: retentionDays,
      logsDays: retentionDays,
      tracesDays: retentionDays,
      profilesDays: retentionDays,
    }),
    alloy: z.strictObject({ acceptOtlp: z.boolean() }),
    grafana: z.strictObject({
      adminUser: grafanaLogin,
      adminPasswordSecret: z.strictObject({ name: secretName, jsonKey: secretKey }),
      database: z.literal("ephemeral", 'must be "ephemeral", which accepts that the task\'s disk holds it'),
    }),
    serviceConfigs: z.enum(["original", "dockerfiles"], 'must be "original" or "dockerfiles"'),
    timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, like "Asia/Seoul"'),
    logRetentionDays,
  });
}

function isFargateSize(value: unknown): boolean {
  const { cpu, memoryMiB, ...others } = Object(value) as Readonly<Record<string, unknown>>;
  return (
    typeof cpu === "number" &&
    typeof memoryMiB === "number" &&
    (fargateMemoryFor(cpu) ?? []).includes(memoryMiB) &&
    Object.keys(others).length === 0
  );
}

/** Lists the memory sizes that go with the CPU given or, if Fargate has no such size, the CPU sizes. */
function offeredSizes(value: unknown): string {
  const { cpu } = Object(value) as Readonly<Record<string, unknown>>;
  const memory = typeof cpu === "number" ? fargateMemoryFor(cpu) : undefined;
  return memory === undefined
    ? `cpu ${Object.keys(FARGATE_MEMORY_MIB).join(", ")}`
    : `cpu ${String(cpu)} goes with memoryMiB ${memory.join(", ")}`;
}

function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // Intl takes "asia/seoul" too, the containers' time zone files do not; other names for one zone are fine.
    return name === timeZone || (name.toLowerCase() !== timeZone.toLowerCase() && /^[A-Z]/.test(name));
  } catch {
    return false;
  }
}
