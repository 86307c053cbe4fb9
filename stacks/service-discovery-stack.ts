import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { ServiceDiscovery } from "../modules/service-discovery";
import { byService } from "../modules/config/service-name";
import { LayerStack } from "./layer-stack";
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
      vpcId: vpc.vpc_id,
      tags: this.tags,
    });
    this.write({
      namespace_id: namespace.id,
      namespace_arn: namespace.arn,
      namespace_name: namespace.name,
      service_ids: byService((service) => services[service].id),
      service_arns: byService((service) => services[service].arn),
    });
  }
}
