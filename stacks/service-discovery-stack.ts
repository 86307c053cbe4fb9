import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { deployedServices } from "../modules/services/catalog";
import { ServiceDiscovery } from "../modules/service-discovery";
import { LayerStack } from "./layer-stack";
import { byService } from "./outputs";
import type { NetworkStack } from "./network-stack";

/** Layer 40: the tasks' names inside the VPC. */
export class ServiceDiscoveryStack extends LayerStack<"40-cloudmap"> {
  /**
   * @param app the app
   * @param config the platform
   * @param upstream the layers it reads
   */
  constructor(app: App, config: PlatformConfig, upstream: { readonly network: NetworkStack }) {
    super(app, "40-cloudmap", config);
    const vpc = this.read(upstream.network, "vpc");
    const { namespace, services } = new ServiceDiscovery(this, "service-discovery", {
      projectName: config.projectName,
      serviceDiscovery: config.serviceDiscovery,
      services: deployedServices(config),
      vpcId: vpc.vpc_id,
      tags: this.tags,
    });
    this.write({
      namespace_id: namespace.id,
      namespace_arn: namespace.arn,
      namespace_name: namespace.name,
      service_ids: byService(services, ({ id }) => id),
      service_arns: byService(services, ({ arn }) => arn),
    });
  }
}
