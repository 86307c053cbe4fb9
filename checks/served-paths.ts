import type { ServiceName } from "../modules/services/service-name";
import type { DeployedService } from "../modules/services/catalog";
import type { ServedPaths } from "../modules/services/service-definition";
import { matchesPathPattern } from "./listener-rules";
import { valueAt } from "./plain-object";
import type { ServiceSources } from "./service-sources";

/** Reads a key of the config in a service's image; undefined where the key or the config is not there. */
export type Settings = (service: ServiceName, key: string) => unknown;

/**
 * The settings in the YAML configs of services.
 *
 * @param files the files of the services whose configs are known
 */
export function settingsIn(files: readonly ServiceSources[]): Settings {
  return (service, key) => {
    const sources = files.find((candidate) => candidate.service === service);
    const config = sources?.yamlFiles.find(({ file }) => file === sources.configFile);
    return valueAt(config?.value, key);
  };
}

/**
 * The paths that a service serves on one of its ports.
 *
 * @param service the service
 * @param port name of the port
 * @param settings the configs in the images
 */
export function servedOn(service: DeployedService, port: string, settings: Settings): Required<ServedPaths> {
  const { paths = [], bases = [] } = service.serves((key) => settings(service.name, key))[port] ?? {};
  return { paths, bases };
}

/**
 * Tells if a program answers a request with more than a 404.
 *
 * @param service the service
 * @param port name of the port
 * @param path path of the request, without its query
 * @param settings the configs in the images
 */
export function serves(service: DeployedService, port: string, path: string, settings: Settings): boolean {
  return servedOn(service, port, settings).paths.some((pattern) => matchesPathPattern(pattern, path));
}
