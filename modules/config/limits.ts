/**
 * Limits of AWS and of the programs, each with its source: ranges, counts and lists. Rules read them from here. Forms that a
 * pattern says whole, length included, stand in schema.ts.
 */

/** A range of whole numbers that AWS or a program takes. */
export interface Range {
  readonly minimum: number;
  readonly maximum: number;
  /** Unit of the numbers; empty for plain numbers. */
  readonly unit: string;
  /** Reason or source, in a few words. */
  readonly why: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** S3 counts whole days. Source: `Days` of lifecycle rules in the Amazon S3 API reference. */
const MAX_DAYS = 36_500;

/** Ranges by the setting or property that they bound. */
export const RANGES = {
  plansExpireAfterDays: { minimum: 1, maximum: MAX_DAYS, unit: "days", why: "S3 counts whole days" },
  infrequentAccessAfterDays: {
    minimum: 30,
    maximum: MAX_DAYS,
    unit: "days",
    why: "S3 moves no object to STANDARD_IA before day 30",
  },
  abortUploadsAfterDays: { minimum: 1, maximum: MAX_DAYS, unit: "days", why: "an S3 limit" },
  keptImages: { minimum: 1, maximum: 10_000, unit: "images", why: "a sensible bound" },
  untaggedImageDays: { minimum: 1, maximum: 3650, unit: "days", why: "a sensible bound" },
  // Source: `RecordTTL` of `DnsRecord` in the Cloud Map API reference.
  ttlSeconds: { minimum: 0, maximum: 2_147_483_647, unit: "seconds", why: "a Cloud Map limit" },
  port: { minimum: 1, maximum: 65_535, unit: "", why: "a TCP port" },
  // Source: "Load balancer attributes" and "Health checks for your target groups" in the Application Load Balancers guide.
  idleTimeoutSeconds: { minimum: 1, maximum: 4000, unit: "seconds", why: "an ALB limit" },
  healthCheckIntervalSeconds: { minimum: 5, maximum: 300, unit: "seconds", why: "an ALB limit" },
  healthCheckTimeoutSeconds: { minimum: 2, maximum: 120, unit: "seconds", why: "an ALB limit" },
  healthCheckThreshold: { minimum: 2, maximum: 10, unit: "checks", why: "an ALB limit" },
  deregistrationDelaySeconds: { minimum: 0, maximum: 3600, unit: "seconds", why: "an ALB limit" },
  // Source: `CreateRule` in the Elastic Load Balancing API reference.
  rulePriority: { minimum: 1, maximum: 50_000, unit: "", why: "an ALB limit" },
  // Source: `HealthCheck` of a container in the ECS API reference.
  containerHealthCheck: {
    intervalSeconds: { minimum: 5, maximum: 300, unit: "seconds", why: "an ECS limit" },
    timeoutSeconds: { minimum: 2, maximum: 60, unit: "seconds", why: "an ECS limit" },
    retries: { minimum: 1, maximum: 10, unit: "", why: "an ECS limit" },
    startPeriodSeconds: { minimum: 0, maximum: 300, unit: "seconds", why: "an ECS limit" },
  },
  // Source: `healthCheckGracePeriodSeconds` of `CreateService` in the ECS API reference; 0 is allowed there and means none.
  gracePeriodSeconds: {
    minimum: 1,
    maximum: 2_147_483_647,
    unit: "seconds",
    why: "without it, tasks are killed while they start",
  },
  taskCount: { minimum: 0, maximum: 5000, unit: "tasks", why: "the ECS quota of tasks in a service" },
  stopTimeoutSeconds: { minimum: 2, maximum: 120, unit: "seconds", why: "a Fargate limit" },
  // Source: `NumCacheNodes` of `CreateCacheCluster` in the ElastiCache API reference; more only on request.
  cacheNodes: { minimum: 1, maximum: 40, unit: "nodes", why: "an ElastiCache limit" },
  // Source: `-I` in memcached's manual.
  cacheItemBytes: { minimum: KIB, maximum: 128 * MIB, unit: "bytes", why: "Memcached takes 1 KiB to 128 MiB" },
  retentionDays: { minimum: 1, maximum: MAX_DAYS, unit: "days", why: "Loki takes no less than a day" },
} as const satisfies Readonly<Record<string, Range | Readonly<Record<string, Range>>>>;

/** Source: `PutRetentionPolicy` in the CloudWatch Logs API reference; 0 stands for "never" in the AWS provider. */
export const LOG_RETENTION_DAYS: readonly number[] = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Longest names. Sources: `Name` or its like in the API references of the services. */
export const NAME_LENGTH = { targetGroup: 32, loadBalancer: 32, cacheCluster: 50, role: 64 } as const;

/** Condition values of one listener rule. Source: "Quotas for your Application Load Balancers". */
export const MAX_CONDITION_VALUES = 5;

/** Target groups of one ECS service. Source: "Amazon ECS service quotas". */
export const MAX_TARGET_GROUPS = 5;

/** Longest path of a load balancer's health check. Source: `HealthCheckPath` in the Elastic Load Balancing API reference. */
export const MAX_HEALTH_CHECK_PATH = 1024;

/** Wildcards of a tag pattern. Source: "Lifecycle policy parameters in Amazon ECR". */
export const MAX_TAG_WILDCARDS = 4;

/** Prefix lengths of a VPC and its subnets. Source: "VPC CIDR blocks" in the Amazon VPC user guide. */
export const VPC_PREFIX = { shortest: 16, longest: 28 } as const;

/** Longest prefix of a load balancer's subnet. Source: "Subnets for your load balancer" in the Application Load Balancers guide. */
export const MAX_LOAD_BALANCER_PREFIX = 27;

/** Shortest maintenance window in minutes. Source: `PreferredMaintenanceWindow` in the ElastiCache API reference. */
export const MIN_MAINTENANCE_MINUTES = 60;

/** Tags of a resource, and their lengths. Source: "Tag naming limits and requirements" in the AWS tagging guide. */
export const TAGS = { count: 50, keyLength: 128, valueLength: 256 } as const;

/** Longest name of a Grafana user. Source: column `login` of table `user` in Grafana's database migrations. */
export const MAX_GRAFANA_LOGIN = 190;

/**
 * Longest time that a service may flush, as a part of its stop timeout: half as long again is left for what it does around
 * the flush. A choice of this project.
 */
export const STOP_TIMEOUT_PER_FLUSH = 1.5;

/**
 * Security policies of an HTTPS listener. Source: "Security policies for your Application Load Balancer"; AWS refuses any
 * other name at apply: "SSL policy … not found".
 */
export const TLS_POLICIES: ReadonlySet<string> = new Set(
  [
    ...["1-3", "1-2", "1-2-Res", "1-2-Ext1", "1-2-Ext2", "1-1", "1-0"].map((name) => `TLS13-${name}-2021-06`),
    ...["1-3", "1-2", "1-2-Res", "1-2-Ext1", "1-2-Ext2", "1-0"].map((name) => `TLS13-${name}-PQ-2025-09`),
    ...["1-3", "1-2", "1-2-Res", "1-2-Ext0", "1-2-Ext1", "1-2-Ext2", "1-1", "1-0"].map(
      (name) => `TLS13-${name}-FIPS-2023-04`,
    ),
    ...["1-3", "1-2", "1-2-Res", "1-2-Ext0", "1-2-Ext1", "1-2-Ext2", "1-0"].map(
      (name) => `TLS13-${name}-FIPS-PQ-2025-09`,
    ),
    ...["1-2-Ext-2018-06", "1-2-2017-01", "1-1-2017-01"].map((name) => `TLS-${name}`),
    ...["1-2-Res-2020-10", "1-2-Res-2019-08", "1-2-2019-08", "1-1-2019-08", "2018-06"].map((name) => `FS-${name}`),
    "2016-08",
  ].map((name) => `ELBSecurityPolicy-${name}`),
);

/**
 * Regions of the "aws" partition, and the letters of their zones that some account has. Source: "AWS Regions" and
 * "Availability Zones" in the AWS Regions and Availability Zones guide. A new region needs a line here.
 */
export const REGION_ZONES: Readonly<Record<string, string>> = {
  "af-south-1": "abc",
  "ap-east-1": "abc",
  "ap-east-2": "abc",
  "ap-northeast-1": "abcd",
  "ap-northeast-2": "abcd",
  "ap-northeast-3": "abc",
  "ap-south-1": "abc",
  "ap-south-2": "abc",
  "ap-southeast-1": "abc",
  "ap-southeast-2": "abc",
  "ap-southeast-3": "abc",
  "ap-southeast-4": "abc",
  "ap-southeast-5": "abc",
  "ap-southeast-6": "abc",
  "ap-southeast-7": "abc",
  "ca-central-1": "abd",
  "ca-west-1": "abc",
  "eu-central-1": "abc",
  "eu-central-2": "abc",
  "eu-north-1": "abc",
  "eu-south-1": "abc",
  "eu-south-2": "abc",
  "eu-west-1": "abc",
  "eu-west-2": "abc",
  "eu-west-3": "abc",
  "il-central-1": "abc",
  "me-central-1": "abc",
  "me-south-1": "abc",
  "mx-central-1": "abc",
  "sa-east-1": "abc",
  "us-east-1": "abcdef",
  "us-east-2": "abc",
  "us-west-1": "abc",
  "us-west-2": "abcd",
};
