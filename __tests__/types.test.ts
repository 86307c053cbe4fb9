import { compileSnippets } from "./support/compile-snippets";
import { present } from "./support/platform";

/** A mistake that must not compile: a text, what is wrong in it, what would be right, and the error. */
interface TypeCase {
  readonly mistake: string;
  /** With `<>` where the wrong and the right text go. */
  readonly snippet: string;
  readonly wrong: string;
  readonly right: string;
  /** Beginning of the text at which the error lies. */
  readonly at: string;
  readonly message: RegExp;
}

const PRELUDE = `
import type { App } from "cdktf";
import { profiles } from "../common.config";
import type { ReleasedTag, UpstreamVersion } from "../modules/config/image-version";
import type { NetworkConfig, PlatformConfig } from "../modules/config/platform-config";
import { defineService } from "../modules/services/service-definition";
import { defineProfile } from "../modules/services/define-profile";
import type { ServiceImage } from "../modules/services/service-image";
import { LayerStack } from "../stacks/layer-stack";
const { baseline } = profiles;
declare const released: ReleasedTag;
declare const upstream: UpstreamVersion;
declare const image: ServiceImage;
`;

/** A configuration that differs from baseline. */
const config = (changes: string) => `export const config: PlatformConfig = { ...baseline, ${changes} };`;

/** A profile that differs from baseline. */
const profile = (changes: string) => `export const profile = defineProfile({ ...baseline, ${changes} });`;

const size = (service: string) =>
  config(`services: { ...baseline.services, ${service}: { ...baseline.services.${service}, size: { cpu: <> } } }`);

const version = config(`imageVersions: { ...baseline.imageVersions, tempo: <> }`);

/** A service of which one part is under test. */
const service = (parts: Partial<Record<"port" | "readiness" | "loadBalancing" | "secrets", string>>) => `
export const service = defineService({
  title: "Tempo",
  image,
  serves: () => ({ http: { paths: ["/ready"] } }),
  ports: { http: ${parts.port ?? '{ number: 3200, label: "Tempo HTTP", reachableFromTasks: true }'} },
  ${parts.readiness ?? 'readiness: { path: "/ready", port: "http" },'}
  ${parts.loadBalancing ?? ""}
  storagePrefixes: [],
  environment: () => ({}),
  ${parts.secrets ?? ""}
});`;

const routes = 'routes: [{ priority: 1, paths: ["/a"], port: "http" }]';

const writing = (outputs: string) => `
export class Bucket extends LayerStack<"15-s3"> {
  constructor(app: App, config: PlatformConfig) {
    super(app, "15-s3", config);
    this.write({ ${outputs} });
  }
}`;

const reading = (layer: string, use: string) => `
export class Cache extends LayerStack<"35-elasticache"> {
  constructor(app: App, config: PlatformConfig, upstream: LayerStack<"${layer}">) {
    super(app, "35-elasticache", config);
    const outputs = this.read(upstream, "upstream");
    const used: string | string[] = outputs.${use};
  }
}`;

