import { INCIDENTS } from "../../../../checks/incidents";
import type { Evidence } from "../../../../tools/account/incidents/evidence";
import { KNOWN_INCIDENTS } from "../../../../tools/account/incidents/known-incidents";
import { resembles } from "../../../../tools/account/incidents/resembles";

const typicalOf = (...evidence: Evidence[]) =>
  resembles(evidence)
    .filter(({ certainty }) => certainty === "typical")
    .map(({ id }) => id);

/** Lines as programs, Terraform and AWS write them; those of programs are copied from runs with the mistake put back. */
const SEEN: readonly (readonly [string, Evidence])[] = [
  ["I01", { source: "answer", text: "GET /tempo/api/search?q={} 404" }],
  ["I01", { source: "log", service: "tempo", text: 'level=debug msg="GET /tempo/api/search (404) 41.2µs"' }],
  ["I02", { source: "log", service: "pyroscope", text: "POST /schedulerpb.SchedulerForFrontend/FrontendLoop (404)" }],
  ["I02", { source: "log", service: "pyroscope", text: "error sending requests to scheduler: 404 (Not Found)" }],
  [
    "I03",
    {
      source: "event",
      service: "mimir",
      text:
        "(service mimir) (port 8080) is unhealthy in (target-group arn:aws:elasticloadbalancing:x) due to (reason Health checks failed " +
        "with these codes: [404])",
    },
  ],
  [
    "I03",
    { source: "target health", text: "Target.ResponseCodeMismatch: Health checks failed with these codes: [404]" },
  ],
  ["I04", { source: "log", text: "  line 4: field prefix not found in type phlare.StorageConfig" }],
  ["I05", { source: "log", text: "  line 4: field prefix not found in type s3.Config" }],
  ["I06", { source: "object", text: "pyroscope/anonymous/phlaredb/01ABC/meta.json" }],
  ["I06", { source: "object", text: "mimir_cluster_seed.json" }],
  [
    "I08",
    {
      source: "log",
      service: "mimir",
      text:
        'level=error msg="module failed" module=runtime-config err="starting module runtime-config: invalid service state: Failed, expected: ' +
        'Running, failure: failed to load runtime config: read file \\"s3://b/rt.yaml\\": open s3://b/rt.yaml: no such file or directory"',
    },
  ],
  [
    "I09",
    { source: "target health", text: "Target.ResponseCodeMismatch: Health checks failed with these codes: [503]" },
  ],
  ["I10", { source: "error", text: "docker.io/grafana/tempo:2.9.0-20260116: not found" }],
  [
    "I11",
    { source: "deployment", text: "runs r/lgtm-tempo:2.9.0, but r/lgtm-tempo:2.9.0-20260116-043000 is recorded" },
  ],
  [
    "I12",
    { source: "error", text: "deleting S3 Bucket (b): api error BucketNotEmpty: The bucket you tried to delete" },
  ],
  [
    "I13",
    {
      source: "error",
      text: "ClientException: No Fargate configuration exists for given values: 512 CPU, 1536 memory.",
    },
  ],
  ["I16", { source: "log", text: 'err="memcached lookup cache.local: no such host"' }],
  ["I17", { source: "log", text: "dial tcp: lookup s3.northeast-2.amazonaws.com on 10.0.0.2:53: no such host" }],
  ["I18", { source: "answer", text: "POST /v1/traces 404" }],
  ["I19", { source: "stop reason", text: 'OCI runtime exec failed: exec: "wget": executable file not found in $PATH' }],
  ["I20", { source: "log", text: "at least 2 live replicas required, could only find 1 - unhealthy instances: " }],
  ["I21", { source: "stop reason", text: "retrieved secret from Secrets Manager did not contain json key password" }],
  ["I22", { source: "error", text: 'Error: Failed to get existing workspaces: S3 bucket "b" does not exist.' }],
  ["I23", { source: "error", text: "The job is requesting 'id-token: write', but is only allowed 'id-token: none'." }],
  ["I25", { source: "error", text: "Error: Unable to find remote state" }],
  ["I25", { source: "error", text: "50-alb reads from 01-vpc, which has no state yet." }],
  [
    "I26",
    {
      source: "log",
      service: "tempo",
      text: 'err="store: failed to create store: unexpected error from ListObjects on : Bucket name cannot be empty"',
    },
  ],
  ["I27", { source: "error", text: "api error ServiceAlreadyExists: Service already exists." }],
  [
    "I27",
    {
      source: "error",
      text: "InvalidInput: Service role name AWSServiceRoleForElastiCache has been taken in this account",
    },
  ],
  ["I28", { source: "answer", text: "GET /loki/api/v1/labels 401 no org id" }],
];

test.each(SEEN)("%s is recognized: %j", (id, evidence) => {
  expect(typicalOf(evidence)).toContain(id);
});

test("every incident has a remedy, and one that leaves a trace has a sign", () => {
  expect(KNOWN_INCIDENTS.map(({ id }) => id)).toEqual(Object.keys(INCIDENTS));
  const traceless = KNOWN_INCIDENTS.filter(({ signs }) => signs.length === 0).map(({ id }) => id);
  expect(traceless).toEqual(["I07", "I15", "I24", "I29"]);
  expect(KNOWN_INCIDENTS.filter(({ remedy }) => remedy.length < 30)).toEqual([]);
});

test.each<Evidence>([
  { source: "log", service: "loki", text: 'level=info msg="Starting Loki" version=3.5.1' },
  { source: "log", service: "tempo", text: 'level=info msg="Tempo started"' },
  { source: "log", service: "mimir", text: 'level=info msg="GET /ready (200) 12µs"' },
  { source: "event", text: "(service tempo) has reached a steady state." },
  { source: "event", text: "(service tempo) has started 1 tasks: (task 0123456789abcdef0123456789abcdef)." },
  { source: "stop reason", text: "Scaling activity initiated by (deployment ecs-svc/123)" },
  { source: "target health", text: "Target.DeregistrationInProgress: Target deregistration is in progress" },
  { source: "object", text: "loki/index/index_20000/x.tsdb.gz" },
  {
    source: "log",
    service: "tempo",
    text: "https://s3.ap-northeast-2.amazonaws.com and s3.us-gov-west-1.amazonaws.com",
  },
  { source: "deployment", text: "desired count 1, configured 1" },
])("what is normal looks like nothing: %j", (evidence) => {
  expect(resembles([evidence])).toEqual([]);
});

test("what only may be comes after what hardly anything else looks like, with the lines that look like it", () => {
  const stop: Evidence = {
    source: "stop reason",
    service: "tempo",
    text: "Task failed ELB health checks in (target-group x)",
  };
  const health: Evidence = {
    source: "target health",
    service: "tempo",
    text: "Health checks failed with these codes: [404]",
  };
  const found = resembles([stop, health, health]);
  expect(found.map(({ id, certainty, seen }) => [id, certainty, seen])).toEqual([
    ["I03", "typical", [health]],
    ["I02", "possible", [health]],
    ["I09", "possible", [stop]],
  ]);
});

test("a sign of one service says nothing about another", () => {
  const text = 'msg="GET /tempo/api/search (404)"';
  expect(resembles([{ source: "log", service: "grafana", text }])).toEqual([]);
});
