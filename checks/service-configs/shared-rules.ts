import type { PlatformConfig } from "../../modules/config/platform-config";
import { portOf } from "../../modules/services/target-groups";
import { durationSeconds } from "../duration";
import type { IncidentId } from "../incidents";
import { PLACEHOLDER_WIRING } from "../placeholder-wiring";
import { eachLeaf, forbidden, required, type ConfigView, type LintRule, type RuleId } from "./lint-rule";

/** Keys at which the services differ in what is otherwise the same. */
export interface SharedKeys {
  /** Switch of multitenancy, and whether the service has it on when the key is missing. */
  readonly multitenancy: { readonly key: string; readonly isOnByDefault: boolean };
  /** Switch of the reports to Grafana Labs, on by default in each. */
  readonly usageReporting: string;
  /** Key of each storage prefix, and the prefix that the catalog says. */
  readonly storagePrefixes: (view: ConfigView) => readonly { readonly key: string; readonly prefix: string }[];
  /** Replacement for `server.http_path_prefix`. */
  readonly insteadOfPathPrefix: string;
  /** Ports that are the program's own unless the config says otherwise. */
  readonly defaultPorts: { readonly http: number; readonly grpc: number };
}

/**
 * Rules that hold for Mimir, Loki, Tempo and Pyroscope alike.
 *
 * @param keys how the service names its keys
 */
export function sharedRules(keys: SharedKeys): readonly LintRule[] {
  return [
    ...tenancyRules(keys),
    ...storageRules(keys),
    ...serverRules(keys),
    ...CLUSTER_RULES,
    ...CACHE_RULES,
    ...ENVIRONMENT_RULES,
  ];
}

function tenancyRules({ multitenancy, usageReporting }: SharedKeys): readonly LintRule[] {
  return [
    required(
      { name: "multitenancy-on", incident: "I06" },
      multitenancy.key,
      (value) => value === true || (value === undefined && multitenancy.isOnByDefault),
      `write ${multitenancy.key}: true; without it the data goes to a tenant that nobody reads`,
    ),
    required(
      { name: "usage-reporting-off" },
      usageReporting,
      (value) => value === false,
      `write ${usageReporting}: false; otherwise the service reports its usage and writes a seed file`,
    ),
  ];
}

function storageRules({ storagePrefixes }: SharedKeys): readonly LintRule[] {
  const problems =
    (isWrong: (view: ConfigView, key: string, prefix: string) => string | undefined) => (view: ConfigView) =>
      storagePrefixes(view).flatMap(({ key, prefix }) => {
        const instead = isWrong(view, key, prefix);
        return instead === undefined ? [] : [{ key, value: view.get(key), instead }];
      });
  return [
    {
      name: "storage-prefix",
      incident: "I06",
      find: problems((view, key, prefix) =>
        withoutSlash(view.get(key)) === prefix
          ? undefined
          : `write the variable that holds storagePrefixes of common.config.ts, which is "${prefix}"; otherwise the data lands elsewhere in the bucket, and what is there already is no longer seen`,
      ),
    },
    {
      name: "storage-prefix-literal",
      incident: "I07",
      find: problems((view, key) => {
        const raw = view.raw(key);
        return typeof raw !== "string" || raw.includes("$")
          ? undefined
          : "read the prefix from the variable that the task definition injects: common.config.ts is its one source";
      }),
    },
    eachLeaf(
      { name: "s3-endpoint", incident: "I17" },
      ({ value }, { sources }) =>
        typeof value === "string" &&
        value.includes("amazonaws.com") &&
        ![
          `s3.${sources.platform.region}.amazonaws.com`,
          `s3.dualstack.${sources.platform.region}.amazonaws.com`,
        ].includes(value),
      (_leaf, { sources }) =>
        `write s3.\${AWS_REGION}.amazonaws.com, here s3.${sources.platform.region}.amazonaws.com: host alone, the region's full name`,
    ),
    eachLeaf(
      { name: "s3-region", incident: "I17" },
      ({ path, value }, { sources }) => path.at(-1) === "region" && value !== sources.platform.region,
      () => "write ${AWS_REGION}, the region's full name",
    ),
  ];
}

function serverRules({ insteadOfPathPrefix, defaultPorts }: SharedKeys): readonly LintRule[] {
  const port = (name: "http" | "grpc"): LintRule => {
    const key = `server.${name}_listen_port`;
    const declared = ({ sources }: ConfigView) =>
      name in sources.definition.ports ? portOf(sources.definition, name).number : undefined;
    return required(
      { name: "port-of-the-catalog" },
      key,
      (value, view) => declared(view) === undefined || (value ?? defaultPorts[name]) === declared(view),
      (view) =>
        `write ${key}: ${String(declared(view))}, the port that modules/services/${view.sources.service}.ts declares`,
    );
  };
  return [
    forbidden({ name: "http-path-prefix", incident: "I02" }, "server.http_path_prefix", insteadOfPathPrefix),
    port("http"),
    port("grpc"),
  ];
}

