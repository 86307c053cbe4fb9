import type { LayerId } from "../../../stacks/outputs";
import type { ResourcePlan } from "../../terraform/plan-summary";
import type { ConfigDifference } from "./config-differences";

/** Layers, and in each the resource types, that a part of the configuration decides about. */
type Affected = Readonly<Partial<Record<LayerId, readonly string[]>>>;

const TASKS = ["aws_ecs_task_definition", "aws_ecs_service"] as const;
const EVERYTHING = ["*"] as const;

/**
 * Resources that each part of the configuration decides: the one place where a change in a plan is traced back. A
 * row holds for its path and all below it; `*` stands for every type. A service is changed in place by whatever makes its
 * task definition a new one.
 */
const AFFECTED: Readonly<Record<string, Affected>> = {
  "network.s3GatewayEndpoint": { "01-vpc": ["aws_vpc_endpoint"] },
  "network.vpcCidr": { "01-vpc": EVERYTHING },
  "network.zones": { "01-vpc": EVERYTHING },
  "state.bucket": { "00-bootstrap": EVERYTHING },
  "state.lockTable": { "00-bootstrap": ["aws_dynamodb_table"] },
  "state.plansExpireAfterDays": { "00-bootstrap": ["aws_s3_bucket_lifecycle_configuration"] },
  dataBucket: { "15-s3": EVERYTHING, "20-iam": ["aws_iam_role_policy"], "60-ecs": TASKS },
  storagePrefixes: { "20-iam": ["aws_iam_role_policy"], "60-ecs": TASKS },
  "imageRepositories.lifecycleRules": { "10-ecr": ["aws_ecr_lifecycle_policy"] },
  "imageRepositories.tagMutability": { "10-ecr": ["aws_ecr_repository"] },
  "imageRepositories.scanOnPush": { "10-ecr": ["aws_ecr_repository"] },
  "imageRepositories.destroyWithImages": { "10-ecr": ["aws_ecr_repository"] },
  "imageRepositories.namePrefix": { "10-ecr": EVERYTHING, "60-ecs": TASKS },
  "imageRepositories.deployedTag": { "60-ecs": TASKS },
  "imageRepositories.further": { "10-ecr": EVERYTHING },
  imageVersions: { "60-ecs": TASKS },
  serviceDiscovery: { "40-cloudmap": EVERYTHING, "60-ecs": TASKS },
  "loadBalancer.routes": {
    "30-security-groups": ["aws_security_group"],
    "50-alb": ["aws_lb_target_group", "aws_lb_listener_rule"],
    "60-ecs": TASKS,
  },
  "loadBalancer.ingress": { "30-security-groups": ["aws_security_group"] },
  "loadBalancer.deregistrationDelaySeconds": { "50-alb": ["aws_lb_target_group"] },
  "loadBalancer.healthCheck": { "50-alb": ["aws_lb_target_group"] },
  "loadBalancer.dropInvalidHeaderFields": { "50-alb": ["aws_lb"] },
  "loadBalancer.idleTimeoutSeconds": { "50-alb": ["aws_lb"] },
  "loadBalancer.internal": { "50-alb": ["aws_lb"] },
  "loadBalancer.deletionProtection": { "50-alb": ["aws_lb"] },
  "loadBalancer.certificateArn": { "50-alb": ["aws_lb_listener", "aws_lb_listener_rule"] },
  "cache.createServiceLinkedRole": { "20-iam": ["aws_iam_service_linked_role"] },
  "cache.maxItemSizeBytes": { "35-elasticache": ["aws_elasticache_parameter_group"] },
  "cache.parameterGroupFamily": { "35-elasticache": ["aws_elasticache_parameter_group"] },
  "cache.engineVersion": { "35-elasticache": ["aws_elasticache_cluster"] },
  "cache.nodeType": { "35-elasticache": ["aws_elasticache_cluster"] },
  "cache.nodeCount": { "35-elasticache": ["aws_elasticache_cluster"] },
  "cache.maintenanceWindow": { "35-elasticache": ["aws_elasticache_cluster"] },
  "ecs.containerInsights": { "60-ecs": ["aws_ecs_cluster"] },
  "ecs.desiredCountOwner": { "60-ecs": ["aws_ecs_service"] },
  "ecs.waitForSteadyState": { "60-ecs": ["aws_ecs_service"] },
  "ecs.familyPrefix": { "60-ecs": TASKS },
  "ecs.furtherIngress": { "30-security-groups": ["aws_security_group"] },
  "iam.permissionsBoundary": { "20-iam": ["aws_iam_role"] },
  "iam.taskRoles": { "20-iam": ["aws_iam_role", "aws_iam_role_policy"], "60-ecs": TASKS },
  services: {
    "05-cloudwatch-logs": ["aws_cloudwatch_log_group"],
    "50-alb": ["aws_lb_target_group"],
    "60-ecs": TASKS,
  },
  serviceConfigs: {
    "30-security-groups": ["aws_security_group"],
    "50-alb": ["aws_lb_target_group"],
    "60-ecs": TASKS,
  },
  tenants: { "60-ecs": TASKS },
  retention: { "60-ecs": TASKS },
  alloy: { "30-security-groups": ["aws_security_group"], "60-ecs": TASKS },
  grafana: { "20-iam": ["aws_iam_role_policy"], "60-ecs": TASKS },
  timeZone: { "60-ecs": TASKS },
  logRetentionDays: { "05-cloudwatch-logs": ["aws_cloudwatch_log_group"] },
};

/** Parts of the configuration that decide names, tags or provider of every resource. */
const EVERYWHERE: readonly string[] = ["projectName", "environment", "region", "accountId", "tags"];

/**
 * The configuration differences that cause a change.
 *
 * @param layer layer of the resource
 * @param resource the change
 * @param differences all differences between the configurations
 */
export function causesOf(
  layer: string,
  { type, address }: Pick<ResourcePlan, "type" | "address">,
  differences: readonly ConfigDifference[],
): readonly ConfigDifference[] {
  return differences.filter(({ path }) => {
    if (EVERYWHERE.some((prefix) => isAtOrBelow(path, prefix))) return true;
    // What is said of one service concerns that service's resources alone.
    const service =
      /^(?:services|imageVersions|storagePrefixes)\.([a-z]+)/.exec(path)?.[1] ?? /^(alloy|grafana)\b/.exec(path)?.[1];
    const name = address.split(".").at(-1) ?? "";
    if (service !== undefined && /^aws_(cloudwatch|ecs|lb)_/.test(type) && !name.startsWith(service)) return false;
    return Object.entries(AFFECTED).some(
      ([prefix, affected]) => isAtOrBelow(path, prefix) && matches(affected[layer as LayerId] ?? [], type),
    );
  });
}

function isAtOrBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`);
}

function matches(types: readonly string[], type: string): boolean {
  return types.includes("*") || types.includes(type);
}
