import { inspect } from "node:util";
import { profiles } from "../../../common.config";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import { findingsIn } from "../../../checks/validate";
import { baseline } from "../../support/platform";
import { withValue } from "../../support/with-value";

/** Path, wrong value, part of the rule's text, and a value at the border that is right. */
type Case = readonly [path: string, wrong: unknown, rule: RegExp, right: unknown];

const THIRTY_TWO_DASHES = "a-".repeat(31);

const CASES: readonly Case[] = [
  ["projectName", "1gtm", /beginning with a letter/, "l1"],
  ["projectName", "lgtm--x", /single dashes/, "lgtm-x"],
  ["environment", "Prod", /lower-case/, "p"],
  ["environment", "", /lower-case letters/, "prod2"],
  ["region", "northeast-2", /AWS region|region of the "aws" partition/, "ap-northeast-2"],
  ["region", "ap-northeast-9", /region that modules\/config\/limits\.ts lists/, "ap-northeast-2"],
  ["region", "us-gov-west-1", /partition/, "ap-northeast-2"],
  ["accountId", "12345678901", /12 digits/, "123456789012"],
  ["state.bootstrapBucket", "ab", /3 to 63/, "abc"],
  ["state.bucket", `${THIRTY_TWO_DASHES}aa`, /3 to 63/, `${THIRTY_TWO_DASHES}a`],
  ["state.keyPrefix", "lgtm-ecs/prod/", /single slashes/, "a"],
  ["state.keyPrefix", "../x", /no folder of dots/, "..x"],
  ["state.keyPrefix", "a/./b", /no folder of dots/, "a/.b/c"],
  ["state.keyPrefix", "a//b", /single slashes/, "a/b/c"],
  ["state.lockTable", "ab", /DynamoDB table name/, "abc"],
  ["adoptsHclState", "yes", /expected boolean/, false],
  ["tags", { Owner: 1 }, /expected string/, {}],
  ["dataBucket.name", "Data", /S3 bucket name/, "0.a-9"],
  ["dataBucket.name", "10.0.0.1", /not an IP address/, "10.0.0.1a"],
  ["dataBucket.name", "a..b", /no two dots/, "a.b"],
  ["dataBucket.name", "-data", /beginning and ending/, "d-a"],
  ["dataBucket.name", "data-", /beginning and ending/, "d-1"],
  ["dataBucket.name", "xn--data", /reserved prefix/, "xn-data"],
  ["dataBucket.name", "sthree-data", /reserved prefix/, "sthreedata"],
  ["dataBucket.name", "amzn-s3-demo-data", /reserved prefix/, "amzn-s3-data"],
  ["dataBucket.name", "data-s3alias", /reserved prefix or suffix/, "data-s3alia"],
  ["dataBucket.name", "data--ol-s3", /reserved prefix or suffix/, "data-ol-s3"],
  ["dataBucket.name", "data.mrap", /reserved prefix or suffix/, "datamrap"],
  ["dataBucket.name", "data--x-s3", /reserved prefix or suffix/, "data-x-s3"],
  ["dataBucket.name", "data--table-s3", /reserved prefix or suffix/, "data-table-s3"],
  ["dataBucket.versioning", "enabled", /"Disabled", "Suspended" or "Enabled"/, "Suspended"],
  ["dataBucket.destroyWithObjects", 1, /expected boolean/, true],
  ["dataBucket.infrequentAccessAfterDays", 29, /30 to 36500 days/, 30],
  ["dataBucket.abortUploadsAfterDays", 0, /1 to 36500 days/, 1],
  ["storagePrefixes.mimir.blocks", "mimir-blocks", /letters and digits only/, "b"],
  ["storagePrefixes.mimir.rules", "rules/", /slashes and dashes/, "Rules1"],
  ["storagePrefixes.mimir.alerts", "", /letters and digits/, "a1"],
  ["storagePrefixes.loki", "loki/", /"loki\/" included/, "loki-1"],
  ["storagePrefixes.tempo", "tempo/", /dashes only/, "tempo-1"],
  ["storagePrefixes.pyroscope", "", /dashes only/, "p"],
  ["imageRepositories.namePrefix", "lgtm.x", /dash or underscore/, "lgtm_x"],
  ["imageRepositories.namePrefix", "a".repeat(201), /at most 200/, "a".repeat(200)],
  ["imageRepositories.tagMutability", "mutable", /"MUTABLE" or "IMMUTABLE"/, "IMMUTABLE"],
  [
    "imageRepositories.lifecycleRules",
    [],
    /ECR refuses an empty policy/,
    [{ description: "x", expireUntaggedAfterDays: 1 }],
  ],
  ["imageRepositories.lifecycleRules[0].keepCount", 0, /1 to 10000 images/, 1],
  ["imageRepositories.lifecycleRules[1].expireUntaggedAfterDays", 0, /1 to 3650 days/, 1],
  ["imageVersions.tempo", "latest", /not "latest"/, "2.9.0"],
  ["imageVersions.alloy", "v1.9.2", /no leading v/, "1.9.2"],
  ["imageVersions.tempo", "2.9.0-20260116-043000", /no release date/, "10.0.0"],
  ["serviceDiscovery.namespace", "LGTM.local", /DNS name/, "lgtm"],
  ["serviceDiscovery.namespace", `${"a".repeat(64)}.local`, /63 letters/, `${"a".repeat(63)}.local`],
  ["serviceDiscovery.namespace", "-a.local", /DNS name/, "a-b.local"],
  ["serviceDiscovery.ttlSeconds", -1, /0 to 2147483647 seconds/, 0],
  [
    "loadBalancer.certificateArn",
    "arn:aws:iam::123456789012:server-certificate/x",
    /ARN of an ACM certificate/,
    "arn:aws:acm:ap-northeast-2:123456789012:certificate/0a1b2c3d-1111-2222-3333-444455556666",
  ],
  ["loadBalancer.tlsPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-07", /security policy/, "ELBSecurityPolicy-2016-08"],
  ["loadBalancer.ingress", [], /must have a rule/, baseline.loadBalancer.ingress],
  ["loadBalancer.tlsPolicy", "TLS13", /ELBSecurityPolicy/, "ELBSecurityPolicy-TLS13-1-2-2021-06"],
  ["loadBalancer.idleTimeoutSeconds", 4001, /1 to 4000 seconds/, 4000],
  ["loadBalancer.idleTimeoutSeconds", 0, /1 to 4000 seconds/, 1],
  ["loadBalancer.ingress[0].port", 65536, /1 to 65535/, 65535],
  ["loadBalancer.ingress[0].description", "", /1 to 255/, "H"],
  ["loadBalancer.ingress[0].description", "a".repeat(256), /1 to 255/, "a".repeat(255)],
  ["loadBalancer.ingress[0].description", "HTTP < 80", /an EC2 limit/, "HTTP (80)"],
  ["loadBalancer.ingress[0].cidrBlocks", [], /at least one CIDR/, ["0.0.0.0/0"]],
  ["loadBalancer.healthCheck.intervalSeconds", 301, /5 to 300 seconds/, 300],
  ["loadBalancer.healthCheck.timeoutSeconds", 1, /2 to 120 seconds/, 2],
  ["loadBalancer.healthCheck.healthyThreshold", 1, /2 to 10 checks/, 2],
  ["loadBalancer.healthCheck.unhealthyThreshold", 11, /2 to 10 checks/, 10],
  ["loadBalancer.deregistrationDelaySeconds", 3601, /0 to 3600 seconds/, 3600],
  ["loadBalancer.deregistrationDelaySeconds", 0.5, /whole number/, 0],
  ["cache.engineVersion", "1.6", /Memcached version/, "1.6.6"],
  ["cache.parameterGroupFamily", "redis7", /parameter group family/, "memcached1.6"],
  ["cache.nodeType", "t3.micro", /ElastiCache node type/, "cache.m7g.large"],
  ["cache.nodeCount", 41, /1 to 40 nodes/, 40],
  ["cache.nodeCount", 0, /1 to 40 nodes/, 1],
  ["cache.maxItemSizeBytes", 1023, /1 KiB to 128 MiB/, 1024],
  ["cache.maxItemSizeBytes", 128 * 1024 * 1024 + 1, /1 KiB to 128 MiB/, 128 * 1024 * 1024],
  ["ecs.containerInsights", "on", /"enabled" or "disabled"/, "disabled"],
  ["ecs.desiredCountOwner", "nobody", /"outside" or "terraform"/, "terraform"],
  [
    "services.mimir.size",
    { cpu: 512, memoryMiB: 1536 },
    /cpu 512 goes with memoryMiB 1024, 2048/,
    { cpu: 512, memoryMiB: 1024 },
  ],
  [
    "services.alloy.size",
    { cpu: 256, memoryMiB: 768 },
    /cpu 256 goes with memoryMiB 512, 1024, 2048/,
    { cpu: 256, memoryMiB: 512 },
  ],
  [
    "services.loki.size",
    { cpu: 300, memoryMiB: 1024 },
    /cpu 256, 512, 1024, 2048, 4096, 8192, 16384/,
    { cpu: 16384, memoryMiB: 122880 },
  ],
  ["services.loki.size", { cpu: 256, memoryMiB: 512, gpu: 1 }, /CPU and memory pair/, { cpu: 256, memoryMiB: 512 }],
  ["services.loki.count", -1, /0 to 5000 tasks/, 0],
  ["tenants.platform", "a/b", /tenant id/, "a!-_.*'()"],
  ["tenants.platform", "..", /tenant id/, "..."],
  ["tenants.platform", "a".repeat(151), /1 to 150/, "a".repeat(150)],
  ["grafana.adminUser", "", /letters, digits/, "a"],
  ["grafana.adminUser", "admin\n[security]", /on one line/, "admin@example.com"],
  ["grafana.adminUser", "$HOME", /letters, digits/, "a.b+c-d_e"],
  ["grafana.adminUser", "a".repeat(191), /at most 190 characters/, "a".repeat(190)],
  ["services.mimir.count", BigInt(1), /expected number/, 1],
  ["services.mimir.count", NaN, /expected number/, 0],
  ["grafana.adminPasswordSecret.name", "grafana password", /Secrets Manager name/, "grafana/p"],
  ["ecs.familyPrefix", "Acme", /lower-case letters/, "acme"],
  ["ecs.furtherIngress", [{ port: 0 }], /1 to 65535/, []],
  ["imageRepositories.further", ["Tools"], /ECR repository/, ["tools/load-test"]],
  ["loadBalancer.ingress[0].toPort", 70_000, /1 to 65535/, 8_100],
  ["services.loki.logRetentionDays", 8, /retention that CloudWatch Logs offers/, 7],
  ["tenants.logs", "a/b", /tenant id/, "team-logs"],
  ["grafana.adminPasswordSecret.name", "arn:aws:secretsmanager:x", /Secrets Manager name/, "lgtm/a_+=.@-b"],
  ["grafana.adminPasswordSecret.jsonKey", "", /key of the secret's JSON/, "p"],
  ["grafana.adminPasswordSecret.jsonKey", "a:b", /without colons/, "a-b"],
  ["network.s3GatewayEndpoint", "yes", /expected boolean/, true],
  [
    "imageRepositories.lifecycleRules[0]",
    { description: "x", tagPattern: "*.*.*-*.*", keepCount: 1 },
    /at most 4 wildcards/,
    { description: "x", tagPattern: "*.*.*-*", keepCount: 1 },
  ],
  ["imageRepositories.deployedTag", "latest", /"upstream" or "released"/, "upstream"],
  ["loadBalancer.deregistrationDelaySeconds", "never", /number of seconds or "stop timeout"/, "stop timeout"],
  ["loadBalancer.routes", "some", /Invalid option|"original" or "complete"/, "original"],
  ["loadBalancer.accepted.publicPlainHttp", "it is fine", /at least four words/, "there is no certificate"],
  ["loadBalancer.accepted.publicIngestion", "", /at least four words/, "senders come from anywhere"],
  ["services.loki.stopTimeoutSeconds", 121, /2 to 120 seconds/, 120],
  ["serviceConfigs", "mine", /"original" or "dockerfiles"/, "original"],
  ["iam.taskRoles", "none", /"shared" or "per-service"|Invalid option/, "per-service"],
  ["iam.permissionsBoundary", "lgtm-boundary", /ARN of a managed policy/, "arn:aws:iam::111122223333:policy/p"],
  [
    "iam.permissionsBoundary",
    "arn:aws:iam::111122223333:role/p",
    /ARN of a managed policy/,
    "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
  ],
  ["grafana.database", "rds", /must be "ephemeral"/, "ephemeral"],
  ["timeZone", "Asia/Soul", /IANA time zone/, "UTC"],
  ["timeZone", "asia/seoul", /IANA time zone/, "Asia/Seoul"],
  ["retention.metricsDays", 0, /whole number of days from 1 to 36500/, 1],
  ["retention.logsDays", "never", /or "forever"/, "forever"],
  ["retention.tracesDays", 7.5, /whole number of days/, 36500],
  ["retention.profilesDays", 36501, /whole number of days/, 30],
  ["logRetentionDays", 2, /CloudWatch Logs offers/, 1],
  ["logRetentionDays", 3650, /CloudWatch Logs offers/, 3653],
];

test.each(Object.entries<PlatformConfig>(profiles))("GIVEN the profile %s THEN nothing is found", (_name, config) => {
  expect(findingsIn(config)).toEqual([]);
});

describe.each(CASES)("GIVEN %s", (path, wrong, rule, right) => {
  test(`= ${inspect(wrong).slice(0, 60)} THEN the finding has path, value and rule`, () => {
    const findings = findingsIn(withValue(baseline, path, wrong));
    const found = findings.find((finding) => finding.key.startsWith(path));
    expect(found).toMatchObject({ instead: expect.stringMatching(rule) as string });
    expect(found?.value).toEqual(found?.key === path ? wrong : expect.anything());
  });

  test(`= ${inspect(right).slice(0, 60)} THEN nothing is found there`, () => {
    const findings = findingsIn(withValue(baseline, path, right));
    expect(findings.filter((finding) => finding.key.startsWith(path))).toEqual([]);
  });
});

describe("keys", () => {
  test("GIVEN an unknown key at any depth THEN each is named", () => {
    const config = withValue(withValue(baseline, "loadBalancer.healthCheck.path", "/ready"), "colour", "red");

    expect(findingsIn(config)).toEqual([
      expect.objectContaining({
        key: "loadBalancer.healthCheck.path",
        value: "/ready",
        instead: expect.stringMatching(/not a key/) as string,
      }),
      expect.objectContaining({ key: "colour", value: "red", instead: expect.stringMatching(/not a key/) as string }),
    ]);
  });

  test("GIVEN an unknown service THEN it is named", () => {
    expect(findingsIn(withValue(baseline, "services.jaeger", baseline.services.tempo))).toMatchObject([
      { key: "services.jaeger" },
    ]);
  });

  test.each([
    "region",
    "services.mimir",
    "storagePrefixes.pyroscope",
    "imageVersions.loki",
    "network.zones[1]",
    "tenants",
  ])("GIVEN %s is missing THEN it is named", (path) => {
    const config: PlatformConfig = withValue(baseline, path, undefined);
    expect(findingsIn(config)).toEqual([expect.objectContaining({ key: path, value: undefined })]);
  });

  test("GIVEN one zone only THEN the second is missing", () => {
    expect(findingsIn(withValue(baseline, "network.zones", baseline.network.zones.slice(0, 1)))).toMatchObject([
      { key: "network.zones[1]", instead: expect.stringMatching(/is missing/) as string },
    ]);
  });

  test("GIVEN a lifecycle rule of neither form THEN both forms are named", () => {
    expect(findingsIn(withValue(baseline, "imageRepositories.lifecycleRules[0]", { description: "x" }))).toMatchObject([
      { key: "imageRepositories.lifecycleRules[0]", instead: expect.stringMatching(/either tagPrefixes/) as string },
    ]);
  });
});
