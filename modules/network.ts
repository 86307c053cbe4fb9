import { Eip } from "@cdktf/provider-aws/lib/eip";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { NetworkConfig, ZoneConfig } from "./config/platform-config";
import { identify } from "./identity";

const ANYWHERE = "0.0.0.0/0";

/** Properties of {@link Network}. */
export interface NetworkProps {
  readonly namePrefix: string;
  readonly region: string;
  readonly network: NetworkConfig;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A VPC with a public subnet and, unless the zone has none, a private one in each zone; each private subnet goes out
 * through a NAT gateway of its zone.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  readonly internetGateway: InternetGateway;
  readonly publicSubnets: readonly Subnet[];
  readonly privateSubnets: readonly Subnet[];
  readonly natAddresses: readonly Eip[];
  /** The route table of the public subnets. */
  readonly publicRouteTable: RouteTable;
  /** The route tables of the private subnets. */
  readonly privateRouteTables: readonly RouteTable[];

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link NetworkProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: NetworkProps,
  ) {
    super(scope, id);
    this.vpc = this.createVpc();
    this.internetGateway = this.createInternetGateway();
    this.publicRouteTable = this.createPublicRouteTable();
    const zones = props.network.zones.map((zone, index) => this.createZone(zone, index));
    this.publicSubnets = zones.map((zone) => zone.publicSubnet);
    this.privateSubnets = zones.flatMap(({ privateSubnet }) => privateSubnet ?? []);
    this.natAddresses = zones.map((zone) => zone.natAddress);
    this.privateRouteTables = zones.flatMap(({ privateRouteTable }) => privateRouteTable ?? []);
    if (props.network.s3GatewayEndpoint) this.createS3Endpoint();
  }

  private tags(name: string): Record<string, string> {
    return { ...this.props.tags, Name: `${this.props.namePrefix}-${name}` };
  }

  private createVpc(): Vpc {
    const vpc = new Vpc(this, "vpc", {
      cidrBlock: this.props.network.vpcCidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: this.tags("vpc"),
    });
    return identify(vpc, "main");
  }

  private createInternetGateway(): InternetGateway {
    const gateway = new InternetGateway(this, "internet-gateway", { vpcId: this.vpc.id, tags: this.tags("igw") });
    return identify(gateway, "main");
  }

  private createPublicRouteTable(): RouteTable {
    const table = new RouteTable(this, "public-routes", {
      vpcId: this.vpc.id,
      route: [{ cidrBlock: ANYWHERE, gatewayId: this.internetGateway.id }],
      tags: this.tags("public-rt"),
    });
    return identify(table, "public");
  }

  private createZone(zone: ZoneConfig, index: number) {
    const letter = zoneLetter(zone);
    const { publicCidr, privateCidr } = zone;
    const publicSubnet = this.createSubnet("public", zone, publicCidr);
    const privateSubnet = privateCidr === undefined ? undefined : this.createSubnet("private", zone, privateCidr);
    const natAddress = this.createNatAddress(letter, index);
    const natGateway = this.createNatGateway(zone, natAddress, publicSubnet);
    const privateRouteTable = privateSubnet === undefined ? undefined : this.createPrivateRouteTable(zone, natGateway);
    this.associate("public", letter, publicSubnet, this.publicRouteTable);
    if (privateSubnet !== undefined && privateRouteTable !== undefined) {
      this.associate("private", letter, privateSubnet, privateRouteTable);
    }
    return { publicSubnet, privateSubnet, natAddress, privateRouteTable };
  }

  private createPrivateRouteTable(zone: ZoneConfig, natGateway: NatGateway): RouteTable {
    const letter = zoneLetter(zone);
    const table = new RouteTable(this, `private-routes-${letter}`, {
      vpcId: this.vpc.id,
      route: [{ cidrBlock: ANYWHERE, natGatewayId: natGateway.id }],
      tags: this.tags(`private-rt-${zone.name}`),
    });
    return identify(table, `private_${letter}`);
  }

  private createSubnet(type: "public" | "private", zone: ZoneConfig, cidrBlock: string): Subnet {
    const letter = zoneLetter(zone);
    const subnet = new Subnet(this, `${type}-subnet-${letter}`, {
      vpcId: this.vpc.id,
      cidrBlock,
      availabilityZone: zone.name,
      mapPublicIpOnLaunch: type === "public",
      tags: { ...this.tags(`${type}-${zone.name}`), Type: type },
    });
    return identify(subnet, `${type}_${letter}`);
  }

  private createNatAddress(letter: string, index: number): Eip {
    const address = new Eip(this, `nat-address-${letter}`, {
      domain: "vpc",
      tags: this.tags(`nat-eip-${index + 1}`),
      // An address for a VPC cannot be taken before the VPC has a gateway.
      dependsOn: [this.internetGateway],
    });
    return identify(address, `nat_${letter}`);
  }

  private createNatGateway(zone: ZoneConfig, address: Eip, subnet: Subnet): NatGateway {
    const letter = zoneLetter(zone);
    const gateway = new NatGateway(this, `nat-gateway-${letter}`, {
      allocationId: address.id,
      subnetId: subnet.id,
      tags: this.tags(`nat-${zone.name}`),
      dependsOn: [this.internetGateway],
    });
    return identify(gateway, `nat_${letter}`);
  }

  private createS3Endpoint(): void {
    const endpoint = new VpcEndpoint(this, "s3-endpoint", {
      vpcId: this.vpc.id,
      serviceName: `com.amazonaws.${this.props.region}.s3`,
      vpcEndpointType: "Gateway",
      routeTableIds: this.privateRouteTables.map((table) => table.id),
      tags: this.tags("s3-endpoint"),
    });
    identify(endpoint, "s3");
  }

  private associate(type: string, letter: string, subnet: Subnet, table: RouteTable): void {
    const association = new RouteTableAssociation(this, `${type}-association-${letter}`, {
      subnetId: subnet.id,
      routeTableId: table.id,
    });
    identify(association, `${type}_${letter}`);
  }
}

/**
 * The last letter of a zone's name, by which its resources are told apart: `a` of `ap-northeast-2a`.
 *
 * @param zone the zone
 */
export function zoneLetter(zone: ZoneConfig): string {
  return zone.name.slice(-1);
}
