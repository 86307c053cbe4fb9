import { isPlainObject } from "../plain-object";
import { forbidden, required, type ConfigView, type LintRule } from "./lint-rule";
import type { Problem } from "../finding";
import { atMost, cacheWired, sharedRules } from "./shared-rules";

const STORAGE_PREFIX = "storage_config.object_store.storage_prefix";

/** The schema that everything in the bucket was written with. */
const FIRST_SCHEMA: readonly (readonly [key: string, value: string])[] = [
  ["from", "2024-01-01"],
  ["store", "tsdb"],
  ["schema", "v13"],
  ["index.prefix", "index_"],
  ["index.period", "24h"],
];

/** Rules of Loki's config. Sources: the binary at 3.5.1 and its configuration reference. */
export const lokiRules: readonly LintRule[] = [
  ...sharedRules({
    multitenancy: { key: "auth_enabled", isOnByDefault: true },
    usageReporting: "analytics.reporting_enabled",
    storagePrefixes: ({ sources }) => [{ key: STORAGE_PREFIX, prefix: sources.platform.storagePrefixes.loki }],
    insteadOfPathPrefix: "remove it: it moves /ready too; Loki serves /loki/api/v1 by itself",
    defaultPorts: { http: 3100, grpc: 9095 },
  }),
  required(
    { name: "loki-storage-prefix-slash", incident: "I06" },
    STORAGE_PREFIX,
    (value) => typeof value !== "string" || !value.includes("/"),
    "write it without a slash: Loki takes letters, digits and dashes and refuses others",
  ),
  forbidden(
    { name: "loki-table-manager" },
    "table_manager",
    "remove it: it does nothing with the TSDB index; compactor and limits_config.retention_period are what deletes",
  ),
  {
    name: "loki-retention-of-everything",
    find: (view) =>
      retentionRules(view)
        .filter(({ selector }) => selectsEveryJob(selector))
        .map(toProblem),
  },
  { name: "loki-schema", find: schemaProblems },
  required(
    { name: "replication-factor", incident: "I20" },
    "common.replication_factor",
    (value, { get }) => (value ?? get("ingester.lifecycler.ring.replication_factor")) !== undefined,
    "write common.replication_factor: 1; Loki's default is 3, and writes need a majority of the replicas",
  ),
  required(
    { name: "loki-flush-on-shutdown" },
    "ingester.wal.flush_on_shutdown",
    (value) => value === true,
    "write true: the task's disk is gone after it stops, and with it what was not in the bucket yet",
  ),
  atMost(
    "loki-reads-its-flush",
    "storage_config.tsdb_shipper.resync_interval",
    60,
    "so long does a new task not see the index that the former one flushed (default 5m)",
  ),
  required(
    { name: "loki-autoforget" },
    "ingester.autoforget_unhealthy",
    (value) => value === true,
    "write true: an instance that was killed stays in the ring otherwise, and writes wait for it",
  ),
  ...cacheWired("chunk_store_config.chunk_cache_config.memcached_client.addresses"),
  ...cacheWired("query_range.results_cache.cache.memcached_client.addresses", {
    key: "query_range.cache_results",
    value: true,
  }),
];

interface RetentionRule {
  readonly key: string;
  readonly selector: string;
}

function retentionRules({ get }: ConfigView): readonly RetentionRule[] {
  const rules = get("limits_config.retention_stream");
  if (!Array.isArray(rules)) return [];
  return rules.map((rule: unknown, index) => ({
    key: `limits_config.retention_stream.${index}.selector`,
    selector: isPlainObject(rule) ? String(rule.selector) : "",
  }));
}

/** Tests if no matcher of a selector narrows it to streams that somebody named. */
function selectsEveryJob(selector: string): boolean {
  const matchers = [...selector.matchAll(/\w+\s*(=~|!~|!=|=)\s*"([^"]*)"/g)];
  return matchers.every(
    ([, operator, value = ""]) =>
      (operator === "=~" && /^\.[+*]$/.test(value)) ||
      operator === "!~" ||
      operator === "!=" ||
      (operator === "=" && value === ""),
  );
}

function toProblem({ key, selector }: RetentionRule): Problem {
  return {
    key,
    value: selector,
    instead:
      'name what shall be deleted, as in {level="debug"}: this selects every stream, those without a level label among them; for all streams set limits_config.retention_period',
  };
}

function schemaProblems({ get }: ConfigView): readonly Problem[] {
  return FIRST_SCHEMA.map(([name, wanted]) => ({ key: `schema_config.configs.0.${name}`, wanted }))
    .filter(({ key, wanted }) => text(get(key)) !== wanted)
    .map(({ key, wanted }) => ({
      key,
      value: get(key),
      instead: `write ${wanted}: what is in the bucket was written so, and would no longer be seen; a new schema is a further entry with a later date`,
    }));
}

/** YAML reads an unquoted date as one. */
function text(value: unknown): unknown {
  return value instanceof Date ? value.toISOString().slice(0, 10) : value;
}
