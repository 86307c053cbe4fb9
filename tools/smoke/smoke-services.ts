import type { ServiceName } from "../../modules/services/service-name";

/** Services behind the load balancer, in the order of the table. */
export const SMOKE_SERVICES = ["grafana", "mimir", "loki", "tempo", "pyroscope"] as const satisfies ServiceName[];

/** A service that can be tested from outside. */
export type SmokeService = (typeof SMOKE_SERVICES)[number];
