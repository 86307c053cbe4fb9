import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  type Action,
  type ElasticLoadBalancingV2Client,
  type Listener,
  type Rule,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { UserError } from "../../terminal/user-error";
import type {
  ListenerDescription,
  LoadBalancerDescription,
  RuleAction,
  RuleDescription,
  TargetGroupDescription,
} from "../../load-balancer/description";

/** A load balancer as it was read. */
export interface ReadLoadBalancer {
  readonly description: LoadBalancerDescription;
  /** Name of each target group by its ARN. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Reads a platform's load balancer, its listeners, rules and target groups.
 *
 * @param elb connection to the mock
 * @param prefix beginning of the platform's names; another environment may be on the same mock
 * @returns HTTPS listeners still without a certificate, whose key AWS tells nobody
 * @throws UserError when there is none, or it has what the emulator cannot do
 */
export async function readLoadBalancer(elb: ElasticLoadBalancingV2Client, prefix: string): Promise<ReadLoadBalancer> {
  const isOwn = (name = ""): boolean => name.startsWith(`${prefix}-`);
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const balancer = LoadBalancers.find(({ LoadBalancerName }) => isOwn(LoadBalancerName));
  const LoadBalancerArn = balancer?.LoadBalancerArn;
  if (LoadBalancerArn === undefined) throw cannot("there is no load balancer on the mock");
  const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const attribute = (key: string): string | undefined => Attributes.find(({ Key }) => Key === key)?.Value;
  const { TargetGroups: all = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const TargetGroups = all.filter(({ TargetGroupName }) => isOwn(TargetGroupName));
  const names = new Map(TargetGroups.map((group) => [group.TargetGroupArn ?? "", group.TargetGroupName ?? ""]));
  const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const reader = { elb, names };
  return {
    names,
    description: {
      idleTimeoutSeconds: Number(attribute("idle_timeout.timeout_seconds") ?? 60),
      dropInvalidHeaderFields: attribute("routing.http.drop_invalid_header_fields.enabled") === "true",
      listeners: await Promise.all(Listeners.map((listener) => readListener(reader, listener))),
      targetGroups: await Promise.all(TargetGroups.map((group) => readTargetGroup(elb, group))),
    },
  };
}

interface Reader {
  readonly elb: ElasticLoadBalancingV2Client;
  readonly names: ReadonlyMap<string, string>;
}

async function readListener(reader: Reader, listener: Listener): Promise<ListenerDescription> {
  const { Rules = [] } = await reader.elb.send(new DescribeRulesCommand({ ListenerArn: listener.ListenerArn }));
  const fallback = Rules.find(({ IsDefault }) => IsDefault === true)?.Actions ?? listener.DefaultActions;
  return {
    port: listener.Port ?? 80,
    protocol: listener.Protocol === "HTTPS" ? "HTTPS" : "HTTP",
    rules: Rules.filter(({ IsDefault }) => IsDefault !== true).map((rule) => readRule(reader, rule)),
    defaultAction: readAction(reader, fallback),
  };
}

function readRule(reader: Reader, { Priority, Conditions = [], Actions }: Rule): RuleDescription {
  const paths = Conditions.flatMap(({ Field, PathPatternConfig, Values }) =>
    Field === "path-pattern" ? (PathPatternConfig?.Values ?? Values ?? []) : [],
  );
  if (Conditions.some(({ Field }) => Field !== "path-pattern")) {
    throw cannot(`listener rule ${Priority ?? ""} has other conditions than paths`);
  }
  return { priority: Number(Priority), paths, action: readAction(reader, Actions) };
}

function readAction({ names }: Reader, actions: readonly Action[] = []): RuleAction {
  const action = actions.at(-1);
  if (action?.Type === "forward") {
    const arn = action.TargetGroupArn ?? action.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? "";
    return { type: "forward", targetGroup: names.get(arn) ?? arn };
  }
  const redirect = action?.RedirectConfig;
  if (action?.Type !== "redirect" || redirect === undefined) {
    throw cannot(`a listener has an action of type ${action?.Type ?? "(none)"}`);
  }
  const { Protocol: protocol, Host: host, Port: port, Path: path, Query: query } = redirect;
  const given = Object.entries({ protocol, host, port, path, query }).filter(([, value]) => value !== undefined);
  return { type: "redirect", ...Object.fromEntries(given), statusCode: redirect.StatusCode === "HTTP_302" ? 302 : 301 };
}

async function readTargetGroup(elb: ElasticLoadBalancingV2Client, group: TargetGroup): Promise<TargetGroupDescription> {
  const { TargetGroupArn } = group;
  const { Attributes = [] } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }));
  const delay = Attributes.find(({ Key }) => Key === "deregistration_delay.timeout_seconds")?.Value;
  const port = group.HealthCheckPort ?? "traffic-port";
  return {
    name: group.TargetGroupName ?? "",
    // AWS's own default.
    deregistrationDelaySeconds: Number(delay ?? 300),
    healthCheck: {
      path: group.HealthCheckPath ?? "/",
      port: port === "traffic-port" ? "traffic-port" : Number(port),
      matcher: group.Matcher?.HttpCode ?? "200",
      intervalSeconds: group.HealthCheckIntervalSeconds ?? 30,
      timeoutSeconds: group.HealthCheckTimeoutSeconds ?? 5,
      healthyThreshold: group.HealthyThresholdCount ?? 5,
      unhealthyThreshold: group.UnhealthyThresholdCount ?? 2,
    },
  };
}

function cannot(what: string): UserError {
  return new UserError({
    what: `The live rehearsal cannot go on: ${what}.`,
    mend: "apply all layers to the mock first (`./lgtm dev` does); the emulator knows forward and redirect actions and path conditions",
  });
}
