import type { PlatformConfig } from "../modules/config/platform-config";
import type { ServiceDefinition } from "../modules/services/service-definition";
import { SERVICE_NAMES, type ServiceName } from "../modules/config/service-name";
import { internalHost } from "../modules/services/internal-host";
import type { Finding } from "../modules/config/config-error";
import { valueAt } from "./plain-object";
import { READINESS_PATHS } from "./served-paths";
import { taskEnvironment, type ServiceSources } from "./service-sources";

type Catalog = Readonly<Record<ServiceName, ServiceDefinition>>;

/** Bases and addresses below which other tasks use a service, by its port; the rest of a URL is the client's own. */
const URL_PATHS: Readonly<Record<ServiceName, Readonly<Record<string, readonly string[]>>>> = {
  mimir: { http: ["/api/v1/push", "/prometheus", "/otlp"] },
  loki: { http: ["", "/loki/api/v1/push", "/otlp"] },
  tempo: { "otlp-http": [""], "otlp-grpc": [""] },
  pyroscope: { http: [""] },
  grafana: { http: [""] },
  alloy: { http: [""], "otlp-http": [""], "otlp-grpc": [""] },
};

/**
 * Where the catalog says something else than the programs do: readiness paths, and the URLs by which tasks reach each
 * other.
 *
 * @param platform the platform
 * @param catalog its services
 * @param tempoApiPrefix Tempo's `http_api_prefix` in the image that runs; empty without one
 */
export function catalogFindings(
  platform: PlatformConfig,
  catalog: Catalog,
  tempoApiPrefix: string,
): readonly Finding[] {
  return [
    ...Object.values(catalog).flatMap(readinessFindings),
    ...Object.values(catalog).flatMap((service) => urlFindings(service, platform, catalog, tempoApiPrefix)),
  ];
}

/**
 * Where the services' configs contradict each other.
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

function readinessFindings({ name, title, readiness }: ServiceDefinition): readonly Finding[] {
  const path = READINESS_PATHS[name];
  if (readiness.path === path && readiness.port === "http") return [];
  return [
    {
      rule: "readiness-path",
      file: `modules/services/${name}.ts`,
      key: "readiness",
      value: readiness,
      instead: `write { path: "${path}", port: "http" }: ${title} answers 404 elsewhere, and no target becomes healthy`,
      incident: "I03",
    },
  ];
}

function urlFindings(
  service: ServiceDefinition,
  platform: PlatformConfig,
  catalog: Catalog,
  tempoApiPrefix: string,
): readonly Finding[] {
  return Object.entries(taskEnvironment(service)).flatMap(([variable, value]) => {
    if (!URL.canParse(value)) return [];
    const url = new URL(value);
    const called = SERVICE_NAMES.find((name) => internalHost(platform, name) === url.hostname);
    if (called === undefined) return [];
    const problem = urlProblem(url, catalog[called], tempoApiPrefix);
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
  called: ServiceDefinition,
  tempoApiPrefix: string,
): Pick<Finding, "instead" | "incident"> | undefined {
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
  const bases =
    called.name === "tempo" && portName === "http" ? [tempoApiPrefix] : (URL_PATHS[called.name][portName] ?? []);
  const path = url.pathname.replace(/\/$/, "");
  if (bases.includes(path)) return undefined;
  const wanted = bases.map((base) => `"${base}"`).join(" or ");
  return { instead: `end it in ${wanted}: ${called.title} serves nothing at ${url.pathname}`, incident: "I01" };
}
