import type { FargateSize } from "./fargate-size";
import type { UpstreamVersion } from "./image-version";

/**
 * Everything that differs, or may differ, between two environments or between today and tomorrow.
 *
 * @typeParam Service names of the services that are deployed. Definitions of services read the configuration, so it takes
 *   their names from whoever uses it: `defineProfile` checks those in common.config.ts.
 */
export interface PlatformConfig<Service extends string = string> {
  /** First part of every name, `lgtm` in `lgtm-prod-alb`. */
  readonly projectName: string;
  /** Second part of every name, `prod` in `lgtm-prod-alb`; also the `Environment` tag. */
  readonly environment: string;
  /** AWS region of everything, remote state included. */
  readonly region: string;
  /**
   * The only AWS account that the provider accepts; 12 digits. ARNs never use it, they use the caller's identity.
   * @default - any account is accepted
   */
  readonly accountId?: string;
  /** Place of the Terraform states. */
  readonly state: StateConfig;
  /**
   * True if the legacy Terraform wrote this environment's states. Each resource whose address changed then carries a `moved`
   * block from its former address.
   */
  readonly adoptsHclState: boolean;
  /** Tags that each resource carries beside Name, Environment, Project and ManagedBy. */
  readonly tags: Readonly<Record<string, string>>;
  readonly network: NetworkConfig;
  readonly dataBucket: DataBucketConfig;
  /** First folder of each service's objects in the data bucket. */
  readonly storagePrefixes: StoragePrefixes;
  readonly imageRepositories: ImageRepositoriesConfig;
  /** Upstream version of each deployed service: the `ARG VERSION` of its Dockerfile. */
  readonly imageVersions: Readonly<Record<Service, UpstreamVersion>>;
  readonly serviceDiscovery: ServiceDiscoveryConfig;
  readonly loadBalancer: LoadBalancerConfig;
  readonly cache: CacheConfig;
  readonly ecs: EcsConfig;
  readonly iam: IamConfig;
  /** The services that are deployed, with size, count and stop timeout of their tasks; their order is that of the services. */
  readonly services: Readonly<Record<Service, ServiceTasks>>;
  /**
   * Service configs that the images hold: `original` are those of the legacy images, `dockerfiles` those of this
   * repository. Decides which variables the task definitions inject.
   */
  readonly serviceConfigs: "original" | "dockerfiles";
  readonly tenants: TenantsConfig;
  readonly retention: RetentionConfig;
  readonly grafana: GrafanaConfig;
  readonly alloy: AlloyConfig;
  /** IANA time zone in which Grafana shows times and Pyroscope writes its log. */
  readonly timeZone: string;
  /** Days that CloudWatch keeps the containers' logs; 0 keeps them forever. */
  readonly logRetentionDays: number;
}

/** Place of the Terraform states: one bucket and lock table, made by layer 00, whose own state is in a second bucket. */
export interface StateConfig {
  /** Bucket of layer 00's own state; the one thing that Terraform does not make. */
  readonly bootstrapBucket: string;
  /** Bucket of all other layers' states. */
  readonly bucket: string;
  /** Key of a layer's state is `<keyPrefix>/<layer>/terraform.tfstate`; a typo here plans everything as new. */
  readonly keyPrefix: string;
  /** DynamoDB table that holds the state locks. */
  readonly lockTable: string;
  /**
   * Days after which saved plans, which hold secrets, are deleted from the state bucket (key prefix `plans/`).
   * @default - they stay; whoever plans removes them
   */
  readonly plansExpireAfterDays?: number;
}

/** One availability zone with its two subnets. */
export interface ZoneConfig {
  /** Name of the zone, `ap-northeast-2a`. */
  readonly name: string;
  /** CIDR block of the zone's public subnet (load balancer, NAT gateway); /16 to /27. */
  readonly publicCidr: string;
  /**
   * CIDR block of the zone's private subnet (tasks, cache).
   * @default - the zone has no private subnet; tasks and cache are in the others
   */
  readonly privateCidr?: string;
}

