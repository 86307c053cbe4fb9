import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { Memcached } from "../modules/memcached";
import { LayerStack } from "./layer-stack";
import type { NetworkStack } from "./network-stack";
import type { SecurityGroupsStack } from "./security-groups-stack";

/** Layer 35: the Memcached cluster. */
export class CacheStack extends LayerStack<"35-elasticache"> {
  /**
   * @param app the app
   * @param config the platform
   * @param upstream the layers it reads
   */
  constructor(
    app: App,
    config: PlatformConfig,
    upstream: { readonly network: NetworkStack; readonly securityGroups: SecurityGroupsStack },
  ) {
    super(app, "35-elasticache", config);
    const vpc = this.read(upstream.network, "vpc");
    const securityGroups = this.read(upstream.securityGroups, "security_groups");
    const memcached = new Memcached(this, "memcached", {
      namePrefix: this.namePrefix,
      cache: config.cache,
      vpcId: vpc.vpc_id,
      subnetIds: vpc.private_subnet_ids,
      clientSecurityGroupId: securityGroups.ecs_security_group_id,
      tags: this.tags,
    });
    this.write({
      cluster_id: memcached.cluster.id,
      cluster_arn: memcached.cluster.arn,
      configuration_endpoint: memcached.cluster.configurationEndpoint,
      cluster_address: memcached.cluster.clusterAddress,
      primary_endpoint: memcached.firstNodeEndpoint,
      port: memcached.cluster.port,
      security_group_id: memcached.securityGroup.id,
    });
  }
}
