import type { PlatformConfig } from "../../modules/config/platform-config";
import { namePrefix, targetGroupName } from "../../modules/config/names";
import { deployedService, serviceCatalog } from "../../modules/services/catalog";
import type { ServiceName } from "../../modules/services/service-name";
import {
  deregistrationDelayOf,
  HEALTHY_STATUS,
  targetGroupsOf,
  type TargetGroupDefinition,
} from "../../modules/services/target-groups";
import { LoadBalancer } from "../../tools/load-balancer/load-balancer";
import type { TargetAddress } from "../../tools/load-balancer/description";

const LISTENER = 80;

/**
 * Seconds between two health checks. The configuration's interval would only make the run longer: it decides when a new
 * task is known to be ready, and a leaving one is taken out by its own deregistration.
 */
const HEALTH_CHECK_SECONDS = 2;

/** The load balancer that a configuration makes, in front of tasks that come and go. */
export class FrontDoor {
  private constructor(
    private readonly config: PlatformConfig,
    private readonly balancer: LoadBalancer,
  ) {}

  /** Starts it, without targets. */
  static async open(config: PlatformConfig): Promise<FrontDoor> {
    const { loadBalancer } = config;
    const groups = Object.values(serviceCatalog(config)).flatMap((service) => targetGroupsOf(service));
    const fallback = groups.find(({ isDefault }) => isDefault);
    if (fallback === undefined) throw new Error("no default target group");
    const balancer = await LoadBalancer.start({
      idleTimeoutSeconds: loadBalancer.idleTimeoutSeconds,
      dropInvalidHeaderFields: loadBalancer.dropInvalidHeaderFields,
      listeners: [
        {
          port: LISTENER,
          protocol: "HTTP",
          rules: groups.flatMap((group) =>
            group.rules.map((rule) => ({ ...rule, action: { type: "forward", targetGroup: nameOf(config, group) } })),
          ),
          defaultAction: { type: "forward", targetGroup: nameOf(config, fallback) },
        },
      ],
      targetGroups: groups.map((group) => ({
        name: nameOf(config, group),
        deregistrationDelaySeconds: deregistrationDelayOf(group, loadBalancer.deregistrationDelaySeconds),
        healthCheck: {
          ...group.healthCheck,
          ...loadBalancer.healthCheck,
          matcher: HEALTHY_STATUS,
          intervalSeconds: HEALTH_CHECK_SECONDS,
          timeoutSeconds: HEALTH_CHECK_SECONDS,
        },
      })),
    });
    return new FrontDoor(config, balancer);
  }

  /** URL for clients. */
  get url(): string {
    return this.balancer.url(LISTENER);
  }

  /** Registers a task with each target group of its service. */
  register(service: ServiceName, address: string): void {
    for (const { group, target } of this.targets(service, address)) this.balancer.registerTarget(group, target);
  }

  /** Takes a task out of each target group of its service. */
  deregister(service: ServiceName, address: string): void {
    for (const { group, target } of this.targets(service, address)) this.balancer.deregisterTarget(group, target);
  }

  /** Tests if a task is healthy in each target group of its service, as ECS does before it stops the old one. */
  isHealthy(service: ServiceName, address: string): boolean {
    return this.targets(service, address).every(
      ({ group, target }) => this.balancer.healthOf(group, target).state === "healthy",
    );
  }

  /** Ends it. */
  async close(): Promise<void> {
    await this.balancer.close();
  }

  private targets(
    service: ServiceName,
    id: string,
  ): readonly { readonly group: string; readonly target: TargetAddress }[] {
    return targetGroupsOf(deployedService(this.config, service)).map((group) => ({
      group: nameOf(this.config, group),
      target: { id, port: group.port },
    }));
  }
}

function nameOf(config: PlatformConfig, { key }: TargetGroupDefinition): string {
  return targetGroupName(namePrefix(config), key);
}
