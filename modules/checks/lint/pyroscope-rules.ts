import { forbidden, required, type LintRule } from "./lint-rule";
import { sharedRules } from "./shared-rules";

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
  required(
    { name: "pyroscope-join-members" },
    "memberlist.join_members",
    (value) => Array.isArray(value) && value.length > 0,
    "write the service's Cloud Map name: otherwise two tasks of a rolling deployment do not see each other, and both compact",
  ),
];