const CASES: readonly TypeCase[] = [
  {
    mistake: "I13: 512 CPU units with 1536 MiB",
    snippet: size("mimir"),
    wrong: "512, memoryMiB: 1536",
    right: "512, memoryMiB: 2048",
    at: "memoryMiB: 1536",
    message: /Type '1536' is not assignable to type/,
  },
  {
    mistake: "I13: 256 CPU units with 768 MiB",
    snippet: size("alloy"),
    wrong: "256, memoryMiB: 768",
    right: "256, memoryMiB: 512",
    at: "memoryMiB: 768",
    message: /Type '768' is not assignable to type/,
  },
  {
    mistake: "I13: memory that only another CPU size has",
    snippet: size("loki"),
    wrong: "512, memoryMiB: 8192",
    right: "1024, memoryMiB: 8192",
    at: "size: { cpu: 512",
    message: /Type '8192' is not assignable to type '1024 \| 2048 \| 3072 \| 4096'/,
  },
  {
    mistake: "I13: a CPU size that Fargate lacks",
    snippet: size("alloy"),
    wrong: "768, memoryMiB: 2048",
    right: "16384, memoryMiB: 122880",
    at: "cpu: 768",
    message: /Type '768' is not assignable/,
  },
  {
    mistake: "I10: a released tag as the upstream version",
    snippet: version,
    wrong: '"2.9.0-20260116-043000"',
    right: '"2.9.0"',
    at: "tempo:",
    message: /"2\.9\.0-20260116-043000"' is not assignable to type '`\$\{number\}\.\$\{number\}\.\$\{number\}`'/,
  },
  {
    mistake: "I10: latest",
    snippet: version,
    wrong: '"latest"',
    right: "upstream",
    at: "tempo:",
    message: /"latest"' is not assignable/,
  },
  {
    mistake: "I10: a variable of the other type",
    snippet: version,
    wrong: "released",
    right: "upstream",
    at: "tempo:",
    message: /-\$\{number\}-\$\{number\}`' is not assignable/,
  },
  {
    mistake: "I10: an upstream version as the released tag",
    snippet: "export const tag: ReleasedTag = <>;",
    wrong: '"2.9.0"',
    right: '"2.9.0-20260116-043000"',
    at: "tag:",
    message: /"2\.9\.0"' is not assignable/,
  },
  {
    mistake: "an image version with a leading v",
    snippet: version,
    wrong: '"v2.9.0"',
    right: '"2.9.1"',
    at: "tempo:",
    message: /"v2\.9\.0"' is not assignable/,
  },
  {
    mistake: "an unknown service",
    snippet: profile("services: { ...baseline.services, <>: baseline.services.tempo }"),
    wrong: "jaeger",
    right: "tempo",
    at: "jaeger",
    message: /'jaeger' does not exist in type/,
  },
  {
    mistake: "a service left out",
    snippet: profile("services: { <> }"),
    wrong: "mimir: baseline.services.mimir",
    right: "...baseline.services",
    at: "services",
    message: /missing the following properties .*: loki, tempo, pyroscope, grafana/,
  },
  {
    mistake: "I09: behind the load balancer without a grace period",
    snippet: service({ loadBalancing: `loadBalancing: { ${routes}<> },` }),
    wrong: "",
    right: ", healthCheckGracePeriodSeconds: 120",
    at: "loadBalancing",
    message: /Property 'healthCheckGracePeriodSeconds' is missing/,
  },
  {
    mistake: "I09: without a readiness path",
    snippet: service({ readiness: 'readiness: { <>port: "http" },' }),
    wrong: "",
    right: 'path: "/ready", ',
    at: "readiness",
    message: /Property 'path' is missing/,
  },
  {
    mistake: "I03: no readiness at all",
    snippet: service({ readiness: "<>" }),
    wrong: "",
    right: 'readiness: { path: "/ready", port: "http" },',
    at: "{\n  title",
    message: /Property 'readiness' is missing/,
  },
  {
    mistake: "a readiness port that the service does not have",
    snippet: service({ readiness: 'readiness: { path: "/ready", port: <> },' }),
    wrong: '"grpc"',
    right: '"http"',
    at: "port:",
    message: /Type '"grpc"' is not assignable to type '"http"'/,
  },
  {
    mistake: "a route to a port that the service does not have",
    snippet: service({
      loadBalancing:
        'loadBalancing: { routes: [{ priority: 1, paths: ["/a"], port: <> }], healthCheckGracePeriodSeconds: 1 },',
    }),
    wrong: '"otlp"',
    right: '"http"',
    at: "port:",
    message: /Type '"otlp"' is not assignable to type '"http"'/,
  },
  {
    mistake: "I07: a storage prefix left out",
    snippet: config('storagePrefixes: { mimir: { blocks: "b", rules: "r", alerts: "a" }, loki: "l", tempo: "t"<> }'),
    wrong: "",
    right: ', pyroscope: "p"',
    at: "storagePrefixes",
    message: /Property 'pyroscope' is missing/,
  },
  {
    mistake: "I07: one of Mimir's storage prefixes left out",
    snippet: config("storagePrefixes: { ...baseline.storagePrefixes, mimir: { blocks: 'b', rules: 'r'<> } }"),
    wrong: "",
    right: ", alerts: 'a'",
    at: "mimir",
    message: /Property 'alerts' is missing/,
  },
  {
    mistake: "I14: an output renamed where it is written",
    snippet: writing('bucket_name: "b", <>: "a"'),
    wrong: "arn",
    right: "bucket_arn",
    at: "arn",
    message: /'arn' does not exist in type 'WrittenOutputs<"15-s3">'/,
  },
  {
    mistake: "I14: an output left out",
    snippet: writing('bucket_name: "b"<>'),
    wrong: "",
    right: ', bucket_arn: "a"',
    at: '{ bucket_name: "b"',
    message: /Property 'bucket_arn' is missing in type/,
  },
  {
    mistake: "I14: an output of the wrong kind",
    snippet: writing('bucket_arn: "a", bucket_name: <>'),
    wrong: '["b"]',
    right: '"b"',
    at: "bucket_name",
    message: /Type 'string\[\]' is not assignable to type 'string'/,
  },
  {
    mistake: "I14: nat_gateway_ids, which layer 01 never had",
    snippet: reading("01-vpc", "<>"),
    wrong: "nat_gateway_ids",
    right: "nat_gateway_ips",
    at: "nat_gateway_ids",
    message: /Property 'nat_gateway_ids' does not exist on type 'ReadOutputs<"01-vpc">'/,
  },
  {
    mistake: "I14: alb_arn of a layer that is not 50",
    snippet: reading("30-security-groups", "<>"),
    wrong: "alb_arn",
    right: "alb_security_group_id",
    at: "alb_arn",
    message: /Property 'alb_arn' does not exist on type 'ReadOutputs<"30-security-groups">'/,
  },
  {
    mistake: "I14: a map read under a service that does not exist",
    snippet: reading("05-cloudwatch-logs", "log_group_names(<>)"),
    wrong: '"jaeger"',
    right: '"tempo"',
    at: '"jaeger"',
    message: /"jaeger"' is not assignable to parameter of type '.*"mimir" \| /,
  },
  {
    mistake: "I14: an output that may be null",
    snippet: reading("50-alb", "<>"),
    wrong: "https_listener_arn.length",
    right: "http_listener_arn",
    at: "length",
    message: /Property 'length' does not exist on type 'never'/,
  },
  {
    mistake: "a layer that does not exist",
    snippet: "export declare const stack: LayerStack<<>>;",
    wrong: '"02-dns"',
    right: '"01-vpc"',
    at: '"02-dns"',
    message: /does not satisfy the constraint/,
  },
  {
    mistake: "I15: a port that does not say who reaches it",
    snippet: service({ port: '{ number: 3200, label: "Tempo HTTP"<> }' }),
    wrong: "",
    right: ", reachableFromTasks: false",
    at: "http",
    message: /Property 'reachableFromTasks' is missing/,
  },
  {
    mistake: "I21: a secret without its JSON key",
    snippet: service({ secrets: 'secrets: { PASSWORD: { secretName: "lgtm/p"<> } },' }),
    wrong: "",
    right: ', jsonKey: "password"',
    at: "PASSWORD",
    message: /Property 'jsonKey' is missing/,
  },
  {
    mistake: "I21: the administrator's password without its JSON key",
    snippet: config('grafana: { ...baseline.grafana, adminPasswordSecret: { name: "lgtm/p"<> } }'),
    wrong: "",
    right: ', jsonKey: "password"',
    at: "adminPasswordSecret",
    message: /Property 'jsonKey' is missing/,
  },
  {
    mistake: "I28: a tenant of Grafana's own",
    snippet: config("grafana: { ...baseline.grafana<> }"),
    wrong: ', tenant: "other"',
    right: "",
    at: "tenant",
    message: /'tenant' does not exist in type 'GrafanaConfig'/,
  },
  {
    mistake: "I28: a tenant of one service's own",
    snippet: config("services: { ...baseline.services, alloy: { ...baseline.services.alloy<> } }"),
    wrong: ', tenant: "other"',
    right: "",
    at: "tenant",
    message: /'tenant' does not exist in type 'ServiceTasks'/,
  },
  {
    mistake: "I28: a second platform tenant",
    snippet: config('tenants: { platform: "a"<> }'),
    wrong: ', grafana: "b"',
    right: "",
    at: "grafana",
    message: /'grafana' does not exist in type 'TenantsConfig'/,
  },
  {
    mistake: "one zone only",
    snippet: `declare const zone: NetworkConfig["zones"][0]; ${config("network: { ...baseline.network, zones: [zone<>] }")}`,
    wrong: "",
    right: ", zone",
    at: "zones",
    message: /Source has 1 element\(s\) but target requires 2/,
  },
  {
    mistake: "an unknown versioning value",
    snippet: config("dataBucket: { ...baseline.dataBucket, versioning: <> }"),
    wrong: '"Off"',
    right: '"Suspended"',
    at: "versioning",
    message: /Type '"Off"' is not assignable to type '"Disabled" \| "Suspended" \| "Enabled"'/,
  },
  {
    mistake: "an unknown key at the top",
    snippet: config("<>"),
    wrong: 'colour: "red"',
    right: 'timeZone: "UTC"',
    at: "colour",
    message: /'colour' does not exist in type 'PlatformConfig<string>'/,
  },
  {
    mistake: "an unknown key further down",
    snippet: config("cache: { ...baseline.cache, <> }"),
    wrong: "nodes: 2",
    right: "nodeCount: 2",
    at: "nodes",
    message: /'nodes' does not exist in type 'CacheConfig'/,
  },
  {
    mistake: "account id explicitly undefined",
    snippet: config("accountId: <>"),
    wrong: "undefined",
    right: '"123456789012"',
    at: "config",
    message: /exactOptionalPropertyTypes/,
  },
];

const filled = (kind: "wrong" | "right") =>
  CASES.map((each, index): [string, string] => [
    `${kind}-${index}`,
    PRELUDE + each.snippet.replace("<>", () => each[kind]),
  ]);

const errors = compileSnippets(Object.fromEntries([...filled("wrong"), ...filled("right")]));

describe.each(CASES.map((each, index) => ({ ...each, index })))("GIVEN $mistake", ({ index, at, message }) => {
  test("THEN it does not compile, and the error lies there", () => {
    const found = present(errors.get(`wrong-${index}`), "snippet");
    expect(found.map((error) => ({ ...error, at: error.at.slice(0, at.length) }))).toEqual([
      { at, message: expect.stringMatching(message) as string },
    ]);
  });

  test("but corrected THEN it compiles", () => {
    expect(errors.get(`right-${index}`)).toEqual([]);
  });
});