/** The VPC; each zone gets a public subnet, a NAT gateway of its own and, unless it has none, a private subnet. */
export interface NetworkConfig {
  readonly vpcCidr: string;
  /** At least two, since a load balancer needs two; the first has a private subnet. */
  readonly zones: readonly [ZoneConfig & { readonly privateCidr: string }, ZoneConfig, ...ZoneConfig[]];
  /**
   * True if the private subnets reach S3 through a gateway endpoint, which is free, instead of the NAT gateways, which
   * cost a price per GB.
   */
  readonly s3GatewayEndpoint: boolean;
}

/** The one bucket that holds metrics, logs, traces and profiles. */
export interface DataBucketConfig {
  readonly name: string;
  /**
   * `Disabled` is for a bucket that never was versioned: AWS has no way back to it. From `Enabled` the only way is
   * `Suspended`. A versioned bucket keeps every deleted object and cannot be destroyed before its versions are gone.
   */
  readonly versioning: "Disabled" | "Suspended" | "Enabled";
  /** True if `destroy` may delete the bucket together with the objects in it. */
  readonly destroyWithObjects: boolean;
  /** Age in days at which objects move to the infrequent-access storage class; at least 30 (an S3 limit). */
  readonly infrequentAccessAfterDays: number;
  /** Age in days at which unfinished multipart uploads are removed. */
  readonly abortUploadsAfterDays: number;
}

/** Storage prefixes, letters and digits (Loki and Pyroscope: dashes too); each becomes one folder at the bucket's root. */
export interface StoragePrefixes {
  /** Mimir takes a prefix for each kind of data, and refuses equal ones. */
  readonly mimir: { readonly blocks: string; readonly rules: string; readonly alerts: string };
  readonly loki: string;
  readonly tempo: string;
  readonly pyroscope: string;
}

/** One ECR lifecycle rule; rules apply in their order. */
export type ImageLifecycleRule =
  | {
      readonly description: string;
      /** Beginnings of tags: the rule selects images that have a tag for each of them (ECR's "all", not "any"). */
      readonly tagPrefixes: readonly [string, ...string[]];
      /** Newest images that stay; older ones expire. */
      readonly keepCount: number;
    }
  | {
      readonly description: string;
      /** Pattern of the tags that the rule selects; `*` stands for any text, at most four times (an ECR limit). */
      readonly tagPattern: string;
      /** Newest images that stay; older ones expire. */
      readonly keepCount: number;
    }
  | {
      readonly description: string;
      /** Age in days at which an image without a tag expires. */
      readonly expireUntaggedAfterDays: number;
    };

/** The ECR repositories, one for each service. */
export interface ImageRepositoriesConfig {
  /** Repository of a service is `<namePrefix>-<service>`; unique in the account. */
  readonly namePrefix: string;
  readonly tagMutability: "MUTABLE" | "IMMUTABLE";
  /** True if ECR scans each pushed image for known vulnerabilities. */
  readonly scanOnPush: boolean;
  /** True if `destroy` may delete repositories together with the images in them. */
  readonly destroyWithImages: boolean;
  /** In order: what an earlier rule selects, a later one cannot expire. */
  readonly lifecycleRules: readonly ImageLifecycleRule[];
  /**
   * Tag that the task definitions name: `upstream` the upstream version, under which a newly pushed image never rolls
   * out; `released` the tag or digest recorded in releases.json, or the upstream version while none is recorded.
   */
  readonly deployedTag: "upstream" | "released";
  /**
   * Full names of repositories beside those of the services, with the same settings and rules.
   * @default - none
   */
  readonly further?: readonly string[];
}

/** Cloud Map: the tasks' names inside the VPC. */
export interface ServiceDiscoveryConfig {
  /** Private DNS namespace; a service is `<service>.<namespace>`. */
  readonly namespace: string;
  /** Time to live of the records, in seconds. */
  readonly ttlSeconds: number;
}

