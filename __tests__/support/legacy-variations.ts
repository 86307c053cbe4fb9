import { profiles } from "../../common.config";
import type { PlatformConfig, ServiceTasks } from "../../modules/config/platform-config";
import type { ServiceName } from "../../modules/services/service-name";

const { baseline } = profiles;

/** What differs from `baseline` where someone else ran the legacy Terraform with other variables; whole parts, as overrides. */
export type Variation = Partial<PlatformConfig>;

function services(changes: Readonly<Partial<Record<ServiceName, Partial<ServiceTasks>>>>): PlatformConfig["services"] {
  return Object.fromEntries(
    Object.entries(baseline.services).map(([name, tasks]) => [name, { ...tasks, ...changes[name as ServiceName] }]),
  );
}

const [tagged, untagged] = baseline.imageRepositories.lifecycleRules;

function lifecycleRules(keepCount: number, days: number): PlatformConfig["imageRepositories"]["lifecycleRules"] {
  if (tagged === undefined || untagged === undefined) throw new Error("baseline has two lifecycle rules");
  return [
    { description: `Keep last ${keepCount} tagged images`, tagPrefixes: ["v", "release"], keepCount },
    { description: `Remove untagged images older than ${days} days`, expireUntaggedAfterDays: days },
  ];
}

/** A certificate, another project name and region, another keep count; secret and repositories keep the name `lgtm`. */
export const acme: Variation = {
  projectName: "acme",
  region: "us-west-2",
  state: {
    bootstrapBucket: "acme-bootstrap",
    bucket: "acme-observability-state",
    keyPrefix: "lgtm-ecs/prod",
    lockTable: "acme-observability-locks",
  },
  tags: { Owner: "SRE", CostCenter: "0815" },
  network: {
    ...baseline.network,
    vpcCidr: "10.40.0.0/16",
    zones: [
      { name: "us-west-2a", publicCidr: "10.40.0.0/24", privateCidr: "10.40.16.0/20" },
      { name: "us-west-2b", publicCidr: "10.40.1.0/24", privateCidr: "10.40.32.0/20" },
    ],
  },
  dataBucket: { ...baseline.dataBucket, name: "acme-observability-data" },
  imageRepositories: { ...baseline.imageRepositories, lifecycleRules: lifecycleRules(10, 7) },
  serviceDiscovery: { ...baseline.serviceDiscovery, namespace: "acme.local" },
  loadBalancer: {
    ...baseline.loadBalancer,
    certificateArn: "arn:aws:acm:us-west-2:123456789012:certificate/bd409806-33f0-4080-9726-6ec18aa9aa04",
    tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    accepted: { publicIngestion: "senders reach it over the internet" },
  },
  ecs: { ...baseline.ecs, familyPrefix: "acme" },
  logRetentionDays: 30,
};

/** Every variable that `acme` leaves alone, and some again: fewer private subnets, further repositories and ports. */
export const wide: Variation = {
  projectName: "obs-stack",
  environment: "staging",
  state: {
    bootstrapBucket: "obs-stack-bootstrap",
    bucket: "obs-stack-state",
    keyPrefix: "lgtm-ecs/prod",
    lockTable: "obs-stack-locks",
  },
  tags: {},
  network: {
    ...baseline.network,
    vpcCidr: "172.20.0.0/16",
    zones: [
      { name: "ap-northeast-2a", publicCidr: "172.20.1.0/24", privateCidr: "172.20.11.0/24" },
      { name: "ap-northeast-2b", publicCidr: "172.20.2.0/24", privateCidr: "172.20.12.0/24" },
      { name: "ap-northeast-2c", publicCidr: "172.20.3.0/24" },
    ],
  },
  dataBucket: { ...baseline.dataBucket, name: "obs-stack-data" },
  storagePrefixes: { ...baseline.storagePrefixes, loki: "logs", tempo: "traces", pyroscope: "profiles" },
  imageRepositories: {
    ...baseline.imageRepositories,
    tagMutability: "IMMUTABLE",
    scanOnPush: false,
    lifecycleRules: lifecycleRules(5, 3),
    further: ["lgtm-nginx", "tools/load-test"],
  },
  imageVersions: {
    mimir: "2.17.0",
    loki: "3.5.3",
    tempo: "2.8.2",
    pyroscope: "1.14.0",
    grafana: "12.0.2",
    alloy: "1.10.0",
  },
  serviceDiscovery: { namespace: "obs.internal", ttlSeconds: 60 },
  loadBalancer: {
    ...baseline.loadBalancer,
    internal: true,
    deletionProtection: true,
    ingress: [
      { port: 80, description: "HTTP access", cidrBlocks: ["10.0.0.0/8", "192.168.0.0/16"] },
      { port: 8000, toPort: 8100, description: "High ports", cidrBlocks: ["10.9.0.0/16"] },
    ],
    healthCheck: { intervalSeconds: 60, timeoutSeconds: 10, healthyThreshold: 3, unhealthyThreshold: 5 },
    accepted: {},
  },
  cache: {
    ...baseline.cache,
    engineVersion: "1.6.17",
    nodeType: "cache.t3.small",
    nodeCount: 2,
    maxItemSizeBytes: 2_097_152,
    maintenanceWindow: "mon:03:00-mon:04:00",
  },
  ecs: {
    ...baseline.ecs,
    familyPrefix: "obs-stack",
    furtherIngress: [
      { port: 4318, protocol: "tcp", label: "OTLP of agents", fromLoadBalancer: true, fromTasks: true },
      { port: 8125, protocol: "udp", label: "StatsD", fromLoadBalancer: false, fromTasks: true },
    ],
  },
  services: services({
    mimir: { size: { cpu: 2048, memoryMiB: 4096 }, count: 2, logRetentionDays: 30 },
    loki: { size: { cpu: 1024, memoryMiB: 2048 }, logRetentionDays: 7 },
    tempo: { size: { cpu: 512, memoryMiB: 1024 }, logRetentionDays: 90 },
    pyroscope: { size: { cpu: 256, memoryMiB: 512 }, count: 0, logRetentionDays: 1 },
  }),
  logRetentionDays: 14,
  tenants: { platform: "team-metrics", logs: "team-logs" },
};

/** The variations whose states are committed, by the name of their folder. */
export const variations = { acme, wide } as const satisfies Readonly<Record<string, Variation>>;
