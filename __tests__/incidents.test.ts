/**
 * The one overview: every incident of the work history, and what stops it now. A replay puts the mistake back into a copy
 * of a service's files, of the catalog or of the configuration and looks at what the guard says; guards that need
 * Terraform, the compiler or a service's program are named tests elsewhere.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../common.config";
import { catalogFindings } from "../checks/agreement";
import { describeFinding, type Finding } from "../modules/config/config-error";
import { INCIDENTS, type IncidentId } from "../checks/incidents";
import { healthCheckFindings } from "../checks/service-configs/image-rules";
import { operationFindings } from "../checks/operation";
import { routeContractFindings } from "../checks/route-contract";
import { readRouting, type Routing } from "../checks/routing";
import { findingsIn } from "../checks/validate";
import { deployedService, deployedServices, serviceCatalog } from "../modules/services/catalog";
import { settingsIn } from "../checks/served-paths";
import { serviceSources } from "../checks/service-sources";
import { platformJson } from "../stacks/platform-json";
import { findingsWith, replacing, withKey } from "./support/service-files";
import { withValue } from "./support/with-value";

/** What stops an incident. */
type Guard =
  /** The mistake is put back here; one of the findings must say what to write instead. */
  | { readonly replay: string; readonly found: () => readonly string[]; readonly says: RegExp }
  /** A test elsewhere, by its file and a text of it. */
  | { readonly test: string; readonly text: string };

const { target } = profiles;
const catalog = serviceCatalog(target);
const settings = settingsIn(deployedServices(target).map((name) => serviceSources(target, name)));

const told = (findings: readonly Finding[]) =>
  findings.map((finding) => describeFinding({ ...finding, value: undefined }));
const files = (...args: Parameters<typeof findingsWith>) => told(findingsWith(...args));
const operation = (path: string, value: unknown) => {
  const platform = withValue(target, path, value);
  return told(operationFindings(platform, serviceCatalog(platform)));
};
const values = (path: string, value: unknown) => told(findingsIn(withValue(target, path, value)));

let routing: Routing;
beforeAll(() => {
  const layers = platformJson(target, {});
  const json = (id: string) => layers.find((layer) => layer.id === id)?.json;
  routing = readRouting({
    securityGroups: json("30-security-groups"),
    loadBalancer: json("50-alb"),
    ecs: json("60-ecs"),
  });
});
const routes = (changed: Partial<Routing>, images = settings) =>
  told(routeContractFindings({ routing: { ...routing, ...changed }, catalog, settings: images }));

