import type { PlatformConfig } from "../config/platform-config";
import type { ServicePort } from "./service-definition";

/**
 * Port of the calls between the components of Mimir and Loki. They leave the task when two tasks of a service
 * share a ring, as in each deployment.
 *
 * @param config the platform
 */
export function grpcPort({ serviceConfigs }: PlatformConfig): ServicePort {
  // The services share one rule, and AWS refuses a second one for the same port, whatever its text.
  const label = serviceConfigs === "original" ? "Mimir gRPC" : "gRPC between instances";
  return { number: 9095, label, reachableFromTasks: true };
}
