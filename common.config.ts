/**
 * The platform's configuration: the one file a user edits. What each key means, its units and limits, is written at
 * its type in modules/config/platform-config.ts; wrong values are refused before anything is written.
 */
import { defineProfile } from "./modules/services/define-profile";
import type { PlatformConfig } from "./modules/config/platform-config";

/** The platform that runs today, value by value. Synthesized, it plans no change on the existing state. */
const baseline = defineProfile({
  projectName: "lgtm",
  environment: "prod",
  region: "ap-northeast-2",
  // accountId is not set: fill it in, and every other account is refused.

  state: {
    bootstrapBucket: "jsj-lgtm-terraform-bootstrap",
    bucket: "jsj-lgtm-terraform-state-prod",
    keyPrefix: "lgtm-ecs/prod",
    lockTable: "jsj-lgtm-terraform-lock-prod",
  },
  adoptsHclState: true,

  tags: { CostCenter: "Engineering", Owner: "DevOps" },

  network: {
    vpcCidr: "10.0.0.0/16",
    zones: [
      { name: "ap-northeast-2a", publicCidr: "10.0.1.0/24", privateCidr: "10.0.11.0/24" },
      { name: "ap-northeast-2c", publicCidr: "10.0.2.0/24", privateCidr: "10.0.12.0/24" },
    ],
    s3GatewayEndpoint: false,
  },

  dataBucket: {
    name: "jsj-lgtm-data-s3",
    versioning: "Disabled",
    destroyWithObjects: false,
    infrequentAccessAfterDays: 90,
    abortUploadsAfterDays: 7,
  },

  storagePrefixes: {
    mimir: { blocks: "blocks", rules: "rules", alerts: "alerts" },
    loki: "loki",
    tempo: "tempo",
    pyroscope: "pyroscope",
  },

  imageRepositories: {
    namePrefix: "lgtm",
    tagMutability: "MUTABLE",
    scanOnPush: true,
    destroyWithImages: true,
    lifecycleRules: [
      { description: "Keep last 30 tagged images", tagPrefixes: ["v", "release"], keepCount: 30 },
      { description: "Remove untagged images older than 7 days", expireUntaggedAfterDays: 7 },
    ],
    deployedTag: "upstream",
  },

  imageVersions: {
    mimir: "2.16.0",
    loki: "3.5.1",
    tempo: "2.9.0",
    pyroscope: "1.13.5",
    grafana: "12.1.0",
    alloy: "1.9.2",
  },

  serviceDiscovery: { namespace: "lgtm.local", ttlSeconds: 10 },

  loadBalancer: {
    internal: false,
    deletionProtection: false,
    // certificateArn is not set: HTTP on port 80.
    tlsPolicy: "ELBSecurityPolicy-2016-08",
    idleTimeoutSeconds: 60,
    dropInvalidHeaderFields: false,
    ingress: [
      { port: 80, description: "HTTP access", cidrBlocks: ["0.0.0.0/0"] },
      { port: 443, description: "HTTPS access", cidrBlocks: ["0.0.0.0/0"] },
    ],
    healthCheck: { intervalSeconds: 30, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 3 },
    deregistrationDelaySeconds: 120,
    routes: "original",
    accepted: {
      publicPlainHttp: "as it has been running: there is no certificate yet",
      publicIngestion: "as it has been running: senders reach it over the internet",
    },
  },

  cache: {
    engineVersion: "1.6.22",
    parameterGroupFamily: "memcached1.6",
    nodeType: "cache.t3.micro",
    nodeCount: 1,
    maxItemSizeBytes: 1024 * 1024,
    maintenanceWindow: "sun:05:00-sun:06:00",
    createServiceLinkedRole: true,
  },

  ecs: { containerInsights: "enabled", desiredCountOwner: "outside", waitForSteadyState: false },
  iam: { taskRoles: "shared" },

  services: {
    mimir: { size: { cpu: 1024, memoryMiB: 3072 }, count: 1, stopTimeoutSeconds: 120 },
    loki: { size: { cpu: 512, memoryMiB: 2048 }, count: 1, stopTimeoutSeconds: 120 },
    tempo: { size: { cpu: 512, memoryMiB: 2048 }, count: 1, stopTimeoutSeconds: 120 },
    pyroscope: { size: { cpu: 512, memoryMiB: 2048 }, count: 1, stopTimeoutSeconds: 120 },
    grafana: { size: { cpu: 512, memoryMiB: 2048 }, count: 1, stopTimeoutSeconds: 30 },
    alloy: { size: { cpu: 256, memoryMiB: 1024 }, count: 1, stopTimeoutSeconds: 30 },
  },

  serviceConfigs: "original",

  tenants: { platform: "jsj-lgtm-header" },

  // As in the services' configs today. Loki's also has a rule that deletes each stream of a job without the label
  // `level` after three days.
  retention: { metricsDays: 365, logsDays: "forever", tracesDays: 7, profilesDays: "forever" },
  alloy: { acceptOtlp: false },

  grafana: {
    adminUser: "admin",
    adminPasswordSecret: { name: "lgtm/grafana-admin-password", jsonKey: "password" },
    database: "ephemeral",
  },
  timeZone: "Asia/Seoul",

  logRetentionDays: 0,
});

