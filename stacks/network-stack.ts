import type { App } from "cdktf";
import type { PlatformConfig } from "../modules/config/platform-config";
import { Network } from "../modules/network";
import { LayerStack } from "./layer-stack";

/** Layer 01: VPC, subnets, NAT gateways, routes. */
export class NetworkStack extends LayerStack<"01-vpc"> {
  /**
   * @param app the app
   * @param config the platform
   */
  constructor(app: App, config: PlatformConfig) {
    super(app, "01-vpc", config);
    const network = new Network(this, "network", {
      namePrefix: this.namePrefix,
      region: config.region,
      network: config.network,
      // This layer's Environment tag comes from the provider's default tags alone, as in the legacy Terraform.
      tags: config.tags,
    });
    this.write({
      vpc_id: network.vpc.id,
      vpc_cidr: network.vpc.cidrBlock,
      public_subnet_ids: network.publicSubnets.map((subnet) => subnet.id),
      private_subnet_ids: network.privateSubnets.map((subnet) => subnet.id),
      nat_gateway_ips: network.natAddresses.map((address) => address.publicIp),
      internet_gateway_id: network.internetGateway.id,
    });
  }
}
