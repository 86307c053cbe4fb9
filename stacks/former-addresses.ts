import { repositoryId, repositoryName } from "../modules/config/names";
import type { PlatformConfig, ZoneConfig } from "../modules/config/platform-config";
import type { FormerAddresses } from "../modules/identity";
import { zoneLetter } from "../modules/network";
import { ORIGINAL_SERVICES } from "../modules/services/original";
import type { LayerId } from "./outputs";

/** The module of the legacy Terraform that a layer's resources were in, and the resources that changed nothing else. */
const MODULES: Readonly<Partial<Record<LayerId, readonly [module: string, addresses: readonly string[]]>>> = {
  "01-vpc": ["vpc", ["aws_vpc.main", "aws_internet_gateway.main", "aws_route_table.public"]],
  "05-cloudwatch-logs": ["cloudwatch_logs", []],
  "10-ecr": ["ecr", []],
  "15-s3": [
    "s3",
    [
      "aws_s3_bucket.lgtm_data",
      "aws_s3_bucket_lifecycle_configuration.lgtm_data",
      "aws_s3_bucket_public_access_block.lgtm_data",
      "aws_s3_bucket_server_side_encryption_configuration.lgtm_data",
      "aws_s3_bucket_versioning.lgtm_data",
    ],
  ],
  "20-iam": [
    "iam",
    [
      "aws_iam_role.alloy_task",
      "aws_iam_role.grafana_task",
      "aws_iam_role.lgtm_task",
      "aws_iam_role.task_execution",
      "aws_iam_role_policy.alloy_cloudwatch_access",
      "aws_iam_role_policy.grafana_cloudwatch_access",
      "aws_iam_role_policy.lgtm_s3_access",
      "aws_iam_role_policy.task_execution_secrets",
      "aws_iam_role_policy_attachment.task_execution",
      "aws_iam_service_linked_role.elasticache",
    ],
  ],
  "30-security-groups": ["security_groups", ["aws_security_group.alb", "aws_security_group.ecs"]],
  "35-elasticache": [
    "elasticache",
    [
      "aws_elasticache_cluster.memcached",
      "aws_elasticache_parameter_group.memcached",
      "aws_elasticache_subnet_group.main",
      "aws_security_group.memcached",
    ],
  ],
  "40-cloudmap": ["cloudmap", ["aws_service_discovery_private_dns_namespace.main"]],
  "50-alb": [
    "alb",
    ["aws_lb.main", "aws_lb_listener.http", ...ORIGINAL_SERVICES.map((service) => `aws_lb_target_group.${service}`)],
  ],
  "60-ecs": [
    "ecs",
    [
      "aws_ecs_cluster.main",
      "aws_ecs_cluster_capacity_providers.main",
      ...ORIGINAL_SERVICES.flatMap((service) => [`aws_ecs_service.${service}`, `aws_ecs_task_definition.${service}`]),
    ],
  ],
};

/**
 * The addresses that a layer's resources have in states which the legacy Terraform wrote. A service that it does not have
 * appears nowhere. Deleted together with modules/services/original.ts.
 *
 * @param layer the layer
 * @param config the platform; one that adopts no such states has no former addresses
 */
export function formerAddresses(layer: LayerId, config: PlatformConfig): FormerAddresses {
  const { [layer]: legacy } = MODULES;
  if (!config.adoptsHclState || legacy === undefined) return {};
  const [module, addresses] = legacy;
  const moved = [...addresses.map((address): Move => [address, address]), ...(KEYED[layer]?.(config) ?? [])];
  return Object.fromEntries(moved.map(([address, former]) => [address, `module.${module}.${former}`]));
}

/** Address of a resource and its former one in the module. */
type Move = readonly [address: string, former: string];

/** Resources that had an instance key or another name in the legacy Terraform. */
const KEYED: Readonly<Partial<Record<LayerId, (config: PlatformConfig) => readonly Move[]>>> = {
  "01-vpc": ({ network }) =>
    network.zones.flatMap((zone, index): readonly Move[] => {
      const letter = zoneLetter(zone);
      // Private subnets are counted by themselves: a zone may have none.
      const types = [["public", index] as const, ...privateIndex(network.zones, index)];
      return [
        [`aws_eip.nat_${letter}`, `aws_eip.nat[${index}]`],
        [`aws_nat_gateway.nat_${letter}`, `aws_nat_gateway.main[${index}]`],
        ...types.flatMap(([type, key]): readonly Move[] => [
          ...(type === "private"
            ? [[`aws_route_table.private_${letter}`, `aws_route_table.private[${key}]`] as const]
            : []),
          [`aws_subnet.${type}_${letter}`, `aws_subnet.${type}[${key}]`],
          [`aws_route_table_association.${type}_${letter}`, `aws_route_table_association.${type}[${key}]`],
        ]),
      ];
    }),
  "05-cloudwatch-logs": () =>
    ORIGINAL_SERVICES.map((service) => [
      `aws_cloudwatch_log_group.${service}`,
      `aws_cloudwatch_log_group.services["${service}"]`,
    ]),
  "10-ecr": ({ imageRepositories }) =>
    [
      ...ORIGINAL_SERVICES.map((service) => [service, repositoryName(imageRepositories, service)] as const),
      ...(imageRepositories.further ?? []).map((name) => [repositoryId(name), name] as const),
    ].flatMap(([id, key]): readonly Move[] => [
      [`aws_ecr_repository.${id}`, `aws_ecr_repository.repos["${key}"]`],
      [`aws_ecr_lifecycle_policy.${id}`, `aws_ecr_lifecycle_policy.cleanup["${key}"]`],
    ]),
  "40-cloudmap": () =>
    ORIGINAL_SERVICES.map((service) => [
      `aws_service_discovery_service.${service}`,
      `aws_service_discovery_service.services["${service}"]`,
    ]),
  // Each rule has a twin: one is on the HTTP listener without a certificate, the other on the HTTPS listener with one.
  "50-alb": ({ loadBalancer: { certificateArn } }) => {
    const twin = certificateArn === undefined ? "http" : "https";
    return [
      ...(certificateArn === undefined ? [] : [["aws_lb_listener.https", "aws_lb_listener.https[0]"] as const]),
      ...ORIGINAL_SERVICES.map(
        (service) => [`aws_lb_listener_rule.${service}`, `aws_lb_listener_rule.${service}_${twin}[0]`] as const,
      ),
    ];
  },
};

/** Index of the private subnet of a zone; empty if it has none. */
function privateIndex(zones: readonly ZoneConfig[], index: number): readonly (readonly ["private", number])[] {
  const before = zones.slice(0, index).filter(({ privateCidr }) => privateCidr !== undefined);
  return zones[index]?.privateCidr === undefined ? [] : [["private", before.length]];
}
