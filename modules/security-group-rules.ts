import type { SecurityGroupEgress, SecurityGroupIngress } from "@cdktf/provider-aws/lib/security-group";

/** Lets everything out: images, AWS APIs and other services are reached this way. */
export const ALL_OUTBOUND: SecurityGroupEgress[] = [
  { fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"], description: "All outbound" },
];

/** Peers that may connect. */
export type TrafficSource =
  { readonly cidrBlocks: readonly string[] } | { readonly securityGroupId: string } | "members of the group itself";

/**
 * An inbound rule for one port or a range of ports.
 *
 * @param port the port, or the first and the last of them
 * @param description what the rule is for, at most 255 characters (an AWS limit)
 * @param source who may connect
 * @param protocol transport protocol
 */
export function ingressRule(
  port: number | readonly [first: number, last: number],
  description: string,
  source: TrafficSource,
  protocol: "tcp" | "udp" = "tcp",
): SecurityGroupIngress {
  const [fromPort, toPort] = typeof port === "number" ? [port, port] : port;
  return { fromPort, toPort, protocol, description, ...sourceAttributes(source) };
}

function sourceAttributes(source: TrafficSource): Partial<SecurityGroupIngress> {
  if (source === "members of the group itself") return { selfAttribute: true };
  return "cidrBlocks" in source ? { cidrBlocks: [...source.cidrBlocks] } : { securityGroups: [source.securityGroupId] };
}
