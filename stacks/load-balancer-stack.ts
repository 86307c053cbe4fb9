import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { LoadBalancer } from "../modules/load-balancer";
import { serviceCatalog } from "../modules/services/catalog";
import { targetGroupsOf } from "../modules/services/target-groups";
import { LayerStack } from "./layer-stack";
import type { NetworkStack } from "./network-stack";
import type { SecurityGroupsStack } from "./security-groups-stack";

/** Layer 50: the load balancer, its target groups and its rules. */
export class LoadBalancerStack extends LayerStack<"50-alb"> {
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
    super(app, "50-alb", config);
    const vpc = this.read(upstream.network, "vpc");
    const securityGroups = this.read(upstream.securityGroups, "security_groups");
    const { balancer, targetGroups, httpListener, httpsListener } = new LoadBalancer(this, "load-balancer", {
      namePrefix: this.namePrefix,
      loadBalancer: config.loadBalancer,
      vpcId: vpc.vpc_id,
      subnetIds: vpc.public_subnet_ids,
      securityGroupId: securityGroups.alb_security_group_id,
      targetGroups: Object.values(serviceCatalog(config)).flatMap(targetGroupsOf),
      tags: this.tags,
    });
    this.write({
      alb_arn: balancer.arn,
      alb_dns_name: balancer.dnsName,
      alb_zone_id: balancer.zoneId,
      target_group_arns: Object.fromEntries([...targetGroups].map(([key, group]) => [key, group.arn])),
      http_listener_arn: httpListener.arn,
      https_listener_arn: httpsListener?.arn ?? null,
    });
  }
}
