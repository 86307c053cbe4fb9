import type { ServiceName } from "../modules/config/service-name";
import type { IncidentId } from "./incidents";

/** A request that a client sends to the load balancer, and where it must arrive. */
export interface ClientCall {
  /** What it is for, `OTLP traces`. */
  readonly purpose: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** Path and query. */
  readonly target: string;
  /** Whether it carries the tenant in `X-Scope-OrgID`. */
  readonly hasTenant: boolean;
  readonly service: ServiceName;
  /** Name of the service's port. */
  readonly port: string;
  /** The incident that a wrong way of it would repeat. @default - none */
  readonly incident?: IncidentId;
}

const TRACE_ID = "2f3e0cee77ae5dc9c17ade3689eb2e54";

/** Every call that a client of the platform makes; a new client starts with a line here. */
export const CLIENT_CALLS: readonly ClientCall[] = [
  ...calls("mimir", "http", undefined, [
    ["Prometheus remote write", "POST", "/api/v1/push"],
    ["OTLP metrics", "POST", "/otlp/v1/metrics"],
    ["Prometheus instant query", "GET", "/prometheus/api/v1/query?query=up"],
    ["Prometheus range query", "POST", "/prometheus/api/v1/query_range"],
    ["Prometheus series", "POST", "/prometheus/api/v1/series"],
    ["Prometheus label names", "GET", "/prometheus/api/v1/labels"],
    ["Prometheus label values", "GET", "/prometheus/api/v1/label/__name__/values"],
    ["Prometheus rules", "GET", "/prometheus/api/v1/rules"],
    ["mimirtool rules", "GET", "/prometheus/config/v1/rules"],
  ]),
  ...calls("loki", "http", undefined, [
    ["Loki push", "POST", "/loki/api/v1/push"],
    ["OTLP logs", "POST", "/otlp/v1/logs"],
    ["Loki range query", "GET", '/loki/api/v1/query_range?query={job="test"}'],
    ["Loki labels", "GET", "/loki/api/v1/labels"],
    ["Loki label values", "GET", "/loki/api/v1/label/job/values"],
    ["Loki tail", "GET", '/loki/api/v1/tail?query={job="test"}'],
  ]),
  ...calls("tempo", "http", "I01", [
    ["Tempo search", "GET", "/tempo/api/search?q={}"],
    ["Tempo trace by id", "GET", `/tempo/api/traces/${TRACE_ID}`],
    ["Tempo trace by id, version 2", "GET", `/tempo/api/v2/traces/${TRACE_ID}`],
    ["Tempo tag names", "GET", "/tempo/api/v2/search/tags"],
    ["Tempo tag values", "GET", "/tempo/api/v2/search/tag/resource.service.name/values"],
    ["TraceQL metrics", "GET", "/tempo/api/metrics/query_range?q={}|rate()"],
  ]),
  ...calls("tempo", "otlp-http", "I18", [["OTLP traces", "POST", "/v1/traces"]]),
  ...calls("tempo", "otlp-alb", "I18", [["OTLP traces below /otlp", "POST", "/otlp/v1/traces"]]),
  ...calls("pyroscope", "http", "I01", [
    ["Pyroscope push of an SDK", "POST", "/ingest?name=app&from=1&until=2"],
    ["Pyroscope push of an SDK below /pyroscope", "POST", "/pyroscope/ingest?name=app"],
    ["Pyroscope push by Connect", "POST", "/push.v1.PusherService/Push"],
    ["Pyroscope query by Connect", "POST", "/querier.v1.QuerierService/SelectMergeStacktraces"],
    ["Pyroscope profile types by Connect", "POST", "/querier.v1.QuerierService/ProfileTypes"],
    ["Pyroscope render", "GET", "/pyroscope/render?query=process_cpu"],
  ]),
  ...calls("grafana", "http", undefined, [
    ["Grafana's page", "GET", "/"],
    ["Grafana's login page", "GET", "/login"],
    ["Grafana login", "POST", "/login"],
    ["Grafana health", "GET", "/api/health"],
    ["Grafana dashboard search", "GET", "/api/search?query=tempo"],
    ["Grafana dashboard", "GET", "/api/dashboards/uid/abc"],
    ["Grafana dashboard page", "GET", "/d/abc/tempo"],
    ["Grafana Explore", "GET", "/explore?left={}"],
    ["Grafana query", "POST", "/api/ds/query?ds_type=prometheus"],
    ["Grafana datasource proxy", "GET", "/api/datasources/proxy/uid/loki/loki/api/v1/labels"],
    ["Grafana datasource health", "GET", "/api/datasources/uid/tempo/health"],
    ["Grafana provisioning API", "GET", "/api/v1/provisioning/alert-rules"],
    ["Grafana alert rules", "GET", "/api/prometheus/grafana/api/v1/rules"],
    ["Grafana Live", "GET", "/api/live/ws"],
    ["Grafana resources", "GET", "/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards"],
    ["Grafana's own metrics", "GET", "/metrics"],
    ["Grafana's files", "GET", "/public/build/app.js"],
    ["Grafana application", "GET", "/a/grafana-pyroscope-app/explore"],
  ]).map((call) => ({ ...call, hasTenant: false })),
];

function calls(
  service: ServiceName,
  port: string,
  incident: IncidentId | undefined,
  rows: readonly (readonly [purpose: string, method: ClientCall["method"], target: string])[],
): readonly ClientCall[] {
  return rows.map(([purpose, method, target]) => ({
    purpose,
    method,
    target,
    hasTenant: true,
    service,
    port,
    ...(incident === undefined ? {} : { incident }),
  }));
}
