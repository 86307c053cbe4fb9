import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { PlatformSecurityGroups } from "../modules/platform-security-groups";
import { serviceCatalog } from "../modules/services/catalog";
import { LayerStack } from "./layer-stack";
import type { NetworkStack } from "./network-stack";

/** Layer 30: who may connect to the load balancer and to the tasks. */
export class SecurityGroupsStack extends LayerStack<"30-security-groups"> {
  /**
   * @param app the app
   * @param config the platform
   * @param upstream the layers it reads
   */
  constructor(app: App, config: PlatformConfig, upstream: { readonly network: NetworkStack }) {
    super(app, "30-security-groups", config);
    const vpc = this.read(upstream.network, "vpc");
    const groups = new PlatformSecurityGroups(this, "security-groups", {
      namePrefix: this.namePrefix,
      vpcId: vpc.vpc_id,
      loadBalancerIngress: config.loadBalancer.ingress,
      services: Object.values(serviceCatalog(config)),
      furtherIngress: config.ecs.furtherIngress ?? [],
      tags: this.tags,
    });
    this.write({ alb_security_group_id: groups.loadBalancer.id, ecs_security_group_id: groups.tasks.id });
  }
}
