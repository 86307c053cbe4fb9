import type { PlatformConfig } from "../config/platform-config";
import { callsTo } from "./client-call";
import { internalHost } from "./internal-host";
import { MEMBERLIST_PORTS, memberlistEnvironment } from "./memberlist";
import { retentionHours } from "./retention";
import { defineService, type Environment, type ServiceDefinition } from "./service-definition";
import { checkByFlag, VERSION_WORD, type ServiceImage } from "./service-image";

const HTTP_PORT = 4040;

/** Pyroscope: profiles. */
export function pyroscope(config: PlatformConfig): ServiceDefinition {
  return defineService({
    title: "Pyroscope",
    image: IMAGE,
    ports: {
      // Calls between instances arrive on it too.
      http: { number: HTTP_PORT, label: "Pyroscope HTTP", reachableFromTasks: true },
      ...MEMBERLIST_PORTS,
    },
    serves: () => ({
      http: {
        paths: [
          "/ingest",
          ...["ingest", "render", "render-diff", "label-values"].map((name) => `/pyroscope/${name}`),
          "/push.v1.PusherService/*",
          "/querier.v1.QuerierService/*",
          "/ready",
        ],
        bases: [""],
      },
    }),
    readiness: { path: "/ready", port: "http" },
    loadBalancing: {
      routes: [
        {
          priority: 40,
          // Agents push by `/ingest` or by Connect (`push.v1`), Grafana queries by Connect (`querier.v1`).
          paths: ["/ingest", "/pyroscope/*", "/push.v1.PusherService/*", "/querier.v1.QuerierService/*"],
          port: "http",
        },
      ],
      healthCheckGracePeriodSeconds: 120,
    },
    clientCalls: CLIENT_CALLS,
    maxTasks: 1,
    storagePrefixes: [config.storagePrefixes.pyroscope],
    environment: () => environment(config),
  });
}

/** Source: the Dockerfile of grafana/pyroscope. */
const IMAGE: ServiceImage = {
  upstream: "grafana/pyroscope",
  user: "10001:10001",
  hasShell: false,
  healthCheckPrograms: [],
  program: {
    name: "pyroscope",
    path: "/usr/bin/pyroscope",
    version: { arguments: ["-version"], pattern: VERSION_WORD },
    releases: "https://github.com/grafana/pyroscope/releases",
    writableFolders: ["/data", "/data-compactor"],
  },
  config: {
    location: "-config.file",
    variables: "braced",
    strictCheck: checkByFlag("-modules", "every field, then the values"),
  },
};

const CLIENT_CALLS = callsTo("http", [
  ["Pyroscope push of an SDK", "POST", "/ingest?name=app&from=1&until=2"],
  ["Pyroscope push of an SDK below /pyroscope", "POST", "/pyroscope/ingest?name=app"],
  ["Pyroscope push by Connect", "POST", "/push.v1.PusherService/Push"],
  ["Pyroscope query by Connect", "POST", "/querier.v1.QuerierService/SelectMergeStacktraces"],
  ["Pyroscope profile types by Connect", "POST", "/querier.v1.QuerierService/ProfileTypes"],
  ["Pyroscope render", "GET", "/pyroscope/render?query=process_cpu"],
]);

/** The config reads all but `TZ`, which the program itself reads. */
function environment(config: PlatformConfig): Environment {
  return {
    ...memberlistEnvironment(config, "pyroscope"),
    AWS_REGION: config.region,
    PYROSCOPE_HOST: internalHost(config, "pyroscope"),
    PYROSCOPE_RETENTION: retentionHours(config.retention.profilesDays),
    PYROSCOPE_S3_BUCKET: config.dataBucket.name,
    PYROSCOPE_STORAGE_PREFIX: config.storagePrefixes.pyroscope,
    TZ: config.timeZone,
  };
}

/** Base of Pyroscope's API, for data sources. */
export function pyroscopeUrl(config: PlatformConfig): string {
  return `http://${internalHost(config, "pyroscope")}:${HTTP_PORT}`;
}
