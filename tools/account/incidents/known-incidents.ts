import { INCIDENTS, type IncidentId } from "../../../checks/incidents";
import type { IncidentSign, KnownIncident } from "./known-incident";

type Recognition = Pick<KnownIncident, "signs" | "remedy">;

const NOT_FOUND_CODES = /Health checks failed with these codes: \[4\d\d\]|ResponseCodeMismatch/;
const FAILS_HEALTH_CHECKS = /failed ELB health checks/i;

const FOREIGN_PREFIX: IncidentSign = {
  matches: NOT_FOUND_CODES,
  in: ["target health", "event"],
  services: ["tempo", "pyroscope"],
  certainty: "possible",
};

/** Causes that are found before anything runs; if they are met all the same, the commands say more than this can. */
const COMPILED = "run `./lgtm lint` and `./lgtm synth`: both refuse it and say where";

/**
 * Signs by which each incident is recognized. The texts are those of the history, of the programs at the pinned versions (seen by
 * putting the mistake back), of Terraform's AWS provider and of AWS's messages.
 */
const RECOGNITIONS: Readonly<Record<IncidentId, Recognition>> = {
  I01: {
    signs: [
      { matches: /\/tempo\/api\S*[^\n]*\b404\b/, in: ["log", "answer"], services: ["tempo"] },
      {
        matches: /\/api\/(?:search|echo|traces)\S*[^\n]*\b404\b/,
        in: ["log"],
        services: ["tempo"],
        certainty: "possible",
      },
    ],
    remedy:
      "Tempo's config needs `http_api_prefix: /tempo` at the top level; build and release the image of dockerfiles/tempo: `./lgtm release tempo`",
  },
  I02: {
    signs: [
      { matches: /FrontendLoop[^\n]*\b404\b/, in: ["log"] },
      { matches: /(?:error|failed)[^\n]*(?:to|contacting) (?:query-)?scheduler[^\n]*\b404\b/i, in: ["log"] },
      FOREIGN_PREFIX,
    ],
    remedy:
      "remove `server.http_path_prefix` from the service's config (Tempo: `http_api_prefix: /tempo` instead), then `./lgtm release <service>`",
  },
  I03: {
    signs: [
      { matches: NOT_FOUND_CODES, in: ["target health", "event"] },
      { matches: /(?:\/tempo\/ready|\/pyroscope\/ready|\/-\/ready)[^\n]*\b404\b/, in: ["log", "answer"] },
    ],
    remedy:
      "the target group must ask the path and port that the binary serves (`readiness` in modules/services/<service>.ts: /ready, Grafana " +
      "/api/health); compare with the running image, and apply 50-alb",
  },
  I04: {
    signs: [
      { matches: /field prefix not found in type \w+\.StorageConfig/ },
      { matches: /field \S+ not found in type (?!s3\.Config)/, certainty: "possible" },
    ],
    remedy:
      "the config has a field that the program does not know: `./lgtm verify <service>` names it; Pyroscope's prefix is `storage.storage_prefix`",
  },
  I05: {
    signs: [{ matches: /field prefix not found in type s3\.Config/ }],
    remedy:
      "write Pyroscope's prefix as `storage.storage_prefix`, not below `storage.s3`; `./lgtm verify pyroscope` must pass",
  },
  I06: {
    signs: [
      { matches: /(?:^|\/)(?:anonymous|fake|single-tenant)\//, in: ["object"] },
      { matches: /^[^/]+$/, in: ["object"] },
    ],
    remedy:
      "turn multitenancy on and set the storage prefix in the service's config; `./lgtm verify <service>` says which is missing. What was " +
      "written outside the prefix is read no more",
  },
  I07: { signs: [], remedy: COMPILED },
  I08: {
    signs: [{ matches: /runtime[ _-]config[^\n]*s3:\/\// }, { matches: /open s3:\/\/\S+ no such file or directory/ }],
    remedy:
      "remove `runtime_config.file` from Mimir's config, or bake the file into the image: it takes local paths only",
  },
  I09: {
    signs: [
      { matches: /Health checks failed with these codes: \[503\]/, in: ["target health", "event"] },
      {
        matches: /Request timed out|Connection to (?:the )?target/i,
        in: ["target health", "event"],
        certainty: "possible",
      },
      { matches: FAILS_HEALTH_CHECKS, in: ["event", "stop reason"], certainty: "possible" },
    ],
    remedy:
      "the task is stopped while it starts: `healthCheckGracePeriodSeconds` of the service must be longer than its start (120 s suffice for all " +
      "as measured in experiments/verified.md)",
  },
  I10: {
    signs: [
      {
        matches: /grafana\/[a-z]+:v?\d+\.\d+\.\d+-\d{8}\S*[^\n]*not found/,
        in: ["error", "log"],
      },
      { matches: /manifest for grafana\/\S+ not found/, in: ["error", "log"] },
    ],
    remedy:
      "`imageVersions` holds upstream versions only (2.9.0); the released tag with the time belongs into releases.json: `./lgtm release <service>` writes it",
  },
  I11: {
    signs: [
      { matches: /runs \S+, but \S+ is recorded/, in: ["deployment"] },
      {
        matches: /CannotPullContainerError[^\n]*not found|CannotPullContainerError[^\n]*manifest unknown/i,
        certainty: "possible",
      },
    ],
    remedy:
      "the task definition and ECR do not name the same image: `./lgtm release <service>` records what was pushed in releases.json, and the next " +
      "`./lgtm plan` and `./lgtm apply` of 60-ecs roll it out; `./lgtm doctor --account` says whether ECR has what is recorded",
  },
  I12: {
    signs: [{ matches: /BucketNotEmpty/ }],
    remedy:
      "the bucket keeps versions of deleted objects: remove all versions first (S3 console, Empty), and set dataBucket.versioning to what the bucket " +
      "has (`./lgtm doctor --account` compares them)",
  },
  I13: {
    signs: [{ matches: /No Fargate configuration exists/ }],
    remedy:
      "give services.<service>.size a pair of CPU and memory that Fargate offers; `./lgtm lint` refuses all others",
  },
  I14: {
    signs: [{ matches: /Unsupported attribute[^]*terraform_remote_state/, in: ["error"], certainty: "possible" }],
    remedy:
      "an output has another name in the state than the reader asks for: apply the layer that writes it, or rename in stacks/outputs.ts",
  },
  I15: { signs: [], remedy: COMPILED },
  I16: {
    signs: [
      { matches: /memcached?[^\n]*(?:no such host|no servers configured)/i, in: ["log"] },
      { matches: /dns\+:\d+|dns\+:?["'\s]/, in: ["log"], certainty: "possible" },
    ],
    remedy:
      "the cache's address is not injected, or its name does not resolve: `./lgtm verify <service>` compares the variables of config and task " +
      "definition; then look at 35-elasticache",
  },
  I17: {
    signs: [{ matches: /s3\.(?![a-z]{2}(?:-[a-z]+)+-\d)\S*-\d\S*\.amazonaws\.com/ }],
    remedy:
      "write the S3 endpoint as s3.<region>.amazonaws.com with the whole region (s3.ap-northeast-2.amazonaws.com)",
  },
  I18: {
    signs: [{ matches: /\/v1\/traces[^\n]*\b404\b/, in: ["log", "answer"] }],
    remedy:
      "OTLP belongs on Tempo's port 4318 (/v1/traces) and 4319 (/otlp/v1/traces), with a security-group rule: set loadBalancer.routes to " +
      '"complete"',
  },
  I19: {
    signs: [
      { matches: /exec: "?(?:wget|curl)"?: (?:executable file )?not found|(?:wget|curl): not found/ },
      { matches: /failed container health checks/i, in: ["event", "stop reason"], certainty: "possible" },
    ],
    remedy:
      "remove the container health check, or call a program that the image has; the load balancer's check suffices",
  },
  I20: {
    signs: [
      { matches: /at least \d+ (?:live|healthy) (?:replicas|ingesters?|instances?) required/i },
      { matches: /too many unhealthy instances in the ring/i },
    ],
    remedy:
      "set the replication factor of the service's ring to 1, as there is one task; `./lgtm verify <service>` refuses more",
  },
  I21: {
    signs: [
      { matches: /did not contain json key/i, in: ["stop reason", "event"] },
      { matches: /invalid username or password/i, in: ["log"], services: ["grafana"], certainty: "possible" },
    ],
    remedy:
      "the secret must be a JSON text with the key that grafana.adminPasswordSecret.jsonKey names; `./lgtm doctor --account` looks at it. An existing " +
      "Grafana database keeps its former password",
  },
  I22: {
    signs: [
      { matches: /S3 bucket "[^"]*" does not exist/, in: ["error"] },
      { matches: /holds the state of \S+ does not exist/, in: ["error"] },
    ],
    remedy:
      "`./lgtm state bootstrap` makes the bucket of layer 00; applying 00-bootstrap makes the others' bucket and lock table",
  },
  I23: {
    signs: [{ matches: /is requesting '[^']*', but is only allowed/ }],
    remedy: "give the calling workflow's job the permission that the reusable workflow asks for",
  },
  I24: {
    signs: [],
    remedy:
      "let no pipe stand behind a command whose exit code counts; approve plans with `./lgtm plan` and `./lgtm apply`",
  },
  I25: {
    signs: [
      { matches: /Unable to find remote state/, in: ["error"] },
      { matches: /reads from \S+, which has no/, in: ["error"] },
      { matches: /Invalid index[^]*terraform_remote_state/, in: ["error"], certainty: "possible" },
    ],
    remedy: "apply the layer that it reads from first; `./lgtm plan` of all layers does so in order",
  },
  I26: {
    signs: [{ matches: /bucket name cannot be empty|no s3 bucket in config file|no bucket name/i, in: ["log"] }],
    remedy:
      "the config reads a variable for the bucket that the task definition does not inject: `./lgtm verify <service>` names it",
  },
  I27: {
    signs: [
      {
        matches:
          /(?:Service|Namespace|Entity|Repository|Resource|Bucket|Role)AlreadyExists|BucketAlreadyOwnedByYou|has been taken in this account|Duplicate(?:LoadBalancer|TargetGroup)Name|Table already exists/,
      },
    ],
    remedy:
      "the resource exists in AWS but not in the state: `./lgtm doctor --account` prints the import blocks; see docs/adoption.md",
  },
  I28: {
    signs: [{ matches: /\bno org id\b/i, in: ["log", "answer"] }],
    remedy:
      "a sender or Grafana's data source sends no tenant: the header X-Scope-OrgID must hold `tenants.platform` of common.config.ts everywhere",
  },
  I29: { signs: [], remedy: COMPILED },
  I30: {
    signs: [{ matches: /desired count (\d+), configured (?!\1\b)\d+/, in: ["deployment"], certainty: "possible" }],
    remedy:
      'someone changed the count: with ecs.desiredCountOwner "outside" Terraform leaves it; with "terraform" the next apply sets it back. If nobody ' +
      "means it, write the count into services.<service>.count",
  },
};

/** All incidents, in the order of their ids. */
export const KNOWN_INCIDENTS: readonly KnownIncident[] = (Object.keys(INCIDENTS) as IncidentId[]).map((id) => ({
  id,
  what: INCIDENTS[id],
  ...RECOGNITIONS[id],
}));
