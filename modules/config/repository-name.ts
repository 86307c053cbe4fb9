import type { ImageRepositoriesConfig } from "./platform-config";
import type { ServiceName } from "./service-name";

/**
 * Name of a service's image repository, and of its task-definition family.
 *
 * @param repositories the configuration of all repositories
 * @param service the service
 */
export function repositoryName(repositories: ImageRepositoriesConfig, service: ServiceName): string {
  return `${repositories.namePrefix}-${service}`;
}
