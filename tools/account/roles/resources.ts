import type { PlatformConfig } from "../../../modules/config/platform-config";
import { familyName, namePrefix, platformRoleNames, repositoryName, PLANS_PREFIX } from "../../../modules/config/names";
import { deployedServices } from "../../../modules/services/catalog";
import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { LAYER_OUTPUTS, type LayerId } from "../../../stacks/outputs";
import { stateLocation } from "../../../stacks/state-location";

/** Resources of the layers and of their states, as ARNs of one account. */
export interface PlatformResources {
  readonly region: string;
  /** Tags that the provider gives to every resource of the layers. */
  readonly tags: Readonly<Record<string, string>>;
  /** Patterns of the layers' states. */
  readonly states: readonly string[];
  /** Ids of the locks' items, which are also the paths of the states that can be locked. */
  readonly locks: readonly string[];
  /** Pattern of the ids of locks and of the digests that lie beside them. */
  readonly lockItems: string;
  readonly lockTable: string;
  /** Buckets of the states, and of the first layer's own state. */
  readonly stateBuckets: readonly string[];
  /** Bucket that the first layer makes; the bucket of that layer's own state is made by a person. */
  readonly stateBucket: string;
  /** Saved plans. */
  readonly plans: string;
  readonly dataBucket: string;
  /** Roles of ECS and of the tasks. */
  readonly roles: readonly string[];
  readonly cacheServiceLinkedRole: string;
  readonly repositories: readonly string[];
  /** Log groups with their streams. */
  readonly logGroups: string;
  /** Passwords that tasks are given. */
  readonly secrets: readonly string[];
  /** Pattern of all secrets of the project. */
  readonly projectSecrets: string;
  readonly cluster: string;
  readonly ecsServices: string;
  /** Revisions of the services' task definitions. */
  readonly taskDefinitions: readonly string[];
  readonly loadBalancing: readonly string[];
  readonly cache: readonly string[];
}

/**
 * The resources of a platform by the names that the layers give them.
 *
 * @param config the platform
 * @param accountId twelve digits
 */
export function platformResources(config: PlatformConfig, accountId: string): PlatformResources {
  const { region, state } = config;
  const prefix = namePrefix(config);
  const regional = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
  const locations = (Object.keys(LAYER_OUTPUTS) as LayerId[]).map((layer) => stateLocation(config, layer));
  const services = deployedServices(config);
  const repositories = [
    ...services.map((service) => repositoryName(config.imageRepositories, service)),
    ...(config.imageRepositories.further ?? []),
  ];
  return {
    region,
    tags: { Project: config.projectName, Environment: config.environment },
    states: [...new Set(locations.map(({ bucket, key }) => statePattern(config, bucket, key)))],
    locks: locations.flatMap(({ bucket, key, lockTable }) => (lockTable === undefined ? [] : [`${bucket}/${key}`])),
    lockItems: `${state.bucket}/${state.keyPrefix}/*`,
    lockTable: regional("dynamodb", `table/${state.lockTable}`),
    stateBuckets: [state.bootstrapBucket, state.bucket].map((bucket) => `arn:aws:s3:::${bucket}`),
    stateBucket: `arn:aws:s3:::${state.bucket}`,
    plans: `arn:aws:s3:::${state.bucket}/${PLANS_PREFIX}*`,
    dataBucket: `arn:aws:s3:::${config.dataBucket.name}`,
    roles: platformRoleNames(prefix, SERVICE_NAMES).map(role),
    cacheServiceLinkedRole: role("aws-service-role/elasticache.amazonaws.com/*"),
    repositories: repositories.map((name) => regional("ecr", `repository/${name}`)),
    logGroups: regional("logs", `log-group:/ecs/${prefix}/*`),
    // Secrets Manager appends a dash and six characters.
    secrets: [regional("secretsmanager", `secret:${config.grafana.adminPasswordSecret.name}-??????`)],
    projectSecrets: regional("secretsmanager", `secret:${config.projectName}/*`),
    cluster: regional("ecs", `cluster/${prefix}-cluster`),
    ecsServices: regional("ecs", `service/${prefix}-cluster/*`),
    taskDefinitions: services.map((service) => regional("ecs", `task-definition/${familyName(config, service)}:*`)),
    loadBalancing: ["loadbalancer/app", "targetgroup", "listener/app", "listener-rule/app"].map((kind) =>
      regional("elasticloadbalancing", `${kind}/${prefix}-*`),
    ),
    cache: ["cluster", "subnetgroup", "parametergroup"].map((kind) => regional("elasticache", `${kind}:${prefix}-*`)),
  };
}

/** One pattern for all states below the configured prefix; policies have few characters. */
function statePattern({ state }: PlatformConfig, bucket: string, key: string): string {
  const below = `${state.keyPrefix}/`;
  return `arn:aws:s3:::${bucket}/${bucket === state.bucket && key.startsWith(below) ? `${below}*` : key}`;
}
