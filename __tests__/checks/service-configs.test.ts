import { profiles } from "../../common.config";
import { deployedServices } from "../../modules/services/catalog";
import type { ServiceName } from "../../modules/services/service-name";
import { lokiRules } from "../../checks/service-configs/loki-rules";
import { mimirRules } from "../../checks/service-configs/mimir-rules";
import { pyroscopeRules } from "../../checks/service-configs/pyroscope-rules";
import { tempoRules } from "../../checks/service-configs/tempo-rules";
import { all, type Edit, findingsWith, replacing, withKey } from "../support/service-files";

/** A mistake in a service's files, and how it is refused. */
type Mistake = readonly [rule: string, service: ServiceName, edit: Edit, key: string, message: RegExp];

const EXPAND = ', "-config.expand-env=true"';

const MISTAKES: readonly Mistake[] = [
  // All four alike.
  [
    "http-path-prefix",
    "tempo",
    withKey("server.http_path_prefix", "/tempo"),
    "server.http_path_prefix",
    /write http_api_prefix: \/tempo/,
  ],
  [
    "http-path-prefix",
    "pyroscope",
    withKey("server.http_path_prefix", "/pyroscope"),
    "server.http_path_prefix",
    /^remove it/,
  ],
  ["http-path-prefix", "mimir", withKey("server.http_path_prefix", "/m"), "server.http_path_prefix", /^remove it/],
  ["http-path-prefix", "loki", withKey("server.http_path_prefix", "/l"), "server.http_path_prefix", /^remove it/],
  [
    "multitenancy-on",
    "mimir",
    withKey("multitenancy_enabled", false),
    "multitenancy_enabled",
    /write multitenancy_enabled: true/,
  ],
  ["multitenancy-on", "loki", withKey("auth_enabled", false), "auth_enabled", /write auth_enabled: true/],
  ["multitenancy-on", "tempo", withKey("multitenancy_enabled", undefined), "multitenancy_enabled", /: true/],
  ["multitenancy-on", "pyroscope", withKey("multitenancy_enabled", undefined), "multitenancy_enabled", /: true/],
  ["usage-reporting-off", "mimir", withKey("usage_stats.enabled", undefined), "usage_stats.enabled", /: false/],
  [
    "usage-reporting-off",
    "alloy",
    replacing("Dockerfile", ', "--disable-reporting"', ""),
    "CMD",
    /--disable-reporting/,
  ],
  [
    "storage-prefix",
    "mimir",
    withKey("ruler_storage.storage_prefix", undefined),
    "ruler_storage.storage_prefix",
    /"rules"/,
  ],
  [
    "storage-prefix",
    "loki",
    withKey("storage_config.object_store.storage_prefix", "logs"),
    "storage_config.object_store.storage_prefix",
    /"loki"/,
  ],
  ["storage-prefix", "tempo", withKey("storage.trace.s3.prefix", undefined), "storage.trace.s3.prefix", /"tempo"/],
  [
    "storage-prefix",
    "pyroscope",
    withKey("storage.storage_prefix", undefined),
    "storage.storage_prefix",
    /"pyroscope"/,
  ],
  [
    "storage-prefix-literal",
    "tempo",
    withKey("storage.trace.s3.prefix", "tempo"),
    "storage.trace.s3.prefix",
    /variable/,
  ],
  [
    "s3-endpoint",
    "mimir",
    withKey("common.storage.s3.endpoint", "s3.northeast-2.amazonaws.com"),
    "common.storage.s3.endpoint",
    /s3\.ap-northeast-2\.amazonaws\.com/,
  ],
  [
    "s3-endpoint",
    "tempo",
    withKey("storage.trace.s3.endpoint", "https://s3.${AWS_REGION}.amazonaws.com"),
    "storage.trace.s3.endpoint",
    /host alone/,
  ],
  ["s3-region", "pyroscope", withKey("storage.s3.region", "northeast-2"), "storage.s3.region", /AWS_REGION/],
  ["port-of-the-catalog", "mimir", withKey("server.http_listen_port", 9009), "server.http_listen_port", /8080/],
  ["port-of-the-catalog", "loki", withKey("memberlist.bind_port", 7947), "memberlist.bind_port", /MEMBERLIST_PORT/],
  [
    "replication-factor",
    "mimir",
    withKey("ingester.ring.replication_factor", 3),
    "ingester.ring.replication_factor",
    /write 1 to 1/,
  ],
  [
    "replication-factor",
    "mimir",
    withKey("ingester.ring.replication_factor", undefined),
    "ingester.ring.replication_factor",
    /default is 3/,
  ],
  [
    "replication-factor",
    "loki",
    withKey("common.replication_factor", undefined),
    "common.replication_factor",
    /default is 3/,
  ],
  [
    "memberlist-cluster-label",
    "tempo",
    withKey("memberlist.cluster_label", undefined),
    "memberlist.cluster_label",
    /like tempo/,
  ],
  [
    "memcached-service",
    "mimir",
    withKey("frontend.results_cache.memcached.service", "memcached"),
    "frontend.results_cache.memcached.service",
    /SRV/,
  ],
  [
    "memcached-addresses",
    "loki",
    withKey("query_range.results_cache.cache.memcached_client.addresses", "memcached:11211"),
    "query_range.results_cache.cache.memcached_client.addresses",
    /dns\+\$\{MEMCACHED_ENDPOINT\}/,
  ],
  [
    "bucket-literal",
    "loki",
    withKey("storage_config.object_store.s3.bucket_name", "jsj-lgtm-data-s3"),
    "storage_config.object_store.s3.bucket_name",
    /read the bucket from a variable/,
  ],
  [
    "region-literal",
    "mimir",
    withKey("common.storage.s3.region", "ap-northeast-2"),
    "common.storage.s3.region",
    /read the region/,
  ],
  [
    "namespace-literal",
    "loki",
    withKey("memberlist.join_members.0", "dns+loki.lgtm.local:7946"),
    "memberlist.join_members.0",
    /Cloud Map/,
  ],
  [
    "tenant-literal",
    "tempo",
    withKey("overrides.defaults.forwarders", ["jsj-lgtm-header"]),
    "overrides.defaults.forwarders.0",
    /read the tenant/,
  ],
  // Mimir.
  [
    "mimir-runtime-config-local",
    "mimir",
    withKey("runtime_config.file", "s3://${MIMIR_S3_BUCKET}/mimir/runtime-config.yaml"),
    "runtime_config.file",
    /local files only/,
  ],
  [
    "mimir-flush-on-shutdown",
    "mimir",
    withKey("blocks_storage.tsdb.flush_blocks_on_shutdown", undefined),
    "blocks_storage.tsdb.flush_blocks_on_shutdown",
    /write true/,
  ],
  [
    "mimir-tsdb-retention",
    "mimir",
    withKey("blocks_storage.tsdb.retention_period", "48h"),
    "blocks_storage.tsdb.retention_period",
    /at most 24h/,
  ],
  ["mimir-reads-its-flush", "mimir", withKey("querier.query_store_after", "12h"), "querier.query_store_after", /: 0s/],
  [
    "mimir-reads-its-flush",
    "mimir",
    withKey("blocks_storage.bucket_store.ignore_blocks_within", undefined),
    "blocks_storage.bucket_store.ignore_blocks_within",
    /10h/,
  ],
  [
    "mimir-variable-default",
    "mimir",
    withKey("limits.compactor_blocks_retention_period", "${MIMIR_RETENTION:-1y}"),
    "limits.compactor_blocks_retention_period",
    /\$\{NAME:default\}/,
  ],
  [
    "cache-wired",
    "mimir",
    withKey("blocks_storage.bucket_store.chunks_cache", undefined),
    "blocks_storage.bucket_store.chunks_cache.memcached.addresses",
    /stand idle/,
  ],
  ["cache-wired", "mimir", withKey("frontend.cache_results", undefined), "frontend.cache_results", /: true/],
  // Loki.
  [
    "loki-storage-prefix-slash",
    "loki",
    withKey("storage_config.object_store.storage_prefix", "${LOKI_STORAGE_PREFIX}/"),
    "storage_config.object_store.storage_prefix",
    /without a slash/,
  ],
  [
    "loki-table-manager",
    "loki",
    withKey("table_manager", { retention_deletes_enabled: true }),
    "table_manager",
    /compactor/,
  ],
  [
    "loki-retention-of-everything",
    "loki",
    withKey("limits_config.retention_stream", [{ selector: '{job=~".+", level!~".+"}', priority: 1, period: "3d" }]),
    "limits_config.retention_stream.0.selector",
    /every stream/,
  ],
  [
    "loki-schema",
    "loki",
    withKey("schema_config.configs.0.index.prefix", "loki_index_"),
    "schema_config.configs.0.index.prefix",
    /index_/,
  ],
  [
    "loki-flush-on-shutdown",
    "loki",
    withKey("ingester.wal.flush_on_shutdown", undefined),
    "ingester.wal.flush_on_shutdown",
    /write true/,
  ],
  [
    "loki-autoforget",
    "loki",
    withKey("ingester.autoforget_unhealthy", undefined),
    "ingester.autoforget_unhealthy",
    /write true/,
  ],
  [
    "loki-reads-its-flush",
    "loki",
    withKey("storage_config.tsdb_shipper.resync_interval", undefined),
    "storage_config.tsdb_shipper.resync_interval",
    /60s/,
  ],
  [
    "cache-wired",
    "loki",
    withKey("chunk_store_config", undefined),
    "chunk_store_config.chunk_cache_config.memcached_client.addresses",
    /stand idle/,
  ],
  // Tempo.
  [
    "tempo-http-api-prefix",
    "tempo",
    withKey("http_api_prefix", undefined),
    "http_api_prefix",
    /write http_api_prefix: \/tempo/,
  ],
  ["tempo-auth-enabled", "tempo", withKey("auth_enabled", true), "auth_enabled", /multitenancy_enabled/],
  [
    "tempo-storage-class",
    "tempo",
    withKey("storage.trace.s3.storage_class", "STANDARD_IA"),
    "storage.trace.s3.storage_class",
    /30 days/,
  ],
  [
    "tempo-flush-on-shutdown",
    "tempo",
    withKey("ingester.flush_all_on_shutdown", undefined),
    "ingester.flush_all_on_shutdown",
    /write true/,
  ],
  [
    "tempo-reads-its-flush",
    "tempo",
    withKey("storage.trace.blocklist_poll", "5m"),
    "storage.trace.blocklist_poll",
    /60s/,
  ],
  [
    "tempo-shutdown-fits",
    "tempo",
    withKey("shutdown_delay", undefined),
    "shutdown_delay and metrics_generator.storage.remote_write_flush_deadline",
    /35s/,
  ],
  [
    "tempo-receivers",
    "tempo",
    withKey("distributor.receivers.otlp.protocols.http.endpoint", undefined),
    "distributor.receivers.otlp.protocols.http.endpoint",
    /0\.0\.0\.0:4318/,
  ],
  [
    "tempo-receivers",
    "tempo",
    withKey("distributor.receivers.otlp/alb.protocols.http.traces_url_path", undefined),
    "distributor.receivers.otlp/alb.protocols.http.traces_url_path",
    /\/otlp\/v1\/traces/,
  ],
  [
    "tempo-local-blocks",
    "tempo",
    withKey("metrics_generator.traces_storage", undefined),
    "metrics_generator.traces_storage.path",
    /disables every processor/,
  ],
  [
    "tempo-local-blocks",
    "tempo",
    withKey("overrides.defaults.metrics_generator.processors", ["span-metrics"]),
    "overrides.defaults.metrics_generator.processors",
    /local-blocks/,
  ],
  [
    "tempo-generator-storage",
    "tempo",
    withKey("metrics_generator.storage.path", undefined),
    "metrics_generator.storage.path",
    /does not start/,
  ],
  [
    "tempo-remote-write-tenant",
    "tempo",
    withKey("metrics_generator.storage.remote_write_add_org_id_header", false),
    "metrics_generator.storage.remote_write_add_org_id_header",
    /tenant/,
  ],
  ["cache-wired", "tempo", withKey("cache", undefined), "cache.caches", /bloom/],
  // Pyroscope.
  [
    "pyroscope-storage-prefix",
    "pyroscope",
    withKey("storage.prefix", "${PYROSCOPE_STORAGE_PREFIX}/"),
    "storage.prefix",
    /write storage\.storage_prefix/,
  ],
  [
    "pyroscope-s3-prefix",
    "pyroscope",
    withKey("storage.s3.prefix", "${PYROSCOPE_STORAGE_PREFIX}/"),
    "storage.s3.prefix",
    /write storage\.storage_prefix/,
  ],
  [
    "pyroscope-self-profiling",
    "pyroscope",
    withKey("self_profiling", undefined),
    "self_profiling.disable_push",
    /write true/,
  ],
  [
    "pyroscope-reads-its-flush",
    "pyroscope",
    withKey("querier.query_store_after", "4h"),
    "querier.query_store_after",
    /: 0s/,
  ],
  [
    "pyroscope-join-members",
    "pyroscope",
    withKey("memberlist.join_members", undefined),
    "memberlist.join_members",
    /Cloud Map/,
  ],
  // Grafana.
  [
    "grafana-datasource-uid",
    "grafana",
    replacing("lgtm.yaml", "    uid: loki\n", ""),
    "datasources.1.uid",
    /fixed uid for Loki/,
  ],
  [
    "grafana-link-to-unknown-uid",
    "grafana",
    replacing("lgtm.yaml", "    uid: loki\n", "    uid: logs\n"),
    "datasources.2.jsonData.tracesToLogsV2.datasourceUid",
    /mimir, logs, tempo, pyroscope/,
  ],
  [
    "grafana-datasource-url",
    "grafana",
    replacing("lgtm.yaml", "$TEMPO_DATASOURCE_URL", "http://tempo:3200"),
    "datasources.2.url",
    /TEMPO_DATASOURCE_URL/,
  ],
  [
    "grafana-datasource-tenant",
    "grafana",
    replacing("lgtm.yaml", "httpHeaderValue1: $LGTM_TENANT_ID", "httpHeaderValue1: other"),
    "datasources.0.secureJsonData.httpHeaderValue1",
    /LGTM_TENANT_ID/,
  ],
  [
    "grafana-datasource-missing",
    "grafana",
    replacing("lgtm.yaml", "type: loki", "type: elasticsearch"),
    "loki",
    /LOKI_DATASOURCE_URL/,
  ],
  [
    "image-command",
    "grafana",
    replacing("Dockerfile", "USER 472", 'USER 472\nCMD ["grafana", "server"]'),
    "CMD",
    /own entrypoint starts the program/,
  ],
  // Alloy.
  [
    "alloy-env",
    "alloy",
    replacing("config.alloy", 'sys.env("TENANT_ID")', 'env("TENANT_ID")'),
    "TENANT_ID",
    /sys\.env/,
  ],
  [
    "tenant-literal",
    "alloy",
    replacing("config.alloy", 'sys.env("TENANT_ID")', '"jsj-lgtm-header"'),
    "jsj-lgtm-header",
    /one source/,
  ],
  [
    "alloy-listen-address",
    "alloy",
    replacing("Dockerfile", '"--server.http.listen-addr=0.0.0.0:12345", ', ""),
    "CMD",
    /loopback/,
  ],
  [
    "alloy-reference",
    "alloy",
    replacing("config.alloy", "[prometheus.remote_write.mimir.receiver]", "[prometheus.remote_write.gone.receiver]"),
    "prometheus.remote_write.gone.receiver",
    /declare/,
  ],
  // Images.
  [
    "image-base",
    "tempo",
    replacing("Dockerfile", "FROM grafana/tempo:${VERSION}", "FROM grafana/tempo:2.9.0-20260116"),
    "FROM",
    /FROM grafana\/tempo:\$\{VERSION\}/,
  ],
  [
    "image-base",
    "alloy",
    replacing("Dockerfile", "grafana/alloy:v${VERSION}\n", "grafana/alloy:${VERSION}\n"),
    "FROM",
    /alloy:v\$\{VERSION\}/,
  ],
  [
    "image-version-argument",
    "loki",
    replacing("Dockerfile", /ARG VERSION/g, "ARG VERSION=3.5.0"),
    "ARG VERSION",
    /without a default/,
  ],
  [
    "health-check-program",
    "mimir",
    replacing("Dockerfile", "USER", "HEALTHCHECK CMD wget localhost:8080/ready\nUSER"),
    "HEALTHCHECK",
    /ECS ignores it/,
  ],
  ["image-shell", "mimir", replacing("Dockerfile", "USER", "RUN mkdir /x\nUSER"), "RUN", /no shell/],
  [
    "image-shell",
    "loki",
    replacing("Dockerfile", /CMD \[.*/, "CMD -config.file=/etc/loki/config.yaml"),
    "CMD",
    /JSON array/,
  ],
  [
    "image-config",
    "tempo",
    replacing("Dockerfile", "COPY config.yaml /etc/tempo/config.yaml", "COPY config.yaml /etc/tempo.yaml"),
    "CMD",
    /COPY it there/,
  ],
  ["image-expand-env", "pyroscope", replacing("Dockerfile", EXPAND, ""), "CMD", /expand-env/],
  ["image-ports", "tempo", replacing("Dockerfile", "4319 ", ""), "EXPOSE", /4319/],
  ["image-user", "mimir", replacing("Dockerfile", "USER 10001:10001", "USER root"), "USER", /needs root/],
  ["image-files", "loki", () => [], "Dockerfile", /Dockerfile/],
  ["yaml", "loki", replacing("config.yaml", "server:", "server: {"), "(file)", /valid YAML/],
];

test.each(deployedServices(profiles.target))("GIVEN the files of %s as they are THEN nothing is found", (service) => {
  expect(findingsWith(service)).toEqual([]);
});

describe.each(MISTAKES)("GIVEN the mistake %s in %s", (rule, service, edit, key, message) => {
  test(`THEN ${key} is refused with what to write instead`, () => {
    const found = findingsWith(service, edit).filter((finding) => finding.rule === rule && finding.key === key);
    expect(found.map(({ instead }) => instead)).toEqual([expect.stringMatching(message)]);
  });
});

test("every rule of the configs is tried by a mistake", () => {
  const rules = [...mimirRules, ...lokiRules, ...tempoRules, ...pyroscopeRules].map(({ name }) => name);
  // The last one is no mistake with one instance: it is tried below with two.
  const tried = new Set([...MISTAKES.map(([rule]) => rule), "ring-of-one"]);
  expect([...new Set(rules)].filter((rule) => !tried.has(rule))).toEqual([]);
});

test.each([
  [3, []],
  [2, ["replication-factor", "replication-factor"]],
])("GIVEN a replication factor of 3 THEN the number of instances decides (%d)", (count, expected) => {
  const { target } = profiles;
  const platform = { ...target, services: { ...target.services, mimir: { ...target.services.mimir, count } } };
  const edit = all(
    withKey("ingester.ring.kvstore.store", "memberlist"),
    withKey("ingester.ring.replication_factor", 3),
    withKey("store_gateway.sharding_ring.replication_factor", 3),
  );
  expect(findingsWith("mimir", edit, platform).map(({ rule }) => rule)).toEqual(expected);
});

test.each(["mimir", "loki", "pyroscope"] as const)(
  "GIVEN two instances of %s THEN they need a ring in common",
  (service) => {
    const { target } = profiles;
    const platform = {
      ...target,
      services: { ...target.services, [service]: { ...target.services[service], count: 2 } },
    };
    const [found, ...others] = findingsWith(service, (files) => files, platform);
    expect(found).toMatchObject({ rule: "ring-of-one", key: expect.stringMatching(/ring\.kvstore\.store$/) as string });
    expect(others).toEqual([]);
  },
);