const CLUSTER_RULES: readonly LintRule[] = [
  eachLeaf(
    { name: "replication-factor", incident: "I20" },
    ({ path, value }, view) =>
      path.at(-1) === "replication_factor" && !(Number(value) >= 1 && Number(value) <= count(view)),
    (_leaf, view) =>
      `write 1 to ${count(view)}: services.${view.sources.service}.count in common.config.ts says how many instances there are, and writes need a majority of the replicas`,
  ),
  eachLeaf(
    { name: "ring-of-one" },
    ({ path, value }, view) => path.at(-1) === "store" && value === "inmemory" && count(view) > 1,
    (_leaf, view) =>
      `write memberlist: services.${view.sources.service}.count in common.config.ts is ${count(view)}, and each instance would read and write its own data alone`,
  ),
  {
    name: "memberlist-cluster-label",
    find: ({ get, sources }) => {
      const label = get("memberlist.cluster_label");
      return typeof label === "string" && label.includes(sources.service)
        ? []
        : [
            {
              key: "memberlist.cluster_label",
              value: label,
              instead: `write a label that names the service, like ${sources.service}: rings of two services in one network could merge otherwise`,
            },
          ];
    },
  },
  required(
    { name: "port-of-the-catalog" },
    "memberlist.bind_port",
    (value, { sources: { definition } }) =>
      !("memberlist" in definition.ports) || (value ?? 7946) === portOf(definition, "memberlist").number,
    "write ${MEMBERLIST_PORT}, the port that the catalog declares",
  ),
];

const CACHE_RULES: readonly LintRule[] = [
  eachLeaf(
    { name: "memcached-service", incident: "I16" },
    ({ path }) => path.at(-1) === "service" && path.some((key) => key.startsWith("memcached")),
    () => "remove service: it asks the DNS for SRV records, which ElastiCache does not have; addresses is enough",
  ),
  eachLeaf(
    { name: "memcached-addresses", incident: "I16" },
    ({ path, value }) => isMemcachedAddress(path) && value !== `dns+${PLACEHOLDER_WIRING.memcachedEndpoint}`,
    () => "write dns+${MEMCACHED_ENDPOINT}, the endpoint that layer 35 hands on",
  ),
];

/** Whatever differs between environments comes from the task definition; the tenant has one source. */
const ENVIRONMENT_RULES: readonly LintRule[] = [
  literal({ name: "bucket-literal" }, "the bucket", ({ dataBucket }) => dataBucket.name),
  literal({ name: "region-literal" }, "the region", ({ region }) => region),
  literal({ name: "namespace-literal" }, "the Cloud Map name", ({ serviceDiscovery }) => serviceDiscovery.namespace),
  literal({ name: "tenant-literal", incident: "I28" }, "the tenant", ({ tenants }) => tenants.platform),
];

/**
 * A text that must not be written out in a config.
 *
 * @param id name and incident
 * @param what how to call it
 * @param textOf the text under a configuration
 */
export function literal(id: RuleId, what: string, textOf: (platform: PlatformConfig) => string): LintRule {
  return {
    ...id,
    find: ({ sources, leaves, raw }) =>
      leaves
        .map(({ path }) => ({ key: path.join("."), value: raw(path.join(".")) }))
        .filter(({ value }) => typeof value === "string" && value.includes(textOf(sources.platform)))
        .map((problem) => ({
          ...problem,
          instead: `read ${what} from a variable that the task definition injects: common.config.ts is its one source`,
        })),
  };
}

/**
 * A cache that must be wired.
 *
 * @param backend key that names the backend, and the value it must have; leave it out where there is none
 * @param addresses key of the addresses
 */
export function cacheWired(
  addresses: string,
  backend?: { readonly key: string; readonly value: unknown },
): readonly LintRule[] {
  const id = { name: "cache-wired", incident: "I16" } as const satisfies { name: string; incident: IncidentId };
  return [
    required(
      id,
      addresses,
      (value) => value !== undefined,
      `write ${addresses}: dns+\${MEMCACHED_ENDPOINT}; the cache is paid for and would stand idle`,
    ),
    ...(backend === undefined
      ? []
      : [
          required(
            id,
            backend.key,
            (value) => value === backend.value,
            `write ${backend.key}: ${String(backend.value)}; otherwise the cache's addresses are not used`,
          ),
        ]),
  ];
}

/**
 * A duration that must be at most so long.
 *
 * @param name name of the rule
 * @param key key path
 * @param most most seconds
 * @param why why, as the end of a sentence
 */
export function atMost(name: string, key: string, most: number, why: string): LintRule {
  return required(
    { name },
    key,
    (value) => (durationSeconds(value) ?? Infinity) <= most,
    `write ${key}: ${most}s${most === 0 ? "" : " or less"}; ${why}`,
  );
}

function isMemcachedAddress(path: readonly string[]): boolean {
  return path.at(-1) === "addresses" && path.some((key) => key.startsWith("memcached"));
}

function count({ sources: { definition } }: ConfigView): number {
  return definition.tasks.count;
}

function withoutSlash(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\/$/, "") : value;
}
