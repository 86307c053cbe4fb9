import { ElasticacheCluster } from "@cdktf/provider-aws/lib/elasticache-cluster";
import { ElasticacheParameterGroup } from "@cdktf/provider-aws/lib/elasticache-parameter-group";
import { ElasticacheSubnetGroup } from "@cdktf/provider-aws/lib/elasticache-subnet-group";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { CacheConfig } from "./config/platform-config";
import { identify } from "./identity";
import { ALL_OUTBOUND, ingressRule } from "./security-group-rules";

/** Memcached's port. */
export const MEMCACHED_PORT = 11211;

/** Properties of {@link Memcached}. */
export interface MemcachedProps {
  readonly namePrefix: string;
  readonly cache: CacheConfig;
  readonly vpcId: string;
  readonly subnetIds: string[];
  /** Security group whose members may connect. */
  readonly clientSecurityGroupId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A Memcached cluster inside the VPC. */
export class Memcached extends Construct {
  readonly cluster: ElasticacheCluster;
  readonly securityGroup: SecurityGroup;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link MemcachedProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: MemcachedProps,
  ) {
    super(scope, id);
    this.securityGroup = this.createSecurityGroup();
    this.cluster = this.createCluster(this.createSubnetGroup(), this.createParameterGroup());
  }

  /** `host:port` of the first node. */
  get firstNodeEndpoint(): string {
    const node = this.cluster.cacheNodes.get(0);
    return `${node.address}:${node.port}`;
  }

  private named(suffix: string): { name: string; tags: Record<string, string> } {
    const name = `${this.props.namePrefix}-${suffix}`;
    return { name, tags: { ...this.props.tags, Name: name } };
  }

  private createSecurityGroup(): SecurityGroup {
    const { vpcId, clientSecurityGroupId } = this.props;
    const group = new SecurityGroup(this, "security-group", {
      ...this.named("memcached-sg"),
      description: "Security group for LGTM Memcached cluster",
      vpcId,
      ingress: [ingressRule(MEMCACHED_PORT, "Memcached from ECS", { securityGroupId: clientSecurityGroupId })],
      egress: ALL_OUTBOUND,
    });
    return identify(group, "memcached");
  }

  private createSubnetGroup(): ElasticacheSubnetGroup {
    const group = new ElasticacheSubnetGroup(this, "subnet-group", {
      ...this.named("cache-subnet"),
      description: "Subnet group for LGTM Memcached cluster",
      subnetIds: this.props.subnetIds,
    });
    return identify(group, "main");
  }

  private createParameterGroup(): ElasticacheParameterGroup {
    const { cache } = this.props;
    const group = new ElasticacheParameterGroup(this, "parameter-group", {
      ...this.named("memcached-params"),
      description: "Custom parameter group for LGTM Memcached",
      family: cache.parameterGroupFamily,
      parameter: [{ name: "max_item_size", value: String(cache.maxItemSizeBytes) }],
    });
    return identify(group, "memcached");
  }

  private createCluster(subnets: ElasticacheSubnetGroup, parameters: ElasticacheParameterGroup): ElasticacheCluster {
    const { cache } = this.props;
    const { name, tags } = this.named("memcached");
    const cluster = new ElasticacheCluster(this, "cluster", {
      clusterId: name,
      engine: "memcached",
      engineVersion: cache.engineVersion,
      nodeType: cache.nodeType,
      numCacheNodes: cache.nodeCount,
      parameterGroupName: parameters.name,
      port: MEMCACHED_PORT,
      subnetGroupName: subnets.name,
      securityGroupIds: [this.securityGroup.id],
      azMode: cache.nodeCount > 1 ? "cross-az" : "single-az",
      maintenanceWindow: cache.maintenanceWindow,
      tags: { ...tags, Component: "cache" },
    });
    return identify(cluster, "memcached");
  }
}
