import { profiles } from "../../common.config";
import { deployedService } from "../../modules/services/catalog";
import type { ServiceName } from "../../modules/services/service-name";
import { TEMPO_API_PREFIX } from "../../modules/services/tempo";
import { configText, configValue } from "../support/service-config";

const definition = (service: ServiceName) => deployedService(profiles.target, service);
const port = (service: ServiceName, name: string) => definition(service).ports[name]?.number;

/** Service, path in its config, value. */
const FACTS: readonly (readonly [ServiceName, string, unknown])[] = [
  ["mimir", "server.http_listen_port", port("mimir", "http")],
  ["mimir", "server.grpc_listen_port", port("mimir", "grpc")],
  ["loki", "server.http_listen_port", port("loki", "http")],
  ["loki", "server.grpc_listen_port", port("loki", "grpc")],
  ["tempo", "server.http_listen_port", port("tempo", "http")],
  ["pyroscope", "server.http_listen_port", port("pyroscope", "http")],

  // Tenants.
  ["mimir", "multitenancy_enabled", true],
  ["loki", "auth_enabled", true],
  ["tempo", "multitenancy_enabled", true],
  ["tempo", "auth_enabled", undefined],
  ["pyroscope", "multitenancy_enabled", true],

  // Paths and receivers behind the load balancer.
  ["tempo", "http_api_prefix", TEMPO_API_PREFIX],
  ["tempo", "server.http_path_prefix", undefined],
  ["pyroscope", "server.http_path_prefix", undefined],
  ["tempo", "distributor.receivers.otlp.protocols.grpc.endpoint", `0.0.0.0:${port("tempo", "otlp-grpc")}`],
  ["tempo", "distributor.receivers.otlp.protocols.http.endpoint", `0.0.0.0:${port("tempo", "otlp-http")}`],
  ["tempo", "distributor.receivers.otlp/alb.protocols.http.endpoint", `0.0.0.0:${port("tempo", "otlp-alb")}`],
  ["tempo", "distributor.receivers.otlp/alb.protocols.http.traces_url_path", "/otlp/v1/traces"],

  // Where the data is: another value loses sight of what is in the bucket.
  ["mimir", "blocks_storage.storage_prefix", "${MIMIR_BLOCKS_PREFIX}"],
  ["mimir", "ruler_storage.storage_prefix", "${MIMIR_RULES_PREFIX}"],
  ["mimir", "alertmanager_storage.storage_prefix", "${MIMIR_ALERTS_PREFIX}"],
  ["loki", "schema_config.configs.0.store", "tsdb"],
  ["loki", "schema_config.configs.0.object_store", "s3"],
  ["loki", "schema_config.configs.0.schema", "v13"],
  ["loki", "schema_config.configs.0.index", { prefix: "index_", period: "24h" }],
  ["loki", "schema_config.configs.1", undefined],
  ["loki", "storage_config.use_thanos_objstore", true],
  ["loki", "storage_config.object_store.storage_prefix", "${LOKI_STORAGE_PREFIX}"],
  ["tempo", "storage.trace.s3.prefix", "${TEMPO_STORAGE_PREFIX}"],
  ["tempo", "storage.trace.s3.storage_class", undefined],
  ["pyroscope", "storage.storage_prefix", "${PYROSCOPE_STORAGE_PREFIX}"],

  // Retention.
  ["mimir", "limits.compactor_blocks_retention_period", "${MIMIR_RETENTION}"],
  ["loki", "limits_config.retention_period", "${LOKI_RETENTION}"],
  ["loki", "limits_config.retention_stream", undefined],
  ["loki", "limits_config.deletion_mode", "disabled"],
  ["loki", "table_manager", undefined],
  ["tempo", "compactor.compaction.block_retention", "${TEMPO_RETENTION}"],
  ["pyroscope", "limits.compactor_blocks_retention_period", "${PYROSCOPE_RETENTION}"],

  // One task, one copy.
  ["mimir", "ingester.ring.replication_factor", 1],
  ["mimir", "store_gateway.sharding_ring.replication_factor", 1],
  ["loki", "common.replication_factor", 1],
  ["tempo", "ingester.lifecycler.ring.replication_factor", 1],
  ["pyroscope", "ingester.lifecycler.ring.replication_factor", 1],
  ["pyroscope", "store_gateway.sharding_ring.replication_factor", 1],

  // Nothing lost at SIGTERM, and readable by the next task.
  ["mimir", "blocks_storage.tsdb.flush_blocks_on_shutdown", true],
  ["mimir", "blocks_storage.bucket_store.ignore_blocks_within", "0s"],
  ["mimir", "querier.query_store_after", "0s"],
  ["mimir", "runtime_config", undefined],
  ["loki", "ingester.wal.flush_on_shutdown", true],
  ["tempo", "ingester.flush_all_on_shutdown", true],
  ["tempo", "query_frontend.search.query_backend_after", "0s"],
  ["pyroscope", "store_gateway.bucket_store.ignore_blocks_within", "0s"],
  ["pyroscope", "querier.query_store_after", "0s"],

  // What Tempo derives from spans.
  ["tempo", "overrides.defaults.metrics_generator.processors", ["service-graphs", "span-metrics", "local-blocks"]],
  ["tempo", "metrics_generator.storage.remote_write.0.url", "${MIMIR_REMOTE_WRITE_URL}"],
  ["tempo", "metrics_generator.traces_storage.path", "/var/tempo/generator/traces"],

  // No reports to Grafana Labs, no profiles of itself.
  ["mimir", "usage_stats.enabled", false],
  ["loki", "analytics.reporting_enabled", false],
  ["tempo", "usage_report.reporting_enabled", false],
  ["pyroscope", "analytics.reporting_enabled", false],
  ["pyroscope", "self_profiling.disable_push", true],
];

