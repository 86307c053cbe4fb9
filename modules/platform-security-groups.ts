import { SecurityGroup, type SecurityGroupIngress } from "@cdktf/provider-aws/lib/security-group";
import { Construct } from "constructs";
import type { LoadBalancerIngress, TaskIngress } from "./config/platform-config";
import { identify } from "./identity";
import { ALL_OUTBOUND, ingressRule, type TrafficSource } from "./security-group-rules";
import type { DeployedService } from "./services/catalog";
import { targetGroupsOf } from "./services/target-groups";

/** Properties of {@link PlatformSecurityGroups}. */
export interface PlatformSecurityGroupsProps {
  readonly namePrefix: string;
  readonly vpcId: string;
  readonly loadBalancerIngress: readonly LoadBalancerIngress[];
  readonly services: readonly DeployedService[];
  readonly furtherIngress: readonly TaskIngress[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The security group of the load balancer and the one of all tasks; the rules come from the service catalog. */
export class PlatformSecurityGroups extends Construct {
  readonly loadBalancer: SecurityGroup;
  readonly tasks: SecurityGroup;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link PlatformSecurityGroupsProps}
   */
  constructor(scope: Construct, id: string, props: PlatformSecurityGroupsProps) {
    super(scope, id);
    const create = (name: string, description: string, ingress: SecurityGroupIngress[]) =>
      identify(
        new SecurityGroup(this, name, {
          name: `${props.namePrefix}-${name}-sg`,
          description,
          vpcId: props.vpcId,
          ingress,
          egress: ALL_OUTBOUND,
          tags: { ...props.tags, Name: `${props.namePrefix}-${name}-sg` },
        }),
        name,
      );
    this.loadBalancer = create(
      "alb",
      "Security group for LGTM ALB",
      props.loadBalancerIngress.map(({ port, toPort = port, description, cidrBlocks }) =>
        ingressRule([port, toPort], description, { cidrBlocks }),
      ),
    );
    this.tasks = create("ecs", "Security group for LGTM ECS tasks", [
      ...taskIngress(props.services, this.loadBalancer.id),
      ...props.furtherIngress.flatMap((further) => furtherRules(further, this.loadBalancer.id)),
    ]);
  }
}

/** The tasks' rules: what the routes need, and what the tasks want of each other. */
function taskIngress(services: readonly DeployedService[], loadBalancerGroupId: string): SecurityGroupIngress[] {
  const rules = services.flatMap((service) => [
    ...fromLoadBalancer(service, loadBalancerGroupId),
    ...fromTasks(service),
  ]);
  // Services share memberlist's rules: one rule for each text.
  return [...new Map(rules.map((rule) => [rule.description, rule])).values()];
}

function furtherRules(
  { port, protocol, label, ...from }: TaskIngress,
  loadBalancerGroupId: string,
): SecurityGroupIngress[] {
  const rule = (words: string, source: TrafficSource) => ingressRule(port, `${label} ${words}`, source, protocol);
  return [
    ...(from.fromLoadBalancer ? [rule("from ALB", { securityGroupId: loadBalancerGroupId })] : []),
    ...(from.fromTasks ? [rule("internal", "members of the group itself")] : []),
  ];
}

function fromLoadBalancer(service: DeployedService, securityGroupId: string): SecurityGroupIngress[] {
  return targetGroupsOf(service).flatMap(({ portName }) => {
    const port = service.ports[portName];
    return port === undefined ? [] : [ingressRule(port.number, `${port.label} from ALB`, { securityGroupId })];
  });
}

function fromTasks(service: DeployedService): SecurityGroupIngress[] {
  return Object.values(service.ports)
    .filter((port) => port.reachableFromTasks)
    .map((port) =>
      ingressRule(port.number, `${port.label} internal`, "members of the group itself", port.protocol ?? "tcp"),
    );
}
