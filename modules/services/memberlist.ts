import type { PlatformConfig } from "../config/platform-config";
import { namePrefix } from "../config/names";
import type { ServicePort } from "./service-definition";

/** Port of the gossip by which the instances of a service find each other. */
export const MEMBERLIST_PORT = 7946;

/** Memberlist's ports; the UDP one needs no port mapping, since a Fargate task has an address of its own. */
export const MEMBERLIST_PORTS = {
  memberlist: { number: MEMBERLIST_PORT, label: "Memberlist TCP", reachableFromTasks: true },
  "memberlist-udp": {
    number: MEMBERLIST_PORT,
    protocol: "udp",
    label: "Memberlist UDP",
    reachableFromTasks: true,
    mapped: false,
  },
} as const satisfies Record<string, ServicePort>;

/**
 * Variables that a service config reads about its gossip. The label is the service's and the environment's own: instances that
 * meet another label, by an address used again, do not merge their rings.
 *
 * @param config the platform
 * @param service the service
 */
export function memberlistEnvironment(config: PlatformConfig, service: string): Readonly<Record<string, string>> {
  return {
    MEMBERLIST_CLUSTER_LABEL: `${namePrefix(config)}-${service}`,
    MEMBERLIST_PORT: String(MEMBERLIST_PORT),
  };
}