const GUARDS: Readonly<Record<IncidentId, readonly Guard[]>> = {
  I01: [
    {
      replay: "Tempo's config without http_api_prefix",
      found: () => files("tempo", withKey("http_api_prefix", undefined)),
      says: /write http_api_prefix: \/tempo at the top level/,
    },
    {
      replay: "an image without it behind /tempo/*",
      found: () => routes({}, settingsIn([])),
      says: /GET \/tempo\/api\/search: .*a load balancer rewrites no path/,
    },
    {
      test: "tools/rehearse/rehearse.terraform.test.ts",
      text: "THEN the smoke test is green, for every signal and tenant",
    },
  ],
  I02: [
    {
      replay: "server.http_path_prefix in Tempo's config",
      found: () => files("tempo", withKey("server.http_path_prefix", "/tempo")),
      says: /server\.http_path_prefix: remove it and write http_api_prefix: \/tempo/,
    },
    {
      replay: "server.http_path_prefix in Pyroscope's config",
      found: () => files("pyroscope", withKey("server.http_path_prefix", "/pyroscope")),
      says: /server\.http_path_prefix: remove it/,
    },
    { test: "tools/rehearse/rehearse.terraform.test.ts", text: "THEN each service became healthy" },
  ],
  I03: [
    {
      replay: "readiness at /tempo/ready",
      found: () => {
        const tempo = { ...deployedService(target, "tempo"), readiness: { path: "/tempo/ready", port: "http" } };
        return told(catalogFindings(target, { ...catalog, tempo }, settings));
      },
      says: /name the path by which Tempo says that it is ready/,
    },
    {
      replay: "Mimir's target group asks /-/ready",
      found: () =>
        routes({
          rules: routing.rules.map((rule) =>
            rule.id === "mimir"
              ? { ...rule, target: { ...rule.target, healthCheck: { path: "/-/ready", port: 8080 } } }
              : rule,
          ),
        }),
      says: /aws_lb_target_group\.mimir: must ask \/ready on port 8080/,
    },
    { test: "tools/rehearse/rehearse.terraform.test.ts", text: "THEN each service became healthy" },
  ],
  I04: [
    {
      replay: "storage.prefix in Pyroscope's config",
      found: () => files("pyroscope", withKey("storage.prefix", "${PYROSCOPE_STORAGE_PREFIX}/")),
      says: /storage\.prefix: write storage\.storage_prefix/,
    },
    { test: "tools/images/verify/verify.binary.test.ts", text: "I04: storage.prefix" },
    {
      test: "tools/rehearse/rehearse.terraform.test.ts",
      text: "is ended by the circuit breaker, rolled back and recognized",
    },
  ],
  I05: [
    {
      replay: "storage.s3.prefix in Pyroscope's config",
      found: () => files("pyroscope", withKey("storage.s3.prefix", "${PYROSCOPE_STORAGE_PREFIX}/")),
      says: /storage\.s3\.prefix: write storage\.storage_prefix/,
    },
    { test: "tools/images/verify/verify.binary.test.ts", text: "I05: storage.s3.prefix" },
  ],
  I06: [
    {
      replay: "Pyroscope without multitenancy",
      found: () => files("pyroscope", withKey("multitenancy_enabled", undefined)),
      says: /write multitenancy_enabled: true/,
    },
    {
      replay: "Pyroscope without a storage prefix",
      found: () => files("pyroscope", withKey("storage.storage_prefix", undefined)),
      says: /storage\.storage_prefix: write the variable that holds storagePrefixes/,
    },
    { test: "tools/rehearse/rehearse.terraform.test.ts", text: "the bucket holds the declared prefixes only" },
  ],
  I07: [
    { test: "types.test.ts", text: "I07: " },
    {
      replay: "Tempo's prefix written out in its config",
      found: () => files("tempo", withKey("storage.trace.s3.prefix", "tempo")),
      says: /read the prefix from the variable that the task definition injects/,
    },
  ],
  I08: [
    {
      replay: "Mimir's runtime config on S3",
      found: () => files("mimir", withKey("runtime_config.file", "s3://${MIMIR_S3_BUCKET}/mimir/runtime-config.yaml")),
      says: /write the path of a file in the image, or remove runtime_config/,
    },
    { test: "tools/images/verify/verify.binary.test.ts", text: "I08: runtime config on S3" },
  ],
  I09: [
    { test: "types.test.ts", text: "I09: " },
    { test: "tools/live/ecs/service-scheduler.test.ts", text: "a slow start within the grace period is no failure" },
  ],
  I10: [
    { test: "types.test.ts", text: "I10: " },
    {
      replay: "a released tag in the Dockerfile",
      found: () => files("tempo", replacing("Dockerfile", ":${VERSION}\n", ":2.9.0-20260116\n")),
      says: /write FROM grafana\/tempo:\$\{VERSION\}/,
    },
  ],
  I11: [
    {
      replay: "task definitions that name the upstream version",
      found: () => operation("imageRepositories.deployedTag", "upstream"),
      says: /imageRepositories\.deployedTag: write "released"/,
    },
    { test: "stacks/ecs-stack.test.ts", text: "I11: " },
    { test: "tools/images/release/release.test.ts", text: "pushes under both tags, and records tag and digest" },
    { test: "workflows/workflows.test.ts", text: "I11: " },
  ],
  I12: [
    { test: "tools/terraform/explain.test.ts", text: "versioning that cannot be turned off names the setting" },
    { test: "tools/rehearse/interruption.terraform.test.ts", text: "does not let destroy delete them" },
  ],
  I13: [{ test: "types.test.ts", text: "I13: " }],
  I14: [{ test: "types.test.ts", text: "I14: " }],
  I15: [{ test: "types.test.ts", text: "I15: " }],
  I16: [
    {
      replay: "Tempo's config without the cache",
      found: () => files("tempo", withKey("cache", undefined)),
      says: /environment\.MEMCACHED_ENDPOINT: use \$\{MEMCACHED_ENDPOINT\} in the service's config, or stop injecting it/,
    },
    {
      replay: "a variable that no task injects",
      found: () => files("loki", withKey("limits_config.retention_period", "${LOKI_KEEP}")),
      says: /LOKI_KEEP: add LOKI_KEEP to the environment in modules\/services\/loki\.ts/,
    },
  ],
  I17: [
    {
      replay: "s3.northeast-2.amazonaws.com",
      found: () => files("mimir", withKey("common.storage.s3.endpoint", "s3.northeast-2.amazonaws.com")),
      says: /write s3\.\$\{AWS_REGION\}\.amazonaws\.com, here s3\.ap-northeast-2\.amazonaws\.com/,
    },
  ],
  I18: [
    {
      replay: "/v1/traces leads to port 3200",
      found: () => {
        const tempo = routing.rules.find(({ id }) => id === "tempo");
        return routes({
          rules: routing.rules.map((rule) =>
            rule.id === "tempo_otlp_http" && tempo !== undefined ? { ...rule, target: tempo.target } : rule,
          ),
        });
      },
      says: /POST \/v1\/traces: OTLP traces must reach tempo:4318/,
    },
    {
      replay: "port 4318 closed",
      found: () => routes({ openPorts: (port) => port !== 4318 && routing.openPorts(port) }),
      says: /port 4318: open it from the load balancer's security group/,
    },
    {
      test: "tools/rehearse/rehearse.terraform.test.ts",
      text: "THEN the smoke test is green, for every signal and tenant",
    },
  ],
  I19: [
    {
      replay: "wget in Mimir's image",
      found: () => {
        const { healthCheck } = deployedService(target, "grafana");
        const mimir = deployedService(target, "mimir");
        return told(healthCheckFindings(healthCheck === undefined ? mimir : { ...mimir, healthCheck }));
      },
      says: /remove it: the image has no shell/,
    },
  ],
  I20: [
    {
      replay: "three replicas and one instance",
      found: () => files("mimir", withKey("ingester.ring.replication_factor", 3)),
      says: /ingester\.ring\.replication_factor: write 1 to 1/,
    },
    {
      test: "tools/rehearse/rehearse.terraform.test.ts",
      text: "THEN the smoke test is green, for every signal and tenant",
    },
  ],
  I21: [{ test: "types.test.ts", text: "I21: " }],
  I22: [
    { test: "adoption.terraform.test.ts", text: "a state bucket that does not exist names the layer that makes it" },
  ],
  I23: [{ test: "workflows/workflows.test.ts", text: "I23: " }],
  I24: [
    { test: "tools/delivery/delivery.terraform.test.ts", text: "a plan file that was altered by one byte" },
    { test: "workflows/workflows.test.ts", text: "I24: no approval before there is a plan" },
    { test: "workflows/workflows.test.ts", text: "I24: a script that pipes an apply" },
  ],
  I25: [
    { test: "adoption.terraform.test.ts", text: "a layer whose upstream has no state names the layer to apply first" },
  ],
  I26: [
    {
      replay: "Loki's config reads a bucket variable that no task injects",
      found: () => files("loki", withKey("storage_config.object_store.s3.bucket_name", "${LOKI_BUCKET}")),
      says: /LOKI_BUCKET: add LOKI_BUCKET to the environment/,
    },
  ],
  I27: [
    { test: "../docs/adoption.md", text: "`import` block" },
    {
      test: "tools/account/preflight/preflight.test.ts",
      text: "comes with import blocks at the layers' own addresses",
    },
  ],
  I28: [
    { test: "types.test.ts", text: "I28: " },
    { test: "stacks/ecs-stack.test.ts", text: "I28: " },
    {
      replay: "a tenant of its own in Alloy's config",
      found: () => files("alloy", replacing("config.alloy", 'sys.env("TENANT_ID")', '"jsj-lgtm-header"')),
      says: /read the tenant with sys\.env: common\.config\.ts is its one source/,
    },
    {
      replay: "a tenant of its own in Grafana's datasource",
      found: () => files("grafana", replacing("lgtm.yaml", "httpHeaderValue1: $LGTM_TENANT_ID", "httpHeaderValue1: a")),
      says: /httpHeaderValue1: \$\{LGTM_TENANT_ID\}/,
    },
  ],
  I29: [
    {
      replay: "a lifecycle rule for tags that nobody pushes, under the pushed tag of today",
      found: () =>
        operation("imageRepositories.lifecycleRules", [
          { description: "x", tagPrefixes: ["v", "release"], keepCount: 30 },
        ]),
      says: /lifecycleRules\[0\]: select tags that are pushed/,
    },
    {
      replay: "the same when released images are deployed",
      found: () =>
        values("imageRepositories.lifecycleRules", [
          { description: "x", tagPrefixes: ["v", "release"], keepCount: 30 },
        ]),
      says: /imageRepositories\.lifecycleRules: must have a rule that selects released images/,
    },
  ],
  I30: [{ test: "adoption.terraform.test.ts", text: "desired_count that people changed" }],
};

test("the list is complete", () => {
  const ids = Array.from({ length: 30 }, (_, index) => `I${String(index + 1).padStart(2, "0")}`);
  expect(Object.keys(INCIDENTS)).toEqual(ids);
  expect(Object.keys(GUARDS)).toEqual(ids);
  for (const guards of Object.values(GUARDS)) expect(guards).not.toEqual([]);
});

describe.each(Object.entries(INCIDENTS))("%s: %s", (id) => {
  for (const guard of GUARDS[id as IncidentId]) {
    if ("replay" in guard) {
      test(`GIVEN ${guard.replay} THEN it is refused, and the message says what to write instead`, () => {
        expect(guard.found()).toContainEqual(expect.stringMatching(guard.says));
      });
    } else {
      test(`is stopped by ${guard.test}: ${guard.text.trim()}`, () => {
        const file = join(__dirname, guard.test);
        expect(existsSync(file)).toBe(true);
        expect(readFileSync(file, "utf8")).toContain(guard.text);
      });
    }
  }
});
