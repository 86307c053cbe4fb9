import { durationSeconds } from "../duration";
import { eachLeaf, required, type LintRule } from "./lint-rule";
import { atMost, cacheWired, sharedRules } from "./shared-rules";

const BUCKET_STORE = "blocks_storage.bucket_store";

/** Rules of Mimir's config. Sources: the binary at 2.16.0 and its reference of parameters. */
export const mimirRules: readonly LintRule[] = [
  ...sharedRules({
    multitenancy: { key: "multitenancy_enabled", isOnByDefault: true },
    usageReporting: "usage_stats.enabled",
    storagePrefixes: ({ sources }) => {
      const { blocks, rules, alerts } = sources.platform.storagePrefixes.mimir;
      return [
        { key: "blocks_storage.storage_prefix", prefix: blocks },
        { key: "ruler_storage.storage_prefix", prefix: rules },
        { key: "alertmanager_storage.storage_prefix", prefix: alerts },
      ];
    },
    insteadOfPathPrefix: "remove it: it moves /ready too; Mimir serves /api/v1/push and /prometheus by itself",
    defaultPorts: { http: 8080, grpc: 9095 },
  }),
  required(
    { name: "mimir-runtime-config-local", incident: "I08" },
    "runtime_config.file",
    (value) => value === undefined || (typeof value === "string" && !/^\w+:\/\//.test(value)),
    "write the path of a file in the image, or remove runtime_config: Mimir reads local files only and stops at an s3:// address",
  ),
  required(
    { name: "replication-factor", incident: "I20" },
    "ingester.ring.replication_factor",
    (value) => value !== undefined,
    "write ingester.ring.replication_factor: 1; Mimir's default is 3, and writes need a majority of the replicas",
  ),
  required(
    { name: "mimir-flush-on-shutdown" },
    "blocks_storage.tsdb.flush_blocks_on_shutdown",
    (value) => value === true,
    "write true: the task's disk is gone after it stops, and with it up to two hours of metrics",
  ),
  required(
    { name: "mimir-tsdb-retention" },
    "blocks_storage.tsdb.retention_period",
    (value) => value === undefined || (durationSeconds(value) ?? Infinity) <= 24 * 3600,
    "remove it, or write at most 24h: the task's disk does not outlive the task, so a longer time buys nothing",
  ),
  atMost("mimir-reads-its-flush", "querier.query_store_after", 0, "what a former task flushed is in the bucket alone"),
  atMost(
    "mimir-reads-its-flush",
    `${BUCKET_STORE}.ignore_blocks_within`,
    0,
    "the default of 10h hides what a former task flushed",
  ),
  atMost("mimir-reads-its-flush", `${BUCKET_STORE}.sync_interval`, 60, "so long does a flushed block stay unseen"),
  atMost(
    "mimir-reads-its-flush",
    "compactor.cleanup_interval",
    60,
    "the cleaner writes the bucket's index, without which a flushed block stays unseen (default 15m)",
  ),
  ...["index_cache", "chunks_cache", "metadata_cache"].flatMap((cache) =>
    cacheWired(`${BUCKET_STORE}.${cache}.memcached.addresses`, {
      key: `${BUCKET_STORE}.${cache}.backend`,
      value: "memcached",
    }),
  ),
  ...cacheWired("frontend.results_cache.memcached.addresses", {
    key: "frontend.results_cache.backend",
    value: "memcached",
  }),
  required(
    { name: "cache-wired", incident: "I16" },
    "frontend.cache_results",
    (value) => value === true,
    "write frontend.cache_results: true; otherwise the results cache is not used",
  ),
  eachLeaf(
    { name: "mimir-variable-default" },
    ({ path }, { raw }) => /\$\{\w+:-/.test(String(raw(path.join(".")))),
    () => "write ${NAME:default}: Mimir takes the dash of :- as part of the default",
  ),
];
