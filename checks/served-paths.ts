import type { ServiceName } from "../modules/config/service-name";
import { matchesPathPattern } from "./listener-rules";

/** Where Tempo's receiver of the name `otlp/alb` takes traces. */
const OTLP_ALB_TRACES = "/otlp/v1/traces";

/**
 * Whether a program answers a request with more than a 404. Seen with the binaries at the pinned versions.
 *
 * @param service the service
 * @param port name of the port in the catalog
 * @param path path of the request, without its query
 * @param tempoApiPrefix Tempo's `http_api_prefix`, empty without one
 */
export function serves(service: ServiceName, port: string, path: string, tempoApiPrefix: string): boolean {
  const served: Readonly<Record<ServiceName, Readonly<Record<string, readonly string[]>>>> = {
    mimir: {
      http: ["/api/v1/push", "/otlp/v1/metrics", "/prometheus/api/v1/*", "/prometheus/config/v1/rules*", "/ready"],
    },
    loki: { http: ["/loki/api/v1/*", "/otlp/v1/logs", "/ready"] },
    tempo: {
      http: [...TEMPO_API.map((api) => `${tempoApiPrefix}${api}`), "/ready"],
      "otlp-http": ["/v1/traces"],
      "otlp-alb": [OTLP_ALB_TRACES],
    },
    pyroscope: {
      http: [
        "/ingest",
        ...["ingest", "render", "render-diff", "label-values"].map((name) => `/pyroscope/${name}`),
        "/push.v1.PusherService/*",
        "/querier.v1.QuerierService/*",
        "/ready",
      ],
    },
    // Its single-page application answers every path.
    grafana: { http: ["*"] },
    alloy: { http: ["/-/ready", "/-/healthy", "/metrics"] },
  };
  return served[service][port]?.some((pattern) => matchesPathPattern(pattern, path)) ?? false;
}

const TEMPO_API = [
  "/api/echo",
  "/api/search",
  "/api/search/*",
  "/api/traces/*",
  "/api/v2/*",
  "/api/metrics/*",
  "/api/status/buildinfo",
];

/** The one path of each service that answers 200 when it can take requests. */
export const READINESS_PATHS: Readonly<Record<ServiceName, string>> = {
  mimir: "/ready",
  loki: "/ready",
  tempo: "/ready",
  pyroscope: "/ready",
  grafana: "/api/health",
  alloy: "/-/ready",
};
