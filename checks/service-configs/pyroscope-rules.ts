import { forbidden, required, type LintRule } from "./lint-rule";
import { atMost, sharedRules } from "./shared-rules";

/** Rules of Pyroscope's config. Sources: the binary at 1.13.5 and its configuration reference. */
export const pyroscopeRules: readonly LintRule[] = [
  ...sharedRules({
    multitenancy: { key: "multitenancy_enabled", isOnByDefault: false },
    usageReporting: "analytics.reporting_enabled",
    storagePrefixes: ({ sources }) => [
      { key: "storage.storage_prefix", prefix: sources.platform.storagePrefixes.pyroscope },
    ],
    insteadOfPathPrefix:
      "remove it: it moves /ready and internal calls too; the load balancer routes /ingest, /pyroscope/* and the Connect services as they are",
    defaultPorts: { http: 4040, grpc: 9095 },
  }),
  forbidden(
    { name: "pyroscope-storage-prefix", incident: "I04" },
    "storage.prefix",
    "write storage.storage_prefix: storage.prefix is an unknown field, and the process exits",
  ),
  forbidden(
    { name: "pyroscope-s3-prefix", incident: "I05" },
    "storage.s3.prefix",
    "write storage.storage_prefix: storage.s3.prefix is an unknown field, and the process exits",
  ),
  required(
    { name: "pyroscope-self-profiling" },
    "self_profiling.disable_push",
    (value) => value === true,
    "write true: Pyroscope would push profiles of itself without a tenant, which it then refuses",
  ),
  atMost(
    "pyroscope-reads-its-flush",
    "querier.query_store_after",
    0,
    "what a former task flushed is in the bucket alone",
  ),
  atMost(
    "pyroscope-reads-its-flush",
    "store_gateway.bucket_store.ignore_blocks_within",
    0,
    "the default of 3h hides what a former task flushed",
  ),
  atMost(
    "pyroscope-reads-its-flush",
    "store_gateway.bucket_store.sync_interval",
    60,
    "so long does a flushed block stay unseen (default 15m)",
  ),
  atMost(
    "pyroscope-reads-its-flush",
    "compactor.cleanup_interval",
    60,
    "the cleaner writes the bucket's index, without which a flushed block stays unseen (default 15m)",
  ),
  required(
    { name: "pyroscope-join-members" },
    "memberlist.join_members",
    (value) => Array.isArray(value) && value.length > 0,
    "write the service's Cloud Map name: otherwise two tasks of a rolling deployment do not see each other, and both compact",
  ),
];
