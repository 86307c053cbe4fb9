import type { DeployedService, ServiceCatalog } from "../modules/services/catalog";
import { portOf } from "../modules/services/target-groups";
import type { Finding } from "../modules/config/config-error";
import { clientCallsOf, type ServiceCall } from "./client-calls";
import { firstMatchingRule, matchesPathPattern } from "./listener-rules";
import type { RoutedTarget, Routing } from "./routing";
import { serves, type Settings } from "./served-paths";

/** Inputs of the route contract's check. */
export interface RouteContract {
  readonly routing: Routing;
  readonly catalog: ServiceCatalog;
  /** The configs in the images that run. */
  readonly settings: Settings;
}

/**
 * Sends every call of the clients through the synthesized listener rules, security groups and task definitions.
 *
 * @param contract what is deployed
 * @returns a finding for each call that would not be answered, and for each rule and target group that is wrong by itself
 */
export function routeContractFindings(contract: RouteContract): readonly Finding[] {
  return [
    ...clientCallsOf(contract.catalog).flatMap((call) => callFindings(call, contract)),
    ...ruleFindings(contract),
    ...healthCheckFindings(contract),
  ];
}

function callFindings(call: ServiceCall, contract: RouteContract): readonly Finding[] {
  const { rules, defaultTarget } = contract.routing;
  const target = firstMatchingRule(rules, call.target)?.target ?? defaultTarget;
  const problem = problemOnTheWay(call, target, contract);
  if (problem === undefined) return [];
  const key = `${call.method} ${pathOf(call.target)}`;
  const { incident } = call;
  return [{ rule: "route-contract", file: "50-alb", key, ...problem, ...(incident === undefined ? {} : { incident }) }];
}

function problemOnTheWay(
  { service, port: portName, purpose, target: requestTarget }: ServiceCall,
  target: RoutedTarget,
  { routing, settings }: RouteContract,
): Pick<Finding, "value" | "instead"> | undefined {
  const { name, loadBalancing } = service;
  const { number: port } = portOf(service, portName);
  const definition = `modules/services/${name}.ts`;
  const arrives = `${target.service ?? "nothing"}:${target.port}`;
  const path = pathOf(requestTarget);
  if (target.service !== name || target.port !== port) {
    const instead =
      loadBalancing?.routes === "default"
        ? `narrow the path pattern that takes ${path}: it is ${service.title}'s`
        : `add ${path} to a route to port "${portName}" in ${definition}`;
    return { value: `reaches ${arrives}`, instead: `${purpose} must reach ${name}:${port}: ${instead}` };
  }
  if (target.containerPort !== port || !routing.mappedPorts(name).has(port)) {
    return {
      value: `${arrives} is mapped by no container`,
      instead: `${purpose}: map port "${portName}" in ${definition}`,
    };
  }
  if (!serves(service, portName, path, settings)) {
    return {
      value: `${arrives} answers 404`,
      instead: `${purpose}: ${name} does not serve ${path} on that port; a load balancer rewrites no path`,
    };
  }
  return undefined;
}

function pathOf(target: string): string {
  return target.split("?")[0] ?? "";
}

function ruleFindings({ routing, catalog }: RouteContract): readonly Finding[] {
  const calls = clientCallsOf(catalog);
  return routing.rules.flatMap(({ id, paths }) =>
    paths
      .filter((pattern) => !calls.some(({ target }) => matchesPathPattern(pattern, pathOf(target))))
      .map((pattern) => ({
        rule: "listener-rule-unused",
        file: "50-alb",
        key: `aws_lb_listener_rule.${id} ${pattern}`,
        value: pattern,
        instead: "remove it, or add the client call that needs it to clientCalls of its service in modules/services",
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

function readinessFindings(target: RoutedTarget, { readiness, ...definition }: DeployedService): readonly Finding[] {
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
