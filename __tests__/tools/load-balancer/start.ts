import type {
  HealthCheckDescription,
  ListenerDescription,
  LoadBalancerDescription,
  RuleDescription,
  TargetAddress,
} from "../../../tools/load-balancer/description";
import { LoadBalancer, type LoadBalancerOptions } from "../../../tools/load-balancer/load-balancer";

/** What a test says about its load balancer; the rest is the same for all. */
export interface TestBalancer {
  /** Targets of each group; the first group takes what no rule takes. */
  readonly groups: Readonly<Record<string, readonly TargetAddress[]>>;
  /** @default - none */
  readonly rules?: readonly RuleDescription[];
  readonly healthCheck?: Partial<HealthCheckDescription>;
  /** @default 10 */
  readonly deregistrationDelaySeconds?: number;
  /** @default 60 */
  readonly idleTimeoutSeconds?: number;
  /** @default false */
  readonly dropInvalidHeaderFields?: boolean;
  /** @default - HTTP on port 80 */
  readonly certificate?: { readonly certificatePem: string; readonly keyPem: string };
}

const started: LoadBalancer[] = [];

/** Starts a load balancer; `stopLoadBalancers` stops it. */
export async function startLoadBalancer(test: TestBalancer, options: LoadBalancerOptions = {}): Promise<LoadBalancer> {
  const balancer = await LoadBalancer.start(described(test), options);
  started.push(balancer);
  return balancer;
}

/** For `afterEach`. */
export async function stopLoadBalancers(): Promise<void> {
  await Promise.all(started.splice(0).map(async (balancer) => balancer.close()));
}

function described(test: TestBalancer): LoadBalancerDescription {
  return {
    idleTimeoutSeconds: test.idleTimeoutSeconds ?? 60,
    dropInvalidHeaderFields: test.dropInvalidHeaderFields ?? false,
    listeners: listenersOf(test),
    targetGroups: Object.entries(test.groups).map(([name, targets]) => ({
      name,
      targets,
      deregistrationDelaySeconds: test.deregistrationDelaySeconds ?? 10,
      healthCheck: {
        path: "/ready",
        port: "traffic-port",
        matcher: "200",
        intervalSeconds: 0.03,
        timeoutSeconds: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
        ...test.healthCheck,
      },
    })),
  };
}

function listenersOf({ groups, rules = [], certificate }: TestBalancer): readonly ListenerDescription[] {
  const [first] = Object.keys(groups);
  if (first === undefined) throw new Error("A test needs a target group");
  const toFirst = { type: "forward", targetGroup: first } as const;
  if (certificate === undefined) return [{ port: 80, protocol: "HTTP", rules, defaultAction: toFirst }];
  const toHttps = { type: "redirect", protocol: "HTTPS", port: "443", statusCode: 301 } as const;
  return [
    { port: 80, protocol: "HTTP", rules: [], defaultAction: toHttps },
    { port: 443, protocol: "HTTPS", certificate, rules, defaultAction: toFirst },
  ];
}
