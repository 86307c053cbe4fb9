import type { PlatformConfig } from "../modules/config/platform-config";
import type { DeployedService, ServiceCatalog } from "../modules/services/catalog";
import { internalHost } from "../modules/services/internal-host";
import type { Finding } from "../modules/config/config-error";
import { valueAt } from "./plain-object";
import { servedOn, type Settings } from "./served-paths";
import { taskEnvironment, type ServiceSources } from "./service-sources";

/**
 * Finds definitions that say something else than the programs do: readiness paths, and the URLs by which tasks reach each
 * other.
 *
 * @param platform the platform
 * @param catalog its services
 * @param settings the configs in the images
 */
export function catalogFindings(
  platform: PlatformConfig,
  catalog: ServiceCatalog,
  settings: Settings,
): readonly Finding[] {
  return Object.values(catalog).flatMap((service) => [
    ...readinessFindings(service, settings),
    ...urlFindings(service, platform, catalog, settings),
  ]);
}

/**
 * Finds contradictions between the services' configs.
 *
 * @param all the files of all services
 */
export function agreementFindings(all: readonly ServiceSources[]): readonly Finding[] {
  const labels = all.map((sources) => {
    const config = sources.yamlFiles.find(({ file }) => file === sources.configFile);
    return { sources, label: valueAt(config?.value, "memberlist.cluster_label") };
  });
  return labels.flatMap(({ sources, label }, index) => {
    const other = labels.slice(0, index).find((earlier) => typeof label === "string" && earlier.label === label);
    return other === undefined
      ? []
      : [
          {
            rule: "memberlist-cluster-label",
            file: sources.configFile?.path ?? sources.dockerfilePath,
            key: "memberlist.cluster_label",
            value: label,
            instead: `must differ from that of ${other.sources.service}: their rings would merge`,
          },
        ];
  });
}

/** A pattern with a wildcard says nothing of the one path that health checks ask. */
function readinessFindings(service: DeployedService, settings: Settings): readonly Finding[] {
  const { name, title, readiness } = service;
  const exact = servedOn(service, readiness.port, settings).paths.filter((path) => !path.includes("*"));
  if (exact.includes(readiness.path)) return [];
  return [
    {
      rule: "readiness-path",
      file: `modules/services/${name}.ts`,
      key: "readiness",
      value: readiness,
      instead: `name the path by which ${title} says that it is ready, one of those that it serves on that port (${exact.join(", ")}): elsewhere it answers 404, and no target becomes healthy`,
      incident: "I03",
    },
  ];
}

function urlFindings(
  service: DeployedService,
  platform: PlatformConfig,
  catalog: ServiceCatalog,
  settings: Settings,
): readonly Finding[] {
  return Object.entries(taskEnvironment(service)).flatMap(([variable, value]) => {
    const problem = URL.canParse(value) ? urlProblem(new URL(value), platform, catalog, settings) : undefined;
    return problem === undefined
      ? []
      : [
          {
            rule: "internal-url",
            file: `modules/services/${service.name}.ts`,
            key: `environment.${variable}`,
            value,
            ...problem,
          },
        ];
  });
}

function urlProblem(
  url: URL,
  platform: PlatformConfig,
  catalog: ServiceCatalog,
  settings: Settings,
): Pick<Finding, "instead" | "incident"> | undefined {
  if (!url.hostname.endsWith(internalHost(platform, ""))) return undefined;
  const called = Object.values(catalog).find(({ name }) => internalHost(platform, name) === url.hostname);
  if (called === undefined) {
    return { instead: "name a service that this profile deploys: no task has that name in the VPC" };
  }
  const [portName, port] =
    Object.entries(called.ports).find(
      ([, { number, protocol }]) => String(number) === url.port && protocol !== "udp",
    ) ?? [];
  if (portName === undefined || port?.reachableFromTasks !== true) {
    return {
      instead: `name a port of modules/services/${called.name}.ts that is reachable from tasks`,
      incident: "I18",
    };
  }
  const { bases } = servedOn(called, portName, settings);
  const path = url.pathname.replace(/\/$/, "");
  if (bases.includes(path)) return undefined;
  const wanted = bases.map((base) => `"${base}"`).join(" or ");
  return { instead: `end it in ${wanted}: ${called.title} serves nothing at ${url.pathname}`, incident: "I01" };
}
