import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  type Service,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  DescribeCacheClustersCommand,
  DescribeCacheParametersCommand,
  ElastiCacheClient,
} from "@aws-sdk/client-elasticache";
import { IAMClient } from "@aws-sdk/client-iam";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetNamespaceCommand, GetServiceCommand, ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { clusterName } from "../../../modules/config/names";
import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { connection } from "../../mock/s3";
import type { Mock } from "../../mock/server";
import { UserError } from "../../terminal/user-error";
import type { LiveCache, LiveService, LiveStack, LiveTaskDefinition } from "./live-stack";
import { readLoadBalancer, type ReadLoadBalancer } from "./read-load-balancer";
import { readRole } from "./read-role";

/** Memcached's own largest item where no parameter says otherwise. */
const DEFAULT_ITEM_BYTES = 1024 * 1024;

/**
 * Reads from the mock's API what ECS would run: services, task definitions, roles, secrets, target groups, listeners, rules,
 * Cloud Map names and the cache.
 *
 * @param mock a mock with all layers applied
 * @param prefix beginning of the platform's names; another environment may be on the same mock
 * @throws UserError when the mock holds no such platform
 */
export async function readStack(mock: Mock, prefix: string): Promise<LiveStack> {
  const reader = new Reader(mock, prefix);
  try {
    const balancer = await readLoadBalancer(reader.elb, prefix);
    const services = await Promise.all((await reader.services()).map((service) => reader.service(service, balancer)));
    return {
      region: mock.record.region,
      services: services.sort((a, b) => SERVICE_NAMES.indexOf(a.name) - SERVICE_NAMES.indexOf(b.name)),
      loadBalancer: balancer.description,
      cache: await reader.cache(),
      dnsTtlSeconds: reader.ttlSeconds,
    };
  } finally {
    reader.close();
  }
}

class Reader {
  readonly elb: ElasticLoadBalancingV2Client;
  /** Of the Cloud Map records that were read. */
  ttlSeconds = 60;
  private readonly ecs: ECSClient;
  private readonly iam: IAMClient;
  private readonly secrets: SecretsManagerClient;
  private readonly names: ServiceDiscoveryClient;
  private readonly elasticache: ElastiCacheClient;

  constructor(
    mock: Mock,
    private readonly prefix: string,
  ) {
    const config = connection(mock);
    this.elb = new ElasticLoadBalancingV2Client(config);
    this.ecs = new ECSClient(config);
    this.iam = new IAMClient(config);
    this.secrets = new SecretsManagerClient(config);
    this.names = new ServiceDiscoveryClient(config);
    this.elasticache = new ElastiCacheClient(config);
  }

  close(): void {
    for (const client of [this.elb, this.ecs, this.iam, this.secrets, this.names, this.elasticache]) client.destroy();
  }

  async services(): Promise<readonly Service[]> {
    const cluster = clusterName(this.prefix);
    const { clusterArns = [] } = await this.ecs.send(new ListClustersCommand({}));
    if (!clusterArns.some((arn) => arn.endsWith(`/${cluster}`))) throw notApplied(`there is no ECS cluster ${cluster}`);
    const { serviceArns = [] } = await this.ecs.send(new ListServicesCommand({ cluster, maxResults: 100 }));
    if (serviceArns.length === 0) throw notApplied("the ECS cluster has no services");
    const { services = [] } = await this.ecs.send(new DescribeServicesCommand({ cluster, services: serviceArns }));
    return services;
  }

