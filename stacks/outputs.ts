import type { ServiceName } from "../modules/services/service-name";

/** Values of an output, by kind: the value that its layer writes, and the one that other layers read. */
interface OutputKinds {
  text: { written: string; read: string };
  /** Null where the layer has no such resource; other layers do not read it. */
  textOrNull: { written: string | null; read: never };
  number: { written: number; read: number };
  list: { written: readonly string[]; read: string[] };
  byService: { written: PerService; read: (service: ServiceName) => string };
  /** Keys that only the configuration knows, such as repository names. */
  byName: { written: Readonly<Record<string, string>>; read: (name: string) => string };
}

/** A value for each deployed service. */
type PerService = Readonly<Partial<Record<ServiceName, string>>>;

/**
 * The value of an output of kind `byService`.
 *
 * @param services something of each deployed service
 * @param valueOf takes the value out of it
 */
export function byService<Thing>(
  services: ReadonlyMap<ServiceName, Thing>,
  valueOf: (thing: Thing) => string,
): PerService {
  return Object.fromEntries([...services].map(([name, thing]) => [name, valueOf(thing)]));
}

/** Kind of an output. */
export type OutputKind = keyof OutputKinds;

/** One output of a layer: what it holds, what it is for, and whether Terraform hides its value. */
export interface OutputSpec<Kind extends OutputKind = OutputKind, Always extends boolean = boolean> {
  readonly kind: Kind;
  readonly description: string;
  readonly sensitive: boolean;
  /** True if every configuration has it. */
  readonly always: Always;
}

function output<Kind extends OutputKind>(
  kind: Kind,
  description: string,
  options: { readonly sensitive?: boolean } = {},
): OutputSpec<Kind, true> {
  return { kind, description, sensitive: options.sensitive ?? false, always: true };
}

/** An output that only some configurations have. Whoever reads it must know that the configuration has it. */
function addedOutput<Kind extends OutputKind>(
  kind: Kind,
  description: string,
  options: { readonly sensitive?: boolean } = {},
): OutputSpec<Kind, false> {
  return { ...output(kind, description, options), always: false };
}

/**
 * The contract between layers: each layer's outputs, by the names that stand in the existing states. Layers write and
 * read nothing else, so that a renamed or missing output does not compile. Names may be added, never changed or removed:
 * states, other teams and scripts read them.
 */
