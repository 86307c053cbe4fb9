import { Lb } from "@cdktf/provider-aws/lib/lb";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { LbListenerRule } from "@cdktf/provider-aws/lib/lb-listener-rule";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { Construct } from "constructs";
import type { LoadBalancerConfig } from "./config/platform-config";
import { identify } from "./identity";
import { targetGroupName } from "./config/names";
import { deregistrationDelayOf, HEALTHY_STATUS, type TargetGroupDefinition } from "./services/target-groups";

/** Properties of {@link LoadBalancer}. */
export interface LoadBalancerProps {
  readonly namePrefix: string;
  readonly loadBalancer: LoadBalancerConfig;
  readonly vpcId: string;
  readonly subnetIds: string[];
  readonly securityGroupId: string;
  readonly targetGroups: readonly TargetGroupDefinition[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The load balancer with its listeners, target groups and rules; the last two come from the service catalog. */
export class LoadBalancer extends Construct {
  readonly balancer: Lb;
  readonly httpListener: LbListener;
  /** Only with a certificate. */
  readonly httpsListener: LbListener | undefined;
  /** By the key of their definition. */
  readonly targetGroups: ReadonlyMap<string, LbTargetGroup>;

  /**
   * @param scope the stack
   * @param id id of the construct
   * @param props see {@link LoadBalancerProps}
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: LoadBalancerProps,
  ) {
    super(scope, id);
    this.balancer = this.createBalancer();
    this.targetGroups = new Map(
      props.targetGroups.map((definition) => [definition.key, this.createTargetGroup(definition)]),
    );
    const { certificateArn } = props.loadBalancer;
    this.httpListener = this.createHttpListener(certificateArn !== undefined);
    this.httpsListener = certificateArn === undefined ? undefined : this.createHttpsListener(certificateArn);
    this.createRules(this.httpsListener ?? this.httpListener);
  }

  private createBalancer(): Lb {
    const { namePrefix, loadBalancer, subnetIds, securityGroupId, tags } = this.props;
    const name = `${namePrefix}-alb`;
    const balancer = new Lb(this, "balancer", {
      name,
      internal: loadBalancer.internal,
      loadBalancerType: "application",
      securityGroups: [securityGroupId],
      subnets: subnetIds,
      enableDeletionProtection: loadBalancer.deletionProtection,
      idleTimeout: loadBalancer.idleTimeoutSeconds,
      dropInvalidHeaderFields: loadBalancer.dropInvalidHeaderFields,
      tags: { ...tags, Name: name },
    });
    return identify(balancer, "main");
  }

  private createTargetGroup(definition: TargetGroupDefinition): LbTargetGroup {
    const { namePrefix, loadBalancer, vpcId, tags } = this.props;
    const name = targetGroupName(namePrefix, definition.key);
    const { healthCheck } = loadBalancer;
    const group = new LbTargetGroup(this, `target-group-${definition.key}`, {
      name,
      port: definition.port,
      protocol: "HTTP",
      targetType: "ip",
      vpcId,
      deregistrationDelay: String(deregistrationDelayOf(definition, loadBalancer.deregistrationDelaySeconds)),
      healthCheck: {
        enabled: true,
        path: definition.healthCheck.path,
        port: definition.healthCheck.port === definition.port ? "traffic-port" : String(definition.healthCheck.port),
        protocol: "HTTP",
        matcher: HEALTHY_STATUS,
        interval: healthCheck.intervalSeconds,
        timeout: healthCheck.timeoutSeconds,
        healthyThreshold: healthCheck.healthyThreshold,
        unhealthyThreshold: healthCheck.unhealthyThreshold,
      },
      tags: { ...tags, Name: name },
    });
    return identify(group, logicalId(definition));
  }

  /** Port 80: the rules or, with a certificate, the way to port 443. */
  private createHttpListener(redirect: boolean): LbListener {
    const listener = new LbListener(this, "http-listener", {
      loadBalancerArn: this.balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultAction: [
        redirect
          ? { type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } }
          : { type: "forward", targetGroupArn: this.defaultTargetGroupArn() },
      ],
    });
    return identify(listener, "http");
  }

  private createHttpsListener(certificateArn: string): LbListener {
    const listener = new LbListener(this, "https-listener", {
      loadBalancerArn: this.balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: this.props.loadBalancer.tlsPolicy,
      certificateArn,
      defaultAction: [{ type: "forward", targetGroupArn: this.defaultTargetGroupArn() }],
    });
    return identify(listener, "https");
  }

  private createRules(listener: LbListener): void {
    for (const definition of this.props.targetGroups) {
      for (const [index, { priority, paths }] of definition.rules.entries()) {
        const rule = new LbListenerRule(this, `rule-${priority}`, {
          listenerArn: listener.arn,
          priority,
          action: [{ type: "forward", targetGroupArn: this.targetGroupArn(definition) }],
          condition: [{ pathPattern: { values: [...paths] } }],
        });
        const suffix = index === 0 ? "" : `_${index + 1}`;
        identify(rule, `${logicalId(definition)}${suffix}`);
      }
    }
  }

  private defaultTargetGroupArn(): string {
    const definition = this.props.targetGroups.find(({ isDefault }) => isDefault);
    if (definition === undefined) throw new Error("No service takes the requests that match no rule");
    return this.targetGroupArn(definition);
  }

  private targetGroupArn({ key }: TargetGroupDefinition): string {
    const group = this.targetGroups.get(key);
    if (group === undefined) throw new Error(`No target group ${key}`);
    return group.arn;
  }
}

function logicalId({ key }: TargetGroupDefinition): string {
  return key.replaceAll("-", "_");
}