test.each(FACTS)("%s: %s", (service, path, value) => {
  expect(configValue(service, path)).toEqual(value);
});

test("Loki's schema begins where the data in the bucket begins", () => {
  expect(configText("loki", "config.yaml")).toContain("- from: 2024-01-01\n");
});

const RING_SERVICES = ["mimir", "loki", "tempo", "pyroscope"] as const;

describe.each(RING_SERVICES)("the ring of %s", (service) => {
  const environments = [profiles.target, profiles.staging].map((config) =>
    deployedService(config, service).environment({ memcachedEndpoint: "cache:11211" }),
  );

  test("has a label of its own in each environment, and other members are found by Cloud Map", () => {
    const variable = `${service.toUpperCase()}_HOST`;
    expect(configValue(service, "memberlist.cluster_label")).toBe("${MEMBERLIST_CLUSTER_LABEL}");
    expect(configValue(service, "memberlist.join_members")).toEqual([`dns+\${${variable}}:\${MEMBERLIST_PORT}`]);
    expect(environments).toMatchObject([
      { MEMBERLIST_CLUSTER_LABEL: `lgtm-prod-${service}`, [variable]: `${service}.lgtm.local` },
      { MEMBERLIST_CLUSTER_LABEL: `lgtm-staging-${service}`, [variable]: `${service}.lgtm-staging.local` },
    ]);
  });
});

/** The paths of the clients of the cache in each config. */
const CACHES: Readonly<Record<"mimir" | "loki" | "tempo", readonly string[]>> = {
  mimir: [
    "blocks_storage.bucket_store.index_cache.memcached",
    "blocks_storage.bucket_store.chunks_cache.memcached",
    "blocks_storage.bucket_store.metadata_cache.memcached",
    "frontend.results_cache.memcached",
  ],
  loki: ["chunk_store_config.chunk_cache_config.memcached_client", "query_range.results_cache.cache.memcached_client"],
  tempo: ["cache.caches.0.memcached"],
};

test.each(Object.entries(CACHES) as [keyof typeof CACHES, readonly string[]][])(
  "%s caches what the catalog says, at most",
  (service, paths) => {
    for (const path of paths)
      expect(configValue(service, path)).toEqual({
        addresses: "dns+${MEMCACHED_ENDPOINT}",
        max_item_size: definition(service).largestCacheItemBytes,
      });
  },
);

test("Loki's cache takes its chunks", () => {
  expect(configValue("loki", "ingester.chunk_target_size")).toBeLessThan(definition("loki").largestCacheItemBytes ?? 0);
});

test("Tempo's stop ends within its stop timeout", () => {
  expect(configValue("tempo", "shutdown_delay")).toBe("35s");
  expect(configValue("tempo", "metrics_generator.storage.remote_write_flush_deadline")).toBe("30s");
  expect(definition("tempo").flushSeconds).toBeGreaterThan(35 + 30);
});

describe("Grafana's data sources", () => {
  const sources = configValue("grafana", "datasources", "provisioning/datasources/lgtm.yaml") as readonly {
    readonly uid: string;
    readonly jsonData: Readonly<Record<string, unknown>>;
    readonly secureJsonData: Readonly<Record<string, unknown>>;
  }[];

  test("have fixed uids, and every link leads to one of them", () => {
    const uids = sources.map(({ uid }) => uid);
    const links = [...JSON.stringify(sources).matchAll(/"datasourceUid":"([^"]*)"/g)].map(([, uid]) => uid);
    expect(uids).toEqual(["mimir", "loki", "tempo", "pyroscope"]);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((uid) => !uids.includes(uid ?? ""))).toEqual([]);
  });

  test("link traces to logs, metrics and profiles, logs and metrics to traces", () => {
    const [mimir, loki, tempo] = sources;
    expect(tempo?.jsonData).toMatchObject({
      tracesToLogsV2: { datasourceUid: "loki" },
      tracesToMetrics: { datasourceUid: "mimir" },
      tracesToProfiles: { datasourceUid: "pyroscope" },
      serviceMap: { datasourceUid: "mimir" },
    });
    expect(loki?.jsonData.derivedFields).toMatchObject([{ datasourceUid: "tempo" }, { datasourceUid: "tempo" }]);
    expect(mimir?.jsonData.exemplarTraceIdDestinations).toMatchObject([
      { datasourceUid: "tempo" },
      { datasourceUid: "tempo" },
    ]);
  });

  test("find the trace id in common log lines", () => {
    const fields = sources[1]?.jsonData.derivedFields as readonly { readonly matcherRegex: string }[];
    const inText = new RegExp(fields[1]?.matcherRegex ?? "");
    const id = "0af7651916cd43dd8448eb211c80319c";
    for (const line of [`trace_id=${id} ok`, `{"traceID": "${id}"}`, `traceid: ${id}`, `TraceId=${id}`])
      expect(inText.exec(line)?.[1]).toBe(id);
    expect(inText.exec("untraced=1")).toBeNull();
  });

  test("send the one tenant", () => {
    for (const { jsonData, secureJsonData } of sources) {
      expect(jsonData.httpHeaderName1).toBe("X-Scope-OrgID");
      expect(secureJsonData.httpHeaderValue1).toBe("$LGTM_TENANT_ID");
    }
  });
});

test("Alloy reads its environment by sys.env, and sends the one tenant everywhere", () => {
  const text = configText("alloy", "config.alloy");
  expect(text).not.toMatch(/(?<!sys\.)\benv\(/);
  expect(text.match(/"X-Scope-OrgID" = sys\.env\("TENANT_ID"\)/g)).toHaveLength(4);
});
