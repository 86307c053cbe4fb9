/**
 * The platform's configuration: the one file a user edits. What each key means, its units and limits, is written at
 * its type in modules/config/platform-config.ts; wrong values are refused before anything is written.
 */
import type { PlatformConfig } from "./modules/config/platform-config";

/** What runs today, value by value. Synthesized, it plans no change on the existing state. */
const baseline: PlatformConfig = {
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

  ecs: { containerInsights: "enabled", desiredCountOwner: "outside" },

  services: {
    mimir: { size: { cpu: 1024, memoryMiB: 3072 }, count: 1 },
    loki: { size: { cpu: 512, memoryMiB: 2048 }, count: 1 },
    tempo: { size: { cpu: 512, memoryMiB: 2048 }, count: 1 },
    pyroscope: { size: { cpu: 512, memoryMiB: 2048 }, count: 1 },
    grafana: { size: { cpu: 512, memoryMiB: 2048 }, count: 1 },
    alloy: { size: { cpu: 256, memoryMiB: 1024 }, count: 1 },
  },

  tenants: { platform: "jsj-lgtm-header" },

  grafana: {
    adminUser: "admin",
    adminPasswordSecret: { name: "lgtm/grafana-admin-password", jsonKey: "password" },
  },
  timeZone: "Asia/Seoul",

  logRetentionDays: 0,
};

/** All configurations by name; `--profile NAME` or `LGTM_PROFILE=NAME` picks another than the active one. */
export const profiles = { baseline } satisfies Record<string, PlatformConfig>;

/** Name of a configuration. */
export type ProfileName = keyof typeof profiles;

/** The configuration that every command works on unless told otherwise; changing this line is a change to review. */
export const activeProfile: ProfileName = "baseline";

/** A real environment and the one configuration that `./lgtm` will apply to it. */
export interface Deployment {
  readonly profile: ProfileName;
}

/** Environment name -> what is deployed there. */
export const deployments: Readonly<Record<string, Deployment>> = {
  prod: { profile: activeProfile },
};
