import { profiles } from "../../common.config";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { findingsIn } from "../../checks/validate";
import { baseline } from "../support/platform";
import { withValue } from "../support/with-value";

const ZONE_A = baseline.network.zones[0];

/** Changed values by path, the findings' paths and rules, and changed values at the border that are right. */
interface Case {
  readonly rule: string;
  /** @default baseline */
  readonly base?: PlatformConfig;
  readonly wrong: Readonly<Record<string, unknown>>;
  readonly found: readonly (readonly [path: string, value: unknown, rule: RegExp])[];
  readonly right: Readonly<Record<string, unknown>>;
}

const CERTIFICATE = "arn:aws:acm:ap-northeast-2:123456789012:certificate/0a1b";

const tagsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`Tag${index}`, "x"]));

const CASES: readonly Case[] = [
  {
    rule: "our configs are for one task of each service that keeps data",
    base: profiles.target,
    wrong: { "services.mimir.count": 2, "services.pyroscope.count": 3 },
    found: [
      ["services.mimir.count", 2, /must be 1.*replication factor 1/],
      ["services.pyroscope.count", 3, /must be 1.*replication factor 1/],
    ],
    right: { "services.mimir.count": 1, "services.tempo.count": 0, "services.grafana.count": 2 },
  },
  {
    rule: "the original configs are not ours to judge",
    wrong: { "services.mimir.count": -1 },
    found: [["services.mimir.count", -1, /whole number/]],
    right: { "services.mimir.count": 2 },
  },
  {
    rule: "zones belong to the region",
    wrong: { "network.zones[0].name": "us-east-1a", "network.zones[1].name": "ap-northeast-2" },
    found: [
      ["network.zones[0].name", "us-east-1a", /zone of the region ap-northeast-2: ap-northeast-2a/],
      ["network.zones[1].name", "ap-northeast-2", /ap-northeast-2a, ap-northeast-2b/],
    ],
    right: { "network.zones[0].name": "ap-northeast-2d" },
  },
  {
    rule: "zones are distinct",
    wrong: { "network.zones[1].name": "ap-northeast-2a" },
    found: [["network.zones[1].name", "ap-northeast-2a", /must differ from network.zones\[0\].name/]],
    right: { "network.zones[1].name": "ap-northeast-2b" },
  },
  {
    rule: "CIDR blocks are well-formed",
    wrong: {
      "network.vpcCidr": "10.0.0.0",
      "network.zones[0].publicCidr": "10.0.1.1/24",
      "loadBalancer.ingress[1].cidrBlocks[0]": "300.0.0.0/8",
    },
    found: [
      ["network.vpcCidr", "10.0.0.0", /IPv4 CIDR block/],
      ["network.zones[0].publicCidr", "10.0.1.1/24", /host bits are zero/],
      ["loadBalancer.ingress[1].cidrBlocks[0]", "300.0.0.0/8", /IPv4 CIDR block/],
    ],
    right: { "loadBalancer.ingress[1].cidrBlocks[0]": "10.0.0.0/8" },
  },
  {
    rule: "the VPC's block has a size that AWS takes",
    wrong: { "network.vpcCidr": "10.0.0.0/15" },
    found: [["network.vpcCidr", "10.0.0.0/15", /between \/16 and \/28/]],
    right: { "network.vpcCidr": "10.0.0.0/16" },
  },
  {
    rule: "a subnet's block has a size that AWS takes",
    wrong: { "network.zones[0].privateCidr": "10.0.11.0/29" },
    found: [["network.zones[0].privateCidr", "10.0.11.0/29", /between \/16 and \/28/]],
    right: { "network.zones[0].privateCidr": "10.0.11.0/28" },
  },
  {
    rule: "a public subnet can hold a load balancer",
    wrong: { "network.zones[1].publicCidr": "10.0.2.0/28" },
    found: [["network.zones[1].publicCidr", "10.0.2.0/28", /\/27 or larger/]],
    right: { "network.zones[1].publicCidr": "10.0.2.0/27" },
  },
  {
    rule: "subnets lie inside the VPC",
    wrong: { "network.zones[1].privateCidr": "10.1.12.0/24" },
    found: [["network.zones[1].privateCidr", "10.1.12.0/24", /inside the VPC's block 10\.0\.0\.0\/16/]],
    right: { "network.zones[1].privateCidr": "10.0.255.0/24" },
  },
  {
    rule: "subnets do not overlap",
    wrong: { "network.zones[1].publicCidr": "10.0.1.128/25" },
    found: [
      [
        "network.zones[1].publicCidr",
        "10.0.1.128/25",
        /must not overlap network\.zones\[0\]\.publicCidr \(10\.0\.1\.0\/24\)/,
      ],
    ],
    right: { "network.zones[0].publicCidr": "10.0.1.0/25", "network.zones[1].publicCidr": "10.0.1.128/25" },
  },
  {
    rule: "storage prefixes are distinct",
    wrong: { "storagePrefixes.tempo": "loki", "storagePrefixes.mimir.rules": "blocks" },
    found: [
      ["storagePrefixes.mimir.rules", "blocks", /must differ from storagePrefixes\.mimir\.blocks/],
      ["storagePrefixes.tempo", "loki", /must differ from storagePrefixes\.loki/],
    ],
    right: { "storagePrefixes.tempo": "loki2" },
  },
  {
    rule: "buckets are distinct",
    wrong: { "dataBucket.name": baseline.state.bucket },
    found: [["dataBucket.name", baseline.state.bucket, /must differ from state\.bucket/]],
    right: { "dataBucket.name": `${baseline.state.bucket}-2` },
  },
  {
    rule: "a health check answers before the next one",
    wrong: { "loadBalancer.healthCheck.timeoutSeconds": 30 },
    found: [["loadBalancer.healthCheck.timeoutSeconds", 30, /less than intervalSeconds, which is 30/]],
    right: { "loadBalancer.healthCheck.timeoutSeconds": 29 },
  },
  {
    rule: "a certificate is of the region",
    wrong: { "loadBalancer.certificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b" },
    found: [
      [
        "loadBalancer.certificateArn",
        "arn:aws:acm:us-east-1:123456789012:certificate/0a1b",
        /certificate of ap-northeast-2/,
      ],
    ],
    right: { "loadBalancer.certificateArn": "arn:aws:acm:ap-northeast-2:123456789012:certificate/0a1b" },
  },
  ...[
    "sun:05:00-sun:05:59",
    "sun:05:00",
    "sunday:05:00-sunday:06:00",
    "sun:24:00-mon:01:00",
    "sun:05:60-sun:07:00",
    "Sun:05:00-Sun:06:00",
  ].map((window): Case => ({
    rule: "a maintenance window is a weekly hour",
    wrong: { "cache.maintenanceWindow": window },
    found: [["cache.maintenanceWindow", window, /at least 60 minutes/]],
    right: { "cache.maintenanceWindow": "sun:23:30-mon:00:30" },
  })),
  {
    rule: "the parameter group's family is the engine's",
    wrong: { "cache.engineVersion": "1.5.16" },
    found: [["cache.parameterGroupFamily", "memcached1.6", /family of engine 1\.5\.16/]],
    right: { "cache.engineVersion": "1.5.16", "cache.parameterGroupFamily": "memcached1.5" },
  },
  {
    // lgtm-<environment>-pyroscope-tg: 32 characters are taken by an environment of 14.
    rule: "names fit: target groups",
    wrong: { environment: "a".repeat(15) },
    found: [["environment", "a".repeat(15), /target group "lgtm-a+-pyroscope-tg" has 33 characters, AWS allows 32/]],
    right: { environment: "a".repeat(14) },
  },
  {
    rule: "names fit: all the others",
    wrong: { environment: "a".repeat(40) },
    found: [
      ["environment", "a".repeat(40), /load balancer "lgtm-a+-alb" has 49/],
      ["environment", "a".repeat(40), /ElastiCache cluster "lgtm-a+-memcached" has 55/],
      ["environment", "a".repeat(40), /IAM role "lgtm-a+-task-execution-role" has 65 characters, AWS allows 64/],
    ],
    right: { environment: "a" },
  },
  ...["internal", "internal-x", "sg"].map((projectName): Case => ({
    rule: "names do not begin as AWS's own do",
    wrong: { projectName },
    found: [["projectName", projectName, /must not begin with/]],
    right: {
      projectName: `${projectName.replace("-", "")}s`,
      "grafana.adminPasswordSecret.name": `${projectName.replace("-", "")}s/password`,
    },
  })),
  {
    rule: "tags leave the layers' own alone",
    wrong: { tags: { Name: "x", Environment: "x", Project: "x", ManagedBy: "x" } },
    found: ["Name", "Environment", "Project", "ManagedBy"].map((key) => [
      `tags.${key}`,
      "x",
      /sets the tag \w+ itself/,
    ]),
    right: { tags: { Owner: "x" } },
  },
  {
    rule: "tags leave the layers' own alone, whatever their case",
    wrong: { tags: { name: "x", managedby: "x" } },
    found: [
      ["tags.name", "x", /sets the tag Name itself/],
      ["tags.managedby", "x", /sets the tag ManagedBy itself/],
    ],
    right: { tags: { names: "x" } },
  },
  {
    rule: "tags differ in more than case",
    wrong: { tags: { Owner: "a", owner: "b" } },
    found: [["tags.owner", "b", /must differ from tags\.Owner in more than case/]],
    right: { tags: { Owner: "a", owners: "b" } },
  },
  {
    rule: "tags leave room for the layers' own",
    wrong: { tags: tagsOf(47) },
    found: [["tags", 47, /at most 46: AWS takes 50 tags, and the layers set 4/]],
    right: { tags: tagsOf(46) },
  },
  {
    rule: "the load balancer's HTTP port is open",
    wrong: { "loadBalancer.ingress[0].port": 8080 },
    found: [["loadBalancer.ingress", [8080, 443], /must open port 80: there is no certificate/]],
    right: { "loadBalancer.ingress[1].port": 8443 },
  },
  {
    rule: "the load balancer's HTTPS port is open",
    wrong: { "loadBalancer.ingress[1].port": 8443, "loadBalancer.certificateArn": CERTIFICATE },
    found: [["loadBalancer.ingress", [80, 8443], /must open port 443/]],
    right: { "loadBalancer.ingress[0].port": 8080, "loadBalancer.certificateArn": CERTIFICATE },
  },
  {
    rule: "a zone exists",
    wrong: { "network.zones[0].name": "ap-northeast-2e" },
    found: [["network.zones[0].name", "ap-northeast-2e", /: ap-northeast-2a, .*ap-northeast-2d$/]],
    right: { "network.zones[0].name": "ap-northeast-2d" },
  },
  {
    rule: "no text is an expression of Terraform",
    wrong: {
      "loadBalancer.ingress[0].description": "${path.root}",
      "grafana.adminPasswordSecret.jsonKey": "%{if",
    },
    found: [
      ["loadBalancer.ingress[0].description", "${path.root}", /neither/],
      ["grafana.adminPasswordSecret.jsonKey", "%{if", /neither/],
    ],
    right: { "loadBalancer.ingress[0].description": "$path {root}" },
  },
  {
    rule: "a long projectName is told as such",
    wrong: { projectName: "a".repeat(15), "grafana.adminPasswordSecret.name": `${"a".repeat(15)}/g` },
    found: [["projectName", "a".repeat(15), /too long together with environment: target group/]],
    right: { projectName: "a".repeat(14), "grafana.adminPasswordSecret.name": `${"a".repeat(14)}/g` },
  },
  {
    rule: "tags keep to AWS's form",
    wrong: { tags: { "aws:x": "x", ["k".repeat(129)]: "x", "a<b": "x", Long: "v".repeat(257) } },
    found: [
      ["tags.aws:x", "x", /not aws:/],
      [`tags.${"k".repeat(129)}`, "x", /1 to 128/],
      ["tags.a<b", "x", /letters, digits, spaces/],
      ["tags.Long", "v".repeat(257), /at most 256/],
    ],
    right: { tags: { ["k".repeat(128)]: "v".repeat(256), "team/path:x": "비용 = 1@x", Empty: "" } },
  },
  {
    rule: "no permission appears twice on the load balancer",
    wrong: { "loadBalancer.ingress[1].port": 80 },
    found: [
      [
        "loadBalancer.ingress[1].cidrBlocks[0]",
        "port 80 from 0.0.0.0/0",
        /must differ from loadBalancer\.ingress\[0\]/,
      ],
    ],
    right: { "loadBalancer.ingress[1].port": 80, "loadBalancer.ingress[1].cidrBlocks": ["10.0.0.0/8"] },
  },
  {
    rule: "one lifecycle rule is for untagged images",
    wrong: { "imageRepositories.lifecycleRules[0]": { description: "x", expireUntaggedAfterDays: 1 } },
    found: [
      ["imageRepositories.lifecycleRules[1]", baseline.imageRepositories.lifecycleRules[1], /only rule for untagged/],
    ],
    right: { "imageRepositories.lifecycleRules[1]": { description: "x", tagPrefixes: ["2"], keepCount: 1 } },
  },
  {
    rule: "a range of ports goes up",
    wrong: { "loadBalancer.ingress[1].toPort": 442 },
    found: [["loadBalancer.ingress[1].toPort", 442, /must be 443 or more/]],
    right: { "loadBalancer.ingress[1].toPort": 443 },
  },
  {
    rule: "a range opens what lies in it",
    wrong: { "loadBalancer.ingress[0].port": 81, "loadBalancer.ingress[0].toPort": 90 },
    found: [["loadBalancer.ingress", [81, 443], /must open port 80/]],
    right: { "loadBalancer.ingress[0].port": 79, "loadBalancer.ingress[0].toPort": 80 },
  },
  {
    rule: "further ports are not those that the services ask for",
    wrong: {
      "ecs.furtherIngress": [
        { port: 3100, protocol: "tcp", label: "Loki", fromLoadBalancer: true, fromTasks: false },
        { port: 7946, protocol: "udp", label: "x", fromLoadBalancer: false, fromTasks: true },
      ],
    },
    found: [
      ["ecs.furtherIngress[0]", "tcp 3100 from the load balancer", /must differ from a service's own rule/],
      ["ecs.furtherIngress[1]", "udp 7946 from tasks", /must differ from a service's own rule/],
    ],
    right: {
      "ecs.furtherIngress": [
        // Grafana's port is open to the load balancer alone.
        { port: 3000, protocol: "tcp", label: "Grafana", fromLoadBalancer: false, fromTasks: true },
        { port: 7947, protocol: "udp", label: "x", fromLoadBalancer: false, fromTasks: true },
      ],
    },
  },
  {
    rule: "further repositories have names and addresses of their own",
    wrong: { "imageRepositories.further": ["lgtm-mimir", "tempo", "a-b", "a/b"] },
    found: [
      ["imageRepositories.further[0]", "lgtm_mimir", /must differ from a service's repository/],
      ["imageRepositories.further[1]", "tempo", /must differ from a service's repository/],
      ["imageRepositories.further[3]", "a_b", /must differ from imageRepositories\.further\[2\]/],
    ],
    right: { "imageRepositories.further": ["lgtm-nginx", "tools/load-test"] },
  },
  {
    rule: "what is open is accepted in words",
    wrong: { "loadBalancer.accepted": {} },
    found: [
      ["loadBalancer.accepted.publicPlainHttp", undefined, /certificateArn, or say in words/],
      ["loadBalancer.accepted.publicIngestion", undefined, /limit loadBalancer\.ingress/],
    ],
    right: { "loadBalancer.accepted": {}, "loadBalancer.internal": true },
  },
  {
    rule: "TLS needs no acceptance of plain HTTP",
    wrong: { "loadBalancer.accepted": { publicIngestion: "senders reach it everywhere" } },
    found: [["loadBalancer.accepted.publicPlainHttp", undefined, /unencrypted/]],
    right: {
      "loadBalancer.accepted": { publicIngestion: "senders reach it everywhere" },
      "loadBalancer.certificateArn": "arn:aws:acm:ap-northeast-2:123456789012:certificate/0a1b",
    },
  },
  {
    rule: "the largest item fits into the cache",
    base: profiles.target,
    wrong: { "cache.maxItemSizeBytes": 2 * 1024 * 1024 - 1 },
    found: [["cache.maxItemSizeBytes", 2 * 1024 * 1024 - 1, /must be at least 2097152: Loki/]],
    right: { "cache.maxItemSizeBytes": 2 * 1024 * 1024 },
  },
  {
    rule: "complete routes need our service configs",
    wrong: { "loadBalancer.routes": "complete" },
    found: [["loadBalancer.routes", "complete", /needs serviceConfigs "dockerfiles"/]],
    right: { "loadBalancer.routes": "original" },
  },
  ...[
    [profiles.baseline.imageRepositories.lifecycleRules[0], profiles.target.imageRepositories.lifecycleRules[1]],
    [profiles.target.imageRepositories.lifecycleRules[1], profiles.target.imageRepositories.lifecycleRules[0]],
    [profiles.target.imageRepositories.lifecycleRules[0]],
  ].map((lifecycleRules): Case => ({
    rule: "I29: released images stay, builds expire",
    base: profiles.target,
    wrong: { "imageRepositories.lifecycleRules": lifecycleRules },
    found: [
      [
        "imageRepositories.lifecycleRules",
        expect.anything(),
        /selects released images .* and after it one that selects builds/,
      ],
    ],
    right: { "imageRepositories.lifecycleRules": profiles.target.imageRepositories.lifecycleRules.slice(0, 2) },
  })),
];

const changed = (values: Readonly<Record<string, unknown>>, base: PlatformConfig = baseline) =>
  Object.entries(values).reduce((config, [path, value]) => withValue(config, path, value), base);

describe.each(CASES)("rule: $rule", ({ base, wrong, found, right }) => {
  test(`GIVEN ${JSON.stringify(wrong).slice(0, 80)} THEN path, value and rule are told`, () => {
    const findings = findingsIn(changed(wrong, base));
    for (const [key, value, instead] of found) {
      expect(findings).toContainEqual(
        expect.objectContaining({ key, value, instead: expect.stringMatching(instead) as string }),
      );
    }
  });

  test(`GIVEN ${JSON.stringify(right).slice(0, 80)} THEN nothing is found`, () => {
    expect(findingsIn(changed(right, base))).toEqual([]);
  });
});

test("GIVEN three and four zones THEN nothing is found", () => {
  const more = ["b", "d"].map((letter, index) => ({
    name: `ap-northeast-2${letter}`,
    publicCidr: `10.0.${index + 3}.0/24`,
    privateCidr: `10.0.${index + 13}.0/24`,
  }));
  expect(findingsIn(changed({ "network.zones[2]": more[0] }))).toEqual([]);
  expect(findingsIn(changed({ "network.zones[2]": more[0], "network.zones[3]": more[1] }))).toEqual([]);
});

test("GIVEN mistakes of form and between values THEN all are told at once", () => {
  const findings = findingsIn(
    changed({
      "dataBucket.name": "Data_Bucket",
      "imageVersions.tempo": "latest",
      "services.mimir.size": { cpu: 512, memoryMiB: 1536 },
      "network.zones[1]": { ...ZONE_A, name: "us-east-1a" },
      "storagePrefixes.tempo": "loki",
      logRetentionDays: 8,
    }),
  );
  expect(findings.map(({ key }) => key).sort()).toEqual([
    "dataBucket.name",
    "imageVersions.tempo",
    "logRetentionDays",
    "network.zones[1].name",
    "network.zones[1].privateCidr",
    "network.zones[1].publicCidr",
    "services.mimir.size",
    "storagePrefixes.tempo",
  ]);
});
