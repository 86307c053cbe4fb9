import type { PlatformConfig } from "../../../modules/config/platform-config";
import { serviceCatalog } from "../../../modules/services/catalog";
import { targetGroupsOf } from "../../../modules/services/target-groups";
import { targetGroupName } from "../../../modules/config/names";
import type { LoadBalancerDescription } from "../../../tools/load-balancer/description";

/** Address at which every task is registered; a connector leads from it to where the test's servers are. */
export const TASK_ADDRESS = "10.0.11.5";

/** The load balancer that a configuration makes, HTTP only, with one task of each service. */
export function platformBalancer(config: PlatformConfig): LoadBalancerDescription {
  const namePrefix = `${config.projectName}-${config.environment}`;
  const groups = Object.values(serviceCatalog(config)).flatMap((service) => targetGroupsOf(service));
  const forward = (key: string) => ({ type: "forward", targetGroup: targetGroupName(namePrefix, key) }) as const;
  const fallback = groups.find(({ isDefault }) => isDefault);
  if (fallback === undefined) throw new Error("No default target group");
  return {
    idleTimeoutSeconds: config.loadBalancer.idleTimeoutSeconds,
    dropInvalidHeaderFields: config.loadBalancer.dropInvalidHeaderFields,
    listeners: [
      {
        port: 80,
        protocol: "HTTP",
        rules: groups.flatMap(({ key, rules }) => rules.map((rule) => ({ ...rule, action: forward(key) }))),
        defaultAction: forward(fallback.key),
      },
    ],
    targetGroups: groups.map(({ key, port, healthCheck }) => ({
      name: targetGroupName(namePrefix, key),
      targets: [{ id: TASK_ADDRESS, port }],
      deregistrationDelaySeconds: 10,
      healthCheck: {
        ...healthCheck,
        matcher: "200",
        intervalSeconds: 1,
        timeoutSeconds: 0.9,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
    })),
  };
}