/** Sources that may connect to one port of the load balancer. */
export interface LoadBalancerIngress {
  readonly port: number;
  /**
   * Last port, where the rule opens a range.
   * @default - `port` alone
   */
  readonly toPort?: number;
  readonly description: string;
  readonly cidrBlocks: readonly string[];
}

/** Health checks that the load balancer makes of a target. */
export interface HealthCheckConfig {
  /** Seconds between two checks of one target, 5 to 300. */
  readonly intervalSeconds: number;
  /** Seconds without an answer that count as a failure, 2 to 120, less than the interval. */
  readonly timeoutSeconds: number;
  /** Successes in a row that make a target healthy, 2 to 10. */
  readonly healthyThreshold: number;
  /** Failures in a row that make a target unhealthy, 2 to 10. */
  readonly unhealthyThreshold: number;
}

/** The Application Load Balancer in front of everything. */
export interface LoadBalancerConfig {
  /** True if it has private addresses only. */
  readonly internal: boolean;
  readonly deletionProtection: boolean;
  /**
   * ACM certificate of the HTTPS listener. With one, port 443 carries the rules and port 80 redirects to it.
   * @default - port 80 carries the rules
   */
  readonly certificateArn?: string;
  /** Security policy of the HTTPS listener: which TLS versions and ciphers it accepts; without effect on HTTP. */
  readonly tlsPolicy: string;
  /** Seconds without a byte after which a connection is closed, 1 to 4000. */
  readonly idleTimeoutSeconds: number;
  /** True if headers whose name is not valid in HTTP are removed before a request is forwarded. */
  readonly dropInvalidHeaderFields: boolean;
  readonly ingress: readonly LoadBalancerIngress[];
  readonly healthCheck: HealthCheckConfig;
  /**
   * Seconds that a leaving target may finish its requests, 0 to 3600; `stop timeout` gives each target group the stop
   * timeout of its service.
   */
  readonly deregistrationDelaySeconds: number | "stop timeout";
  /**
   * Paths that lead to the services: `original` as in the legacy Terraform, `complete` every path that the services' clients use
   * (OTLP for all signals, Connect for profiles).
   */
  readonly routes: "original" | "complete";
  readonly accepted: AcceptedExposure;
}

/** Things that are open although they need not be; each must be said in words, or nothing is synthesized. */
export interface AcceptedExposure {
  /** Reason why passwords and data may cross the internet unencrypted. @default - refused */
  readonly publicPlainHttp?: string;
  /** Reason why anyone on the internet may write metrics, logs, traces and profiles. @default - refused */
  readonly publicIngestion?: string;
}

/** The Memcached cluster that holds query results, chunks and indexes. */
export interface CacheConfig {
  readonly engineVersion: string;
  /** ElastiCache parameter group family, as in `memcached1.6`. */
  readonly parameterGroupFamily: string;
  readonly nodeType: string;
  /** Nodes, 1 to 40. */
  readonly nodeCount: number;
  /** Largest item in bytes, 1 KiB to 128 MiB; a change reboots the nodes. */
  readonly maxItemSizeBytes: number;
  /** Weekly window (UTC) in which AWS may patch, `sun:05:00-sun:06:00`. */
  readonly maintenanceWindow: string;
  /** True if the account-wide service-linked role of ElastiCache is made here; one environment of an account makes it. */
  readonly createServiceLinkedRole: boolean;
}

/** The ECS cluster and what all its services share. */
export interface EcsConfig {
  readonly containerInsights: "enabled" | "disabled";
  /**
   * Owner of the number of running tasks after the service was made: `outside` leaves it to people or autoscaling
   * (Terraform ignores it), `terraform` sets it back to the configured count at each apply.
   */
  readonly desiredCountOwner: "outside" | "terraform";
  /**
   * True if an apply waits until the new tasks run and fails if the deployment was rolled back; otherwise it ends when
   * ECS has taken the order.
   */
  readonly waitForSteadyState: boolean;
  /**
   * Task-definition family of a service is `<familyPrefix>-<service>`; unique in the account.
   * @default - `imageRepositories.namePrefix`
   */
  readonly familyPrefix?: string;
  /**
   * Ingress to ports of the tasks beside the ingress that the services themselves ask for.
   * @default - nobody
   */
  readonly furtherIngress?: readonly TaskIngress[];
}

