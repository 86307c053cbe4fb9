import { isPlainObject, valueAt, type PlainObject } from "./plain-object";

/** A target group, as layer 50 describes it and layer 60 uses it. */
export interface RoutedTarget {
  /** Second part of its address. */
  readonly id: string;
  readonly port: number;
  readonly healthCheck: { readonly path: string; readonly port: number };
  /** The ECS service whose tasks register with it. @default - none does */
  readonly service: string | undefined;
  /** The port of the container that they register with. @default - none */
  readonly containerPort: number | undefined;
}

/** Routes of the load balancer and the ports that it may connect to, read from the synthesized layers. */
export interface Routing {
  /** The listener that forwards requests. */
  readonly listener: { readonly protocol: string; readonly port: number };
  readonly rules: readonly {
    /** Second part of its address. */
    readonly id: string;
    readonly priority: number;
    readonly paths: readonly string[];
    readonly target: RoutedTarget;
  }[];
  readonly defaultTarget: RoutedTarget;
  /** All target groups, in the order in which the layer names them. */
  readonly targets: readonly RoutedTarget[];
  /** Ports of the tasks that the security groups open for the load balancer. */
  readonly openPorts: (port: number) => boolean;
  /** Ports that a service's task definition maps. */
  readonly mappedPorts: (service: string) => ReadonlySet<number>;
}

/** The synthesized layers that decide it, in Terraform's JSON syntax. */
export interface RoutingLayers {
  /** 30-security-groups. */
  readonly securityGroups: unknown;
  /** 50-alb. */
  readonly loadBalancer: unknown;
  /** 60-ecs. */
  readonly ecs: unknown;
}

/**
 * Reads the routing from synthesized layers.
 *
 * @param layers the layers
 * @throws Error if they are not of the form that the stacks write
 */
export function readRouting(layers: RoutingLayers): Routing {
  const targets = readTargets(layers);
  const targetOf = (reference: unknown): RoutedTarget => {
    const id = referenced(reference, "aws_lb_target_group");
    const target = targets.find((candidate) => candidate.id === id);
    if (target === undefined) throw new Error(`No target group ${String(reference)} in 50-alb`);
    return target;
  };
  const listeners = resources(layers.loadBalancer, "aws_lb_listener");
  // With a certificate, port 80 only redirects.
  const [listenerId, listener] = listeners.find(([id]) => id === "https") ?? listeners[0] ?? [];
  if (listenerId === undefined || listener === undefined) throw new Error("No listener in 50-alb");
  return {
    listener: { protocol: String(listener.protocol), port: Number(listener.port) },
    targets,
    rules: resources(layers.loadBalancer, "aws_lb_listener_rule")
      .filter(([, rule]) => referenced(rule.listener_arn, "aws_lb_listener") === listenerId)
      .map(([id, rule]) => ({
        id,
        priority: Number(rule.priority),
        paths: list(rule.condition).flatMap((condition) => list(valueAt(condition, "path_pattern.values")).map(String)),
        target: targetOf(valueAt(rule, "action.0.target_group_arn")),
      })),
    defaultTarget: targetOf(valueAt(listener, "default_action.0.target_group_arn")),
    openPorts: openPorts(layers.securityGroups),
    mappedPorts: (service) => mappedPorts(layers.ecs, service),
  };
}

function readTargets({ loadBalancer, ecs }: RoutingLayers): readonly RoutedTarget[] {
  const keys = Object.entries(Object(valueAt(loadBalancer, "output.target_group_arns.value")) as PlainObject);
  const attachments = resources(ecs, "aws_ecs_service").flatMap(([service, resource]) =>
    list(resource.load_balancer).map((block) => ({
      service,
      // 60 knows a target group by its key in the output of 50.
      key: /target_group_arns\["([^"]+)"\]/.exec(String(valueAt(block, "target_group_arn")))?.[1],
      containerPort: Number(valueAt(block, "container_port")),
    })),
  );
  return resources(loadBalancer, "aws_lb_target_group").map(([id, group]) => {
    const key = keys.find(([, arn]) => referenced(arn, "aws_lb_target_group") === id)?.[0];
    const attachment = attachments.find((candidate) => candidate.key === key);
    const port = Number(group.port);
    const healthPort = valueAt(group, "health_check.port");
    return {
      id,
      port,
      healthCheck: {
        path: String(valueAt(group, "health_check.path")),
        port: healthPort === "traffic-port" ? port : Number(healthPort),
      },
      service: attachment?.service,
      containerPort: attachment?.containerPort,
    };
  });
}

function openPorts(securityGroups: unknown): (port: number) => boolean {
  const fromLoadBalancer = list(valueAt(securityGroups, "resource.aws_security_group.ecs.ingress")).filter(
    (rule) =>
      isPlainObject(rule) &&
      rule.protocol === "tcp" &&
      list(rule.security_groups).some((group) => referenced(group, "aws_security_group") === "alb"),
  );
  return (port) =>
    fromLoadBalancer.some(
      (rule) => Number(valueAt(rule, "from_port")) <= port && port <= Number(valueAt(rule, "to_port")),
    );
}

function mappedPorts(ecs: unknown, service: string): ReadonlySet<number> {
  // The definitions are an expression, since they hold values that only Terraform knows.
  const definitions = String(valueAt(ecs, `resource.aws_ecs_task_definition.${service}.container_definitions`));
  return new Set([...definitions.matchAll(/"containerPort" = (\d+)/g)].map(([, port]) => Number(port)));
}

function resources(layer: unknown, type: string): readonly (readonly [id: string, resource: PlainObject])[] {
  return Object.entries(Object(valueAt(layer, `resource.${type}`)) as Readonly<Record<string, PlainObject>>);
}

/** `tempo` in `${aws_lb_target_group.tempo.arn}`. */
function referenced(reference: unknown, type: string): string | undefined {
  return new RegExp(`^\\$\\{${type}\\.(\\w+)\\.`).exec(String(reference))?.[1];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