export const LAYER_OUTPUTS = {
  "00-bootstrap": {
    state_bucket_name: output("text", "Bucket that holds the Terraform states of all other layers"),
    state_bucket_arn: output("text", "ARN of the state bucket"),
    state_lock_table_name: output("text", "DynamoDB table that holds the state locks"),
    state_lock_table_arn: output("text", "ARN of the lock table"),
  },
  "01-vpc": {
    vpc_id: output("text", "VPC of the platform"),
    vpc_cidr: output("text", "CIDR block of the VPC"),
    public_subnet_ids: output("list", "Public subnets, one for each zone"),
    private_subnet_ids: output("list", "Private subnets, one for each zone"),
    nat_gateway_ips: output("list", "Public addresses from which the platform calls out, one for each zone"),
    internet_gateway_id: output("text", "Internet gateway of the VPC"),
  },
  "05-cloudwatch-logs": {
    log_group_names: output("byService", "Log group of each service"),
    log_group_arns: output("byService", "ARN of each service's log group"),
  },
  "10-ecr": {
    repository_urls: output("byName", "URL of each image repository, by repository name"),
    repository_arns: output("byName", "ARN of each image repository, by repository name"),
  },
  "15-s3": {
    bucket_name: output("text", "Data bucket"),
    bucket_arn: output("text", "ARN of the data bucket"),
  },
  "20-iam": {
    task_execution_role_arn: output("text", "Role under which ECS starts tasks", { sensitive: true }),
    task_execution_role_name: output("text", "Name of the task execution role"),
    lgtm_task_role_arn: output("text", "Role of the Mimir, Loki, Tempo and Pyroscope tasks", { sensitive: true }),
    lgtm_task_role_name: output("text", "Name of the Mimir, Loki, Tempo and Pyroscope task role"),
    alloy_task_role_arn: addedOutput("text", "Role of the Alloy task", { sensitive: true }),
    alloy_task_role_name: addedOutput("text", "Name of the Alloy task role"),
    grafana_task_role_arn: addedOutput("text", "Role of the Grafana task", { sensitive: true }),
    grafana_task_role_name: addedOutput("text", "Name of the Grafana task role"),
    task_role_arns: addedOutput("byService", "Role of each service's tasks, where each has its own", {
      sensitive: true,
    }),
  },
  "30-security-groups": {
    alb_security_group_id: output("text", "Security group of the load balancer"),
    ecs_security_group_id: output("text", "Security group of all tasks"),
  },
  "35-elasticache": {
    cluster_id: output("text", "Memcached cluster"),
    cluster_arn: output("text", "ARN of the Memcached cluster"),
    configuration_endpoint: output("text", "host:port that lists the nodes, for clients with auto discovery"),
    cluster_address: output("text", "Host name of the configuration endpoint"),
    primary_endpoint: output("text", "host:port of the first node"),
    port: output("number", "Port of the nodes"),
    security_group_id: output("text", "Security group of the cache"),
  },
  "40-cloudmap": {
    namespace_id: output("text", "Cloud Map namespace"),
    namespace_arn: output("text", "ARN of the namespace"),
    namespace_name: output("text", "DNS name of the namespace"),
    service_ids: output("byService", "Cloud Map service of each service"),
    service_arns: output("byService", "ARN of each service's Cloud Map service"),
  },
  "50-alb": {
    alb_arn: output("text", "ARN of the load balancer"),
    alb_dns_name: output("text", "DNS name of the load balancer"),
    alb_zone_id: output("text", "Route 53 zone of the load balancer, for alias records"),
    target_group_arns: output("byName", "Target group of each service, further ones as <service>-<port>"),
    http_listener_arn: output("text", "ARN of the HTTP listener"),
    https_listener_arn: output("textOrNull", "ARN of the HTTPS listener; null without a certificate"),
  },
  "60-ecs": {
    cluster_id: output("text", "ECS cluster"),
    cluster_arn: output("text", "ARN of the ECS cluster"),
    cluster_name: output("text", "Name of the ECS cluster"),
    // A service's name in ECS is its name in the catalog; the states have these, and a further service needs none.
    mimir_service_name: addedOutput("text", "ECS service of Mimir"),
    loki_service_name: addedOutput("text", "ECS service of Loki"),
    tempo_service_name: addedOutput("text", "ECS service of Tempo"),
    pyroscope_service_name: addedOutput("text", "ECS service of Pyroscope"),
    grafana_service_name: addedOutput("text", "ECS service of Grafana"),
    alloy_service_name: addedOutput("text", "ECS service of Alloy"),
  },
} as const satisfies Record<string, Readonly<Record<string, OutputSpec>>>;

/** Id of a layer: its stack, its folder in the output and the last folder of its state's key. */
export type LayerId = keyof typeof LAYER_OUTPUTS;

type Kinds<Layer extends LayerId> = {
  readonly [Name in keyof (typeof LAYER_OUTPUTS)[Layer]]: (typeof LAYER_OUTPUTS)[Layer][Name] extends OutputSpec<
    infer Kind
  >
    ? Kind
    : never;
};

type AlwaysWritten<Layer extends LayerId> = {
  [Name in keyof Kinds<Layer>]: (typeof LAYER_OUTPUTS)[Layer][Name] extends OutputSpec<OutputKind, true> ? Name : never;
}[keyof Kinds<Layer>];

/** The values that a layer must write: all outputs that every configuration has, any of the others, nothing else. */
export type WrittenOutputs<Layer extends LayerId> = {
  readonly [Name in AlwaysWritten<Layer>]: OutputKinds[Kinds<Layer>[Name]]["written"];
} & {
  readonly [Name in Exclude<keyof Kinds<Layer>, AlwaysWritten<Layer>>]?:
    OutputKinds[Kinds<Layer>[Name]]["written"] | undefined;
};

/** The outputs of an applied layer as another layer reads them; a map is a function from its key. */
export type ReadOutputs<Layer extends LayerId> = {
  readonly [Name in keyof Kinds<Layer>]: OutputKinds[Kinds<Layer>[Name]]["read"];
};