/** The platform as it should be: the one that runs today, and each improvement as one override. */
const target = defineProfile({
  ...baseline,

  // Saved plans hold secrets and are worth nothing once applied.
  state: { ...baseline.state, plansExpireAfterDays: 7 },

  network: {
    ...baseline.network,
    // Free; every block, chunk and trace goes to S3 past the NAT gateways, which take a price per GB.
    s3GatewayEndpoint: true,
  },

  imageRepositories: {
    ...baseline.imageRepositories,
    // A released image rolls out with the next apply, and no apply takes it back.
    deployedTag: "released",
    // Today's first rule selects images that have both a tag "v…" and a tag "release…"; none has, so nothing expires.
    lifecycleRules: [
      { description: "Keep the last 30 released images", tagPrefixes: ["released-"], keepCount: 30 },
      { description: "Keep the last 30 builds", tagPattern: "*.*.*-*", keepCount: 30 },
      { description: "Remove untagged images older than 7 days", expireUntaggedAfterDays: 7 },
    ],
  },

  loadBalancer: {
    ...baseline.loadBalancer,
    // Tempo's API, OTLP for all three signals, Pyroscope's push and query by Connect: today they end in a 404.
    routes: "complete",
    dropInvalidHeaderFields: true,
    // TLS 1.2 and 1.3, as soon as there is a certificate.
    tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    // A target leaves the load balancer as long as its task takes to stop, no longer.
    deregistrationDelaySeconds: "stop timeout",
  },

  // Loki's chunks of 1.5 MB do not fit into today's 1 MiB. The change reboots the node: the cache starts empty.
  cache: { ...baseline.cache, maxItemSizeBytes: 4 * 1024 * 1024 },

  // An apply ends when the new tasks run, and fails when they did not become healthy.
  ecs: { ...baseline.ecs, waitForSteadyState: true },

  // Each service reaches its own prefixes of the bucket only.
  iam: { taskRoles: "per-service" },

  services: {
    ...baseline.services,
    // Alloy may take a minute to flush what it could not yet write.
    alloy: { ...baseline.services.alloy, stopTimeoutSeconds: 90 },
  },

  // The images are built from dockerfiles/ of this repository. Retention stays as it is, except that Loki no longer
  // deletes streams without the label `level` after three days: logs that vanished now stay, and cost storage.
  serviceConfigs: "dockerfiles",
});

/** An example of a further environment, in the same account as prod: `target` under names of its own. */
const staging = defineProfile({
  ...target,
  environment: "staging",
  // Nothing exists yet, so there is nothing to move.
  adoptsHclState: false,

  state: {
    bootstrapBucket: "jsj-lgtm-terraform-bootstrap-staging",
    bucket: "jsj-lgtm-terraform-state-staging",
    keyPrefix: "lgtm-ecs/staging",
    lockTable: "jsj-lgtm-terraform-lock-staging",
    plansExpireAfterDays: 7,
  },

  network: {
    ...target.network,
    vpcCidr: "10.1.0.0/16",
    zones: [
      { name: "ap-northeast-2a", publicCidr: "10.1.1.0/24", privateCidr: "10.1.11.0/24" },
      { name: "ap-northeast-2c", publicCidr: "10.1.2.0/24", privateCidr: "10.1.12.0/24" },
    ],
  },

  dataBucket: { ...target.dataBucket, name: "jsj-lgtm-data-s3-staging" },
  imageRepositories: { ...target.imageRepositories, namePrefix: "lgtm-staging" },
  serviceDiscovery: { ...target.serviceDiscovery, namespace: "lgtm-staging.local" },
  // The account has it once, and prod made it.
  cache: { ...target.cache, createServiceLinkedRole: false },

  grafana: {
    ...target.grafana,
    adminPasswordSecret: { name: "lgtm-staging/grafana-admin-password", jsonKey: "password" },
  },
});

/** All configurations by name; `--profile NAME` or `LGTM_PROFILE=NAME` picks another than the active one. */
export const profiles = { baseline, target, staging } satisfies Record<string, PlatformConfig>;

/** Name of a configuration. */
export type ProfileName = keyof typeof profiles;

/** The configuration that every command works on unless told otherwise; changing this line is a change to review. */
export const activeProfile: ProfileName = "baseline";

/**
 * A real environment and the one configuration that `./lgtm` will apply to it. The workflows run once for each. No
 * account and no role is named here: the roles' ARNs are variables on GitHub (docs/delivery.md).
 */
export interface Deployment {
  readonly profile: ProfileName;
  /**
   * GitHub environment in which applies run: its reviewers approve.
   * @default - the environment's name
   */
  readonly gitHubEnvironment?: string;
}

/** Environment name -> what is deployed there. */
export const deployments: Readonly<Record<string, Deployment>> = {
  prod: { profile: activeProfile },
};
