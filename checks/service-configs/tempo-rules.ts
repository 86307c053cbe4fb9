import { TEMPO_API_PREFIX } from "../../modules/services/tempo";
import { portOf } from "../../modules/services/target-groups";
import { durationSeconds } from "../duration";
import { isPlainObject, valueAt } from "../plain-object";
import { eachLeaf, forbidden, required, type ConfigView, type LintRule } from "./lint-rule";
import type { Problem } from "../finding";
import { atMost, sharedRules } from "./shared-rules";

const GENERATOR = "metrics_generator";

/** Path of OTLP's traces, beside its other signals. */
const OTLP_ALB_PATH = "/otlp/v1/traces";

/** Rules of Tempo's config. Sources: the binary at 2.9.0 and its configuration reference. */
export const tempoRules: readonly LintRule[] = [
  ...sharedRules({
    multitenancy: { key: "multitenancy_enabled", isOnByDefault: false },
    usageReporting: "usage_report.reporting_enabled",
    storagePrefixes: ({ sources }) => [
      { key: "storage.trace.s3.prefix", prefix: sources.platform.storagePrefixes.tempo },
    ],
    insteadOfPathPrefix: `remove it and write http_api_prefix: ${TEMPO_API_PREFIX} at the top level: http_path_prefix moves /ready and internal calls too`,
    defaultPorts: { http: 3200, grpc: 9095 },
  }),
  required(
    { name: "tempo-http-api-prefix", incident: "I01" },
    "http_api_prefix",
    (value) => value === TEMPO_API_PREFIX,
    `write http_api_prefix: ${TEMPO_API_PREFIX} at the top level: the load balancer forwards ${TEMPO_API_PREFIX}/api/… as it is, and Tempo would answer 404`,
  ),
  forbidden(
    { name: "tempo-auth-enabled" },
    "auth_enabled",
    "remove it: the key is deprecated; multitenancy_enabled: true is what counts",
  ),
  eachLeaf(
    { name: "tempo-storage-class" },
    ({ path, value }) => path.at(-1) === "storage_class" && value !== "STANDARD",
    () => "remove it: infrequent access is billed for 30 days at least, and traces are deleted after seven",
  ),
  required(
    { name: "tempo-flush-on-shutdown" },
    "ingester.flush_all_on_shutdown",
    (value) => value === true,
    "write true: by default the traces stay on the task's disk, which is gone after it stops",
  ),
  atMost(
    "tempo-reads-its-flush",
    "query_frontend.search.query_backend_after",
    0,
    "a search asks only the ingester for younger traces (default 15m), and a new one does not have them",
  ),
  atMost(
    "tempo-reads-its-flush",
    "storage.trace.blocklist_poll",
    60,
    "so long does a flushed block stay unseen (default 5m)",
  ),
  { name: "tempo-shutdown-fits", find: shutdownProblems },
  { name: "tempo-receivers", incident: "I18", find: receiverProblems },
  { name: "tempo-local-blocks", find: localBlocksProblems },
  required(
    { name: "tempo-generator-storage" },
    `${GENERATOR}.storage.path`,
    (value) => typeof value === "string",
    `write ${GENERATOR}.storage.path: without it the generator does not start`,
  ),
  required(
    { name: "tempo-remote-write-tenant", incident: "I28" },
    `${GENERATOR}.storage.remote_write_add_org_id_header`,
    (value) => value !== false,
    "remove it: without the tenant's header Mimir refuses the metrics",
  ),
  {
    name: "cache-wired",
    incident: "I16",
    find: ({ get, leaves }) =>
      leaves.some(({ path }) => path[0] === "cache" && path.at(-1) === "addresses")
        ? []
        : [
            {
              key: "cache.caches",
              value: get("cache"),
              instead:
                "write caches: [{roles: [bloom, parquet-footer, frontend-search], memcached: {addresses: dns+${MEMCACHED_ENDPOINT}}}]; the cache is paid for and would stand idle",
            },
          ],
  },
];

/** A query in the last 30 seconds before SIGTERM can hold up the stop; both waits together stay below the stop timeout. */
function shutdownProblems({ get, sources: { definition } }: ConfigView): readonly Problem[] {
  const delay = { key: "shutdown_delay", least: 35 };
  const deadline = { key: `${GENERATOR}.storage.remote_write_flush_deadline`, least: 0 };
  const seconds = [delay, deadline].map(({ key }) => durationSeconds(get(key)));
  const [delaySeconds, deadlineSeconds] = seconds;
  const fits =
    delaySeconds !== undefined &&
    deadlineSeconds !== undefined &&
    delaySeconds >= delay.least &&
    delaySeconds + deadlineSeconds <= definition.tasks.stopTimeoutSeconds - 30;
  return fits
    ? []
    : [
        {
          key: `${delay.key} and ${deadline.key}`,
          value: [get(delay.key), get(deadline.key)],
          instead: `write shutdown_delay: 35s and a flush deadline of 30s: together they must leave half a minute of the stop timeout of ${definition.tasks.stopTimeoutSeconds}s`,
        },
      ];
}

function receiverProblems(view: ConfigView): readonly Problem[] {
  const receivers = view.get("distributor.receivers");
  const wanted = [
    { port: "otlp-grpc", path: ["otlp", "protocols", "grpc", "endpoint"] },
    { port: "otlp-http", path: ["otlp", "protocols", "http", "endpoint"] },
    { port: "otlp-alb", path: ["otlp/alb", "protocols", "http", "endpoint"] },
  ];
  const endpoints = wanted.flatMap(({ port, path }): readonly Problem[] => {
    const { number } = portOf(view.sources.definition, port);
    const value = path.reduce<unknown>((inner, key) => (isPlainObject(inner) ? inner[key] : undefined), receivers);
    return value === `0.0.0.0:${number}`
      ? []
      : [
          {
            key: `distributor.receivers.${path.join(".")}`,
            value,
            instead: `write 0.0.0.0:${number}: the catalog opens that port, and without an address the receiver listens on loopback alone`,
          },
        ];
  });
  const path = isPlainObject(receivers) ? valueAt(receivers["otlp/alb"], "protocols.http.traces_url_path") : undefined;
  return path === OTLP_ALB_PATH
    ? endpoints
    : [
        ...endpoints,
        {
          key: "distributor.receivers.otlp/alb.protocols.http.traces_url_path",
          value: path,
          instead: `write ${OTLP_ALB_PATH}: the load balancer forwards the path as it is`,
        },
      ];
}

function localBlocksProblems({ get, leaves }: ConfigView): readonly Problem[] {
  const isOn = leaves.some(({ path, value }) => path.includes("processors") && value === "local-blocks");
  const path = get(`${GENERATOR}.traces_storage.path`);
  if (!isOn) {
    return [
      {
        key: "overrides.defaults.metrics_generator.processors",
        value: get("overrides.defaults.metrics_generator.processors"),
        instead:
          "write [service-graphs, span-metrics, local-blocks]: without local-blocks recent TraceQL metrics end in a 500",
      },
    ];
  }
  return typeof path === "string"
    ? []
    : [
        {
          key: `${GENERATOR}.traces_storage.path`,
          value: path,
          instead: "write the path of a folder: without it local-blocks disables every processor of the generator",
        },
      ];
}
