import type { ServicePort } from "./service-definition";

/**
 * Port of the calls between the components of Mimir and Loki. They leave the task when two tasks of a service share a
 * ring, as in each deployment. Both services share one security-group rule: AWS refuses a second one for the same port,
 * whatever its text.
 */
export const GRPC_PORT: ServicePort = { number: 9095, label: "gRPC between instances", reachableFromTasks: true };