  async service(service: Service, balancer: ReadLoadBalancer): Promise<LiveService> {
    const { taskDefinition } = await this.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition }),
    );
    const container = taskDefinition?.containerDefinitions?.[0];
    const name = SERVICE_NAMES.find((known) => known === container?.name);
    if (taskDefinition === undefined || name === undefined) {
      throw notApplied(
        `the service ${service.serviceName ?? ""} runs a container ${container?.name ?? "without a name"}`,
      );
    }
    const { deploymentConfiguration: { deploymentCircuitBreaker: breaker } = {} } = service;
    const discoveryName = await this.discoveryName(service.serviceRegistries?.[0]?.registryArn);
    return {
      name,
      ecsName: service.serviceName ?? name,
      desiredCount: service.desiredCount ?? 1,
      gracePeriodSeconds: service.healthCheckGracePeriodSeconds ?? 0,
      circuitBreaker: { enabled: breaker?.enable ?? false, rollback: breaker?.rollback ?? false },
      targetGroups: (service.loadBalancers ?? []).map(({ targetGroupArn = "", containerPort = 0 }) => ({
        name: balancer.names.get(targetGroupArn) ?? targetGroupArn,
        port: containerPort,
      })),
      ...(discoveryName === undefined ? {} : { discoveryName }),
      taskDefinition: await this.taskDefinition(taskDefinition),
    };
  }

  async cache(): Promise<LiveCache> {
    const { CacheClusters = [] } = await this.elasticache.send(
      new DescribeCacheClustersCommand({ ShowCacheNodeInfo: true }),
    );
    const cluster = CacheClusters.find(({ CacheClusterId = "" }) => CacheClusterId.startsWith(`${this.prefix}-`));
    const endpoint = cluster?.CacheNodes?.[0]?.Endpoint;
    if (endpoint?.Address === undefined) throw notApplied("there is no cache node");
    const CacheParameterGroupName = cluster?.CacheParameterGroup?.CacheParameterGroupName;
    const { Parameters = [] } = await this.elasticache.send(
      new DescribeCacheParametersCommand({ CacheParameterGroupName, Source: "user" }),
    );
    const size = Parameters.find(({ ParameterName }) => ParameterName === "max_item_size")?.ParameterValue;
    return {
      host: endpoint.Address,
      port: endpoint.Port ?? 11211,
      maxItemSizeBytes: size === undefined ? DEFAULT_ITEM_BYTES : Number(size),
    };
  }

  private async taskDefinition(definition: TaskDefinition): Promise<LiveTaskDefinition> {
    const container = definition.containerDefinitions?.[0];
    const secrets = await Promise.all(
      (container?.secrets ?? []).map(
        async ({ name = "", valueFrom = "" }) => [name, await this.secret(valueFrom)] as const,
      ),
    );
    const plain = (container?.environment ?? []).map(({ name = "", value = "" }) => [name, value] as const);
    return {
      revision: `${definition.family ?? ""}:${definition.revision ?? ""}`,
      environment: Object.fromEntries([...plain, ...secrets]),
      ...(container?.command === undefined || container.command.length === 0 ? {} : { command: container.command }),
      // Fargate's own default.
      stopTimeoutSeconds: container?.stopTimeout ?? 30,
      role: await readRole(this.iam, definition.taskRoleArn ?? ""),
    };
  }

  /** As ECS reads it: `ARN`, or `ARN:JSON-KEY:STAGE:VERSION`. */
  private async secret(valueFrom: string): Promise<string> {
    const parts = valueFrom.split(":");
    const [arn, key] = parts.length > 7 ? [parts.slice(0, 7).join(":"), parts[7] ?? ""] : [valueFrom, ""];
    const { SecretString = "" } = await this.secrets.send(new GetSecretValueCommand({ SecretId: arn }));
    if (key === "") return SecretString;
    const value = (JSON.parse(SecretString) as Readonly<Record<string, unknown>>)[key];
    if (typeof value !== "string") throw notApplied(`the secret has no JSON key ${key}`);
    return value;
  }

  private async discoveryName(registryArn: string | undefined): Promise<string | undefined> {
    if (registryArn === undefined) return undefined;
    const Id = registryArn.slice(registryArn.lastIndexOf("/") + 1);
    const { Service: found } = await this.names.send(new GetServiceCommand({ Id }));
    this.ttlSeconds = found?.DnsConfig?.DnsRecords?.[0]?.TTL ?? this.ttlSeconds;
    // AWS gives both; the mock gives the older one alone.
    const config: { readonly NamespaceId?: string | undefined } | undefined = found?.DnsConfig;
    const namespaceId = found?.NamespaceId ?? config?.NamespaceId;
    const { Namespace: namespace } = await this.names.send(new GetNamespaceCommand({ Id: namespaceId }));
    return `${found?.Name ?? ""}.${namespace?.Name ?? ""}`;
  }
}

function notApplied(what: string): UserError {
  return new UserError({
    what: `The mock holds no whole platform: ${what}.`,
    mend: "apply all layers, with `./lgtm dev`",
  });
}
