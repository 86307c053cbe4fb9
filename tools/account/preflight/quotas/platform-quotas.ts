import { DescribeAddressesCommand, paginateDescribeInternetGateways, paginateDescribeVpcs } from "@aws-sdk/client-ec2";
import { paginateDescribeLoadBalancers, paginateDescribeTargetGroups } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { PreflightContext } from "../context";
import type { Quota } from "./quota";

/** Counts what pages hold. */
async function count<Page>(pages: AsyncIterable<Page>, sizeOf: (page: Page) => number | undefined): Promise<number> {
  let total = 0;
  for await (const page of pages) total += sizeOf(page) ?? 0;
  return total;
}

/** The resources of a type that all layers declare. */
export function declared({ platform }: Pick<PreflightContext, "platform">, type: string) {
  return platform.flatMap(({ json }) => Object.values(json.resource[type] ?? {}));
}

/** A rule counts once for each of its sources. Source: "Security groups", as below. */
function sourcesOf(rule: unknown): number {
  const { cidr_blocks: cidrs, security_groups: groups, self } = rule as Readonly<Record<string, unknown>>;
  const length = (list: unknown) => (Array.isArray(list) ? list.length : 0);
  return length(cidrs) + length(groups) + (self === true ? 1 : 0);
}

/**
 * The quotas that this platform can meet. Names, codes and defaults of the network: "Amazon VPC quotas" in the VPC guide; of
 * load balancers: "Quotas for your Application Load Balancers" in their guide; of Fargate: "AWS Fargate service quotas" in the
 * ECS guide (6 vCPU in an account that has asked for nothing).
 */
export const PLATFORM_QUOTAS: readonly Quota[] = [
  {
    name: "VPCs per Region",
    serviceCode: "vpc",
    quotaCode: "L-F678F1CE",
    defaultValue: 5,
    demand: {
      per: "region",
      type: "aws_vpc",
      actions: ["ec2:DescribeVpcs"],
      inUse: ({ clients }) => count(paginateDescribeVpcs({ client: clients.ec2 }, {}), ({ Vpcs }) => Vpcs?.length),
    },
  },
  {
    name: "Internet gateways per Region",
    serviceCode: "vpc",
    quotaCode: "L-A4707A72",
    defaultValue: 5,
    demand: {
      per: "region",
      type: "aws_internet_gateway",
      actions: ["ec2:DescribeInternetGateways"],
      inUse: ({ clients }) =>
        count(
          paginateDescribeInternetGateways({ client: clients.ec2 }, {}),
          ({ InternetGateways }) => InternetGateways?.length,
        ),
    },
  },
  {
    name: "EC2-VPC Elastic IPs",
    serviceCode: "ec2",
    quotaCode: "L-0263D0A3",
    defaultValue: 5,
    demand: {
      per: "region",
      type: "aws_eip",
      actions: ["ec2:DescribeAddresses"],
      inUse: async ({ clients }) => (await clients.ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
    },
  },
  {
    name: "Inbound or outbound rules per security group",
    serviceCode: "vpc",
    quotaCode: "L-0EA8095F",
    defaultValue: 60,
    demand: { per: "platform", needed: (context) => largestSecurityGroup(context) },
  },
  {
    name: "Application Load Balancers per Region",
    serviceCode: "elasticloadbalancing",
    quotaCode: "L-53DA6B97",
    defaultValue: 50,
    demand: {
      per: "region",
      type: "aws_lb",
      actions: ["elasticloadbalancing:DescribeLoadBalancers"],
      inUse: ({ clients }) =>
        count(
          paginateDescribeLoadBalancers({ client: clients.loadBalancers }, {}),
          ({ LoadBalancers = [] }) => LoadBalancers.filter(({ Type }) => Type === "application").length,
        ),
    },
  },
  {
    name: "Target Groups per Region",
    serviceCode: "elasticloadbalancing",
    quotaCode: "L-B22855CB",
    defaultValue: 3000,
    demand: {
      per: "region",
      type: "aws_lb_target_group",
      actions: ["elasticloadbalancing:DescribeTargetGroups"],
      inUse: ({ clients }) =>
        count(
          paginateDescribeTargetGroups({ client: clients.loadBalancers }, {}),
          ({ TargetGroups }) => TargetGroups?.length,
        ),
    },
  },
  {
    name: "Target Groups per Application Load Balancer",
    serviceCode: "elasticloadbalancing",
    quotaCode: "L-822D1B1B",
    defaultValue: 100,
    demand: { per: "platform", needed: (context) => declared(context, "aws_lb_target_group").length },
  },
  {
    name: "Rules per Application Load Balancer",
    serviceCode: "elasticloadbalancing",
    quotaCode: "L-7EED9B64",
    defaultValue: 100,
    demand: { per: "platform", needed: (context) => declared(context, "aws_lb_listener_rule").length },
  },
  {
    name: "Fargate On-Demand vCPU resource count",
    serviceCode: "fargate",
    quotaCode: "L-3032A538",
    defaultValue: 6,
    demand: {
      per: "platform",
      needed: ({ session }) => 2 * vcpusOf(session),
      least: ({ session }) => vcpusOf(session),
      remark:
        "twice what runs, since a deployment runs old and new tasks side by side; the account's other tasks count too",
    },
  },
];

function largestSecurityGroup(context: PreflightContext): number {
  const sizes = declared(context, "aws_security_group").map(({ ingress }) =>
    Array.isArray(ingress) ? ingress.map(sourcesOf).reduce((sum, one) => sum + one, 0) : 0,
  );
  return Math.max(0, ...sizes);
}

function vcpusOf({ profile }: PreflightContext["session"]): number {
  const vcpus = Object.values(profile.config.services).map(({ size, count }) => (size.cpu / 1024) * count);
  return vcpus.reduce((sum, one) => sum + one, 0);
}
