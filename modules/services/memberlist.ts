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
