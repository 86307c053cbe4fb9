import type { ServiceDefinition } from "../modules/services/service-definition";
import type { ServiceName } from "../modules/config/service-name";
import { portOf } from "../modules/services/target-groups";
import type { Finding } from "../modules/config/config-error";
import { CLIENT_CALLS, type ClientCall } from "./client-calls";
import { firstMatchingRule, matchesPathPattern } from "./listener-rules";
import type { RoutedTarget, Routing } from "./routing";
import { serves } from "./served-paths";

/** What the contract is checked against. */
export interface RouteContract {
  readonly routing: Routing;
  readonly catalog: Readonly<Record<ServiceName, ServiceDefinition>>;
  /** Tempo's `http_api_prefix` in the image that runs; empty without one. */
  readonly tempoApiPrefix: string;
}

/**
 * Sends every call of the clients through the synthesized listener rules, security groups and task definitions.
 *
 * @param contract what is deployed
 * @returns a finding for each call that would not be answered, and for each rule and target group that is wrong by itself
 */
export function routeContractFindings(contract: RouteContract): readonly Finding[] {
  return [
    ...CLIENT_CALLS.flatMap((call) => callFindings(call, contract)),
    ...ruleFindings(contract.routing),
    ...healthCheckFindings(contract),
  ];
}

function callFindings(call: ClientCall, contract: RouteContract): readonly Finding[] {
  const { routing, catalog } = contract;
  const target = firstMatchingRule(routing.rules, call.target)?.target ?? routing.defaultTarget;
  const { number } = portOf(catalog[call.service], call.port);
  const problem = problemOnTheWay(call, target, number, contract);
  if (problem === undefined) return [];
  const key = `${call.method} ${pathOf(call.target)}`;
  const { incident } = call;
  return [{ rule: "route-contract", file: "50-alb", key, ...problem, ...(incident === undefined ? {} : { incident }) }];
}

function problemOnTheWay(
  call: ClientCall,
  target: RoutedTarget,
  port: number,
  { routing, tempoApiPrefix }: RouteContract,
): Pick<Finding, "value" | "instead"> | undefined {
  const { service, purpose } = call;
  const definition = `modules/services/${service}.ts`;
  const arrives = `${target.service ?? "nothing"}:${target.port}`;
  const path = pathOf(call.target);
  if (target.service !== service || target.port !== port) {
    const instead =
      service === "grafana"
        ? `narrow the path pattern that takes ${path}: it is Grafana's`
        : `add ${path} to a route to port "${call.port}" in ${definition}`;
    return { value: `reaches ${arrives}`, instead: `${purpose} must reach ${service}:${port}: ${instead}` };
  }
  if (target.containerPort !== port || !routing.mappedPorts(service).has(port)) {
    return {
      value: `${arrives} is mapped by no container`,
      instead: `${purpose}: map port "${call.port}" in ${definition}`,
    };
  }
  if (!serves(service, call.port, path, tempoApiPrefix)) {
    return {
      value: `${arrives} answers 404`,
      instead: `${purpose}: ${service} does not serve ${path} on that port; a load balancer rewrites no path`,
    };
  }
  return undefined;
}

function pathOf(target: string): string {
  return target.split("?")[0] ?? "";
}

function ruleFindings({ rules }: Routing): readonly Finding[] {
  return rules.flatMap(({ id, paths }) =>
    paths
      .filter((pattern) => !CLIENT_CALLS.some(({ target }) => matchesPathPattern(pattern, pathOf(target))))
      .map((pattern) => ({
        rule: "listener-rule-unused",
        file: "50-alb",
        key: `aws_lb_listener_rule.${id} ${pattern}`,
        value: pattern,
        instead: "remove it, or add the client call that needs it to checks/client-calls.ts",
      })),
  );
}

/** Each target's own port and the port of its health check must be open, and the check must ask what the service serves. */
function healthCheckFindings({ routing, catalog }: RouteContract): readonly Finding[] {
  const targets = new Map(
    [routing.defaultTarget, ...routing.rules.map(({ target }) => target)].map((target) => [target.id, target]),
  );
  return [...targets.values()].flatMap((target) => {
    const definition = Object.values(catalog).find(({ name }) => name === target.service);
    if (definition === undefined) {
      return [
        {
          rule: "target-group-unused",
          file: "50-alb",
          key: `aws_lb_target_group.${target.id}`,
          value: undefined,
          instead: "attach it to an ECS service in 60-ecs: nothing registers with it, and requests end in a 503",
        },
      ];
    }
    return [...readinessFindings(target, definition), ...closedPorts(target, routing)];
  });
}

function readinessFindings(target: RoutedTarget, { readiness, ...definition }: ServiceDefinition): readonly Finding[] {
  const port = definition.ports[readiness.port]?.number;
  if (target.healthCheck.path === readiness.path && target.healthCheck.port === port) return [];
  return [
    {
      rule: "target-group-health-check",
      file: "50-alb",
      key: `aws_lb_target_group.${target.id}`,
      value: target.healthCheck,
      instead: `must ask ${readiness.path} on port ${String(port)}, where ${definition.title} says that it is ready`,
      incident: "I03",
    },
  ];
}

function closedPorts({ id, port, healthCheck }: RoutedTarget, routing: Routing): readonly Finding[] {
  return [...new Set([port, healthCheck.port])]
    .filter((number) => !routing.openPorts(number))
    .map((number) => ({
      rule: "port-closed",
      file: "30-security-groups",
      key: `aws_security_group.ecs port ${number}`,
      value: `closed for the load balancer, used by aws_lb_target_group.${id}`,
      instead: "open it from the load balancer's security group: requests or health checks time out otherwise",
      incident: "I18",
    }));
}