/** Ingress to one port of every task. */
export interface TaskIngress {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  /** Name of the port in the rules' descriptions: `<label> from ALB`, `<label> internal`. */
  readonly label: string;
  readonly fromLoadBalancer: boolean;
  /** True if members of the tasks' security group may connect. */
  readonly fromTasks: boolean;
}

/** The roles of the tasks. */
export interface IamConfig {
  /**
   * `shared`: Mimir, Loki, Tempo and Pyroscope run under one role that may use the whole data bucket. `per-service`:
   * each under a role of its own, limited to its own prefixes; the shared role stays until a later change removes it.
   */
  readonly taskRoles: "shared" | "per-service";
  /**
   * ARN of the managed policy that bounds every role that the layers make: whatever policy a role is given, it may do no more
   * than this one allows. With it, the role that applies can give the platform's roles nothing beyond (`./lgtm roles` writes
   * such a policy). Make the policy before the first apply with it.
   * @default - the roles are not bounded
   */
  readonly permissionsBoundary?: string;
}

/** Size and number of a service's tasks. */
export interface ServiceTasks {
  readonly size: FargateSize;
  /** Number of tasks. */
  readonly count: number;
  /** Seconds between SIGTERM and SIGKILL, at most 120 on Fargate; time to write what is still in memory. */
  readonly stopTimeoutSeconds: number;
  /**
   * Days that CloudWatch keeps the logs of this service's containers; 0 keeps them forever.
   * @default - `logRetentionDays` of the platform
   */
  readonly logRetentionDays?: number;
}

/** Tenants: the values of the `X-Scope-OrgID` header. */
export interface TenantsConfig {
  /** The tenant that Alloy and Tempo write to and Grafana reads from. */
  readonly platform: string;
  /**
   * The tenant that Alloy of the `original` configs writes logs to. Grafana reads from `platform` alone, and our configs
   * have no second tenant.
   * @default - `platform`
   */
  readonly logs?: string;
}

/** A retention in days of 24 hours, 1 to 36500, or without an end. */
export type RetentionDays = number | "forever";

/**
 * Time that the services keep data in the bucket. They delete what is older, on their own and for good: a lower value
 * deletes data that is there today. Only the configs under `dockerfiles/` read it; for the `original` ones it states
 * what is in them, and changes nothing.
 */
export interface RetentionConfig {
  /** Mimir's blocks. */
  readonly metricsDays: RetentionDays;
  /** Loki's chunks, of all streams alike. */
  readonly logsDays: RetentionDays;
  /** Tempo's blocks. */
  readonly tracesDays: RetentionDays;
  /** Pyroscope's blocks. */
  readonly profilesDays: RetentionDays;
}

/** Settings of Alloy alone. */
export interface AlloyConfig {
  /**
   * True if Alloy takes OTLP (gRPC on 4317, HTTP on 4318) from the VPC's applications that are in the tasks' security
   * group, and hands metrics, logs and traces on under the platform's tenant. Has no effect on the `original` configs.
   */
  readonly acceptOtlp: boolean;
}

/** Settings of Grafana alone. */
export interface GrafanaConfig {
  readonly adminUser: string;
  /** Secrets Manager secret with the administrator's password; made by people, Terraform never sees its value. */
  readonly adminPasswordSecret: {
    readonly name: string;
    /** Key of the password in the secret's JSON text. */
    readonly jsonKey: string;
  };
  /** `ephemeral`: on the task's disk. Users and dashboards made by hand are lost whenever the task is replaced. */
  readonly database: "ephemeral";
}
