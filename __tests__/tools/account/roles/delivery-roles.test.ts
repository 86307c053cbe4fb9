import { profiles } from "../../../../common.config";
import type { PlatformConfig } from "../../../../modules/config/platform-config";
import { DIAGNOSE_ACTIONS } from "../../../../tools/account/diagnose/diagnose";
import { PREFLIGHT_ACTIONS } from "../../../../tools/account/preflight/preflight";
import { evaluate } from "../../../../tools/live/aws/iam/evaluate";
import type { Permission } from "../../../../tools/live/aws/iam/permission";
import { platformResources } from "../../../../tools/account/roles/resources";
import {
  boundaryPolicy,
  deliveryRoles,
  type DeliveryRole,
  type Duty,
} from "../../../../tools/account/roles/delivery-roles";
import { policyFiles, setUpCommands } from "../../../../tools/account/roles/report";
import { parsePolicyDocument } from "../../../../tools/live/aws/iam/policy-document";
import { existingState, LAYER_IDS } from "../../../support/existing-state";
import { preparePlatform } from "../../../support/platform";
import { readRecordedCalls } from "../../../support/recorded-calls";
import { ACCOUNT, documentsOf, ORIGIN } from "../../../support/roles-at-work";

const REGION = "ap-northeast-2";
const EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";

function roleFor(duty: Duty, config: PlatformConfig = profiles.target, account = ACCOUNT): DeliveryRole {
  const role = deliveryRoles(config, account, ORIGIN).find((one) => one.duty === duty);
  if (role === undefined) throw new Error(`no role for ${duty}`);
  return role;
}

/** What of some permissions a role does not have, as `action resource`. */
function refused(duty: Duty, permissions: readonly Permission[], config?: PlatformConfig): readonly string[] {
  const policies = documentsOf(roleFor(duty, config));
  return permissions
    .filter((permission) => !evaluate(policies, permission).allowed)
    .map(({ action, resource }) => `${action} ${resource}`);
}

function may(duty: Duty, action: string, resource = "*", context: Permission["context"] = {}): boolean {
  const known = { "aws:RequestedRegion": REGION, ...context };
  return refused(duty, [{ action, resource, context: known }]).length === 0;
}

function recorded(step: string): readonly Permission[] {
  const found = readRecordedCalls("target", REGION).find((one) => one.step === step);
  if (found === undefined) throw new Error(`nothing was recorded of ${step}`);
  return found.permissions;
}

/** Of actions that write in spite of their names there is none among the recorded ones. */
const isRead = ({ action }: Permission) => /:(Describe|Get|List)/.test(action);

describe("what Terraform called for all eleven layers", () => {
  test("the record holds what a run takes", () => {
    const actions = new Set(recorded("apply").map(({ action }) => action));
    expect(actions.size).toBeGreaterThan(100);
    for (const action of [
      "ec2:CreateVpc",
      "iam:PassRole",
      "ecs:CreateService",
      "s3:PutObject",
      "iam:AttachRolePolicy",
    ]) {
      expect(actions).toContain(action);
    }
  });

  test("the apply role may do all that an apply takes", () => {
    expect(refused("apply", recorded("apply"))).toEqual([]);
  });

  test("the apply role may do all that a destroy takes, except for what holds the states", () => {
    expect(refused("apply", recorded("destroy"))).toEqual([
      "dynamodb:DeleteTable arn:aws:dynamodb:ap-northeast-2:123456789012:table/jsj-lgtm-terraform-lock-prod",
      "s3:DeleteBucket arn:aws:s3:::jsj-lgtm-terraform-state-prod",
    ]);
  });

  test("the plan role may do all that a plan takes", () => {
    expect(refused("plan", recorded("plan"))).toEqual([]);
  });

  test("the role for pull requests may do all that a plan without a lock takes, and nothing of what an apply writes", () => {
    const actions = new Set(
      recorded("plan").flatMap((one) => (refused("review", [one]).length > 0 ? [one.action] : [])),
    );
    expect(actions).toEqual(new Set(["dynamodb:DeleteItem", "dynamodb:PutItem"]));
    const writes = recorded("apply").filter((permission) => !isRead(permission));
    expect(refused("review", writes)).toHaveLength(writes.length);
  });

  test("the plan role may write locks, and nothing else of what an apply writes", () => {
    const writes = recorded("apply").filter((permission) => !isRead(permission));
    const allowed = writes.filter((permission) => refused("plan", [permission]).length === 0);
    expect(writes.length).toBeGreaterThan(50);
    expect(allowed.map(({ action, context }) => [action, context?.["dynamodb:LeadingKeys"]])).toEqual([
      ["dynamodb:DeleteItem", "jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/01-vpc/terraform.tfstate"],
      ["dynamodb:PutItem", "jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/01-vpc/terraform.tfstate"],
    ]);
  });

  test("the release role may do none of it, but look at the repositories that it pushes to", () => {
    const all = [...recorded("apply"), ...recorded("destroy")];
    const allowed = all.filter((permission) => refused("release", [permission]).length === 0);
    expect([...new Set(allowed.map(({ action }) => action))]).toEqual(["ecr:DescribeRepositories"]);
  });

  test("another environment's role may write nothing that bears a name", () => {
    const writes = recorded("apply").filter((permission) => !isRead(permission) && permission.resource !== "*");
    const allowed = writes.filter((permission) => refused("apply", [permission], profiles.staging).length === 0);
    // The account has ElastiCache's role once, whoever makes it, and Cloud Map's ids are AWS's.
    expect(allowed.map(({ action }) => action)).toEqual([
      "iam:CreateServiceLinkedRole",
      "iam:TagRole",
      "servicediscovery:CreateService",
    ]);
  });
});

describe("the plan role", () => {
  /** What `preflight` and `diagnose` name, where an action knows resources. */
  const RESOURCES: Readonly<Record<string, string>> = {
    "s3:GetObject": "arn:aws:s3:::jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/01-vpc/terraform.tfstate",
    "s3:ListBucket": "arn:aws:s3:::jsj-lgtm-terraform-state-prod",
    "s3:GetBucketVersioning": "arn:aws:s3:::jsj-lgtm-data-s3",
    "dynamodb:GetItem": `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/jsj-lgtm-terraform-lock-prod`,
    "ecr:DescribeImages": `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/lgtm-tempo`,
    "ecr:DescribeRepositories": `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/lgtm-tempo`,
    "secretsmanager:DescribeSecret": `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:lgtm/grafana-admin-password-abcdef`,
    "iam:GetRole": `arn:aws:iam::${ACCOUNT}:role/aws-service-role/elasticache.amazonaws.com/AWSServiceRoleForElastiCache`,
    "logs:GetLogEvents": `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/ecs/lgtm-prod/tempo:log-stream:tempo/tempo/1`,
  };
  // Needs no permission, and must not have the last one.
  const others = ["sts:GetCallerIdentity", "secretsmanager:GetSecretValue"];

  test.each([...new Set([...PREFLIGHT_ACTIONS, ...DIAGNOSE_ACTIONS])].filter((action) => !others.includes(action)))(
    "may %s, as preflight and diagnose do",
    (action) => {
      expect(may("plan", action, RESOURCES[action])).toBe(true);
    },
  );

  test("reads no value of a secret, even if another policy lets it", () => {
    const secret = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:lgtm/grafana-admin-password-abcdef`;
    expect(may("plan", "secretsmanager:DescribeSecret", secret)).toBe(true);
    expect(may("plan", "secretsmanager:GetSecretValue", secret)).toBe(false);
    const everything = { Statement: [{ Effect: "Allow" as const, Action: ["*"], Resource: ["*"] }] };
    const decision = evaluate([everything, ...documentsOf(roleFor("plan"))], {
      action: "secretsmanager:GetSecretValue",
      resource: secret,
    });
    expect(decision).toMatchObject({ allowed: false, reason: "a statement denies it (NoSecretValues)" });
  });

  test.each([
    ["s3:PutObject", "arn:aws:s3:::jsj-lgtm-terraform-state-prod/plans/abc/manifest.json", true],
    ["s3:GetObject", "arn:aws:s3:::jsj-lgtm-terraform-state-prod/plans/abc/manifest.json", true],
    ["s3:DeleteObject", "arn:aws:s3:::jsj-lgtm-terraform-state-prod/plans/abc/manifest.json", false],
    ["s3:PutObject", "arn:aws:s3:::jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/01-vpc/terraform.tfstate", false],
    ["s3:GetObject", "arn:aws:s3:::jsj-lgtm-data-s3/loki/chunk", false],
    ["s3:GetObject", "arn:aws:s3:::jsj-lgtm-terraform-bootstrap/bootstrap/terraform.tfstate", true],
    ["s3:GetObject", "arn:aws:s3:::jsj-lgtm-terraform-bootstrap/other", false],
  ])("%s %s: %s", (action, resource, allowed) => {
    expect(may("plan", action, resource)).toBe(allowed);
  });

  test("takes a lock, and leaves the digest beside it alone", () => {
    const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/jsj-lgtm-terraform-lock-prod`;
    const lock = "jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/60-ecs/terraform.tfstate";
    const put = (key: string) => may("plan", "dynamodb:PutItem", table, { "dynamodb:LeadingKeys": key });
    expect([put(lock), put(`${lock}-md5`), put("another/lock")]).toEqual([true, false, false]);
  });

  test("describes in its own region alone", () => {
    expect(may("plan", "ec2:DescribeVpcs")).toBe(true);
    expect(may("plan", "ec2:DescribeVpcs", "*", { "aws:RequestedRegion": "us-east-1" })).toBe(false);
  });
});

describe("the role for pull requests", () => {
  const bucket = "arn:aws:s3:::jsj-lgtm-terraform-state-prod";
  const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/jsj-lgtm-terraform-lock-prod`;
  const lock = { "dynamodb:LeadingKeys": "jsj-lgtm-terraform-state-prod/lgtm-ecs/prod/60-ecs/terraform.tfstate" };

  test.each([
    ["reads a state", "s3:GetObject", `${bucket}/lgtm-ecs/prod/60-ecs/terraform.tfstate`, true],
    ["reads no saved plan", "s3:GetObject", `${bucket}/plans/abc/60-ecs.tfplan`, false],
    ["writes no plan", "s3:PutObject", `${bucket}/plans/abc/manifest.json`, false],
    ["reads a digest", "dynamodb:GetItem", table, true],
    ["takes no lock", "dynamodb:PutItem", table, false],
    ["frees no lock", "dynamodb:DeleteItem", table, false],
    ["lists no locks", "dynamodb:Scan", table, false],
    [
      "reads no log line",
      "logs:GetLogEvents",
      `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/ecs/lgtm-prod/tempo:*`,
      false,
    ],
    ["reads no object", "s3:GetObject", "arn:aws:s3:::jsj-lgtm-data-s3/loki/chunk", false],
  ])("%s", (_what, action, resource, allowed) => {
    expect(may("review", action, resource, lock)).toBe(allowed);
  });

  test("reads no value of a secret, even if another policy lets it", () => {
    const everything = { Statement: [{ Effect: "Allow" as const, Action: ["*"], Resource: ["*"] }] };
    const asked = { action: "secretsmanager:GetSecretValue", resource: "*" };
    expect(evaluate([everything, ...documentsOf(roleFor("review"))], asked).allowed).toBe(false);
  });
});

describe("the apply role", () => {
  const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
  const toTasks = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };

  test("passes the platform's roles, to tasks alone", () => {
    expect(may("apply", "iam:PassRole", role("lgtm-prod-loki-task-role"), toTasks)).toBe(true);
    const toInstances = { "iam:PassedToService": "ec2.amazonaws.com" };
    expect(may("apply", "iam:PassRole", role("lgtm-prod-loki-task-role"), toInstances)).toBe(false);
    expect(may("apply", "iam:PassRole", role("Administrator"), toTasks)).toBe(false);
    expect(may("apply", "iam:PassRole", roleFor("apply").arn, toTasks)).toBe(false);
  });

  test.each(["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", "iam:DeleteRole"])(
    "%s never on the roles of the workflows",
    (action) => {
      for (const duty of ["plan", "apply", "release"] as const) {
        expect(may("apply", action, roleFor(duty).arn, { "iam:PolicyARN": EXECUTION_POLICY })).toBe(false);
      }
    },
  );

  test("attaches one managed policy", () => {
    const attach = (policy: string) =>
      may("apply", "iam:AttachRolePolicy", role("lgtm-prod-task-role"), { "iam:PolicyARN": policy });
    expect(attach(EXECUTION_POLICY)).toBe(true);
    expect(attach("arn:aws:iam::aws:policy/AdministratorAccess")).toBe(false);
  });

  test("makes service-linked roles of three services", () => {
    const make = (service: string) =>
      may("apply", "iam:CreateServiceLinkedRole", role(`aws-service-role/${service}/*`), {
        "iam:AWSServiceName": service,
      });
    expect([make("elasticache.amazonaws.com"), make("guardduty.amazonaws.com")]).toEqual([true, false]);
  });

  test("removes only what bears the platform's tags", () => {
    const remove = (environment: string) =>
      may("apply", "ec2:DeleteVpc", "*", {
        "aws:ResourceTag/Project": "lgtm",
        "aws:ResourceTag/Environment": environment,
      });
    expect([remove("prod"), remove("staging")]).toEqual([true, false]);
    expect(may("apply", "ec2:DeleteVpc", "*", { "aws:ResourceTag/Project": undefined })).toBe(false);
  });

  test("tags what it makes, and what bears the platform's tags; nothing else, which it could remove next", () => {
    const tag = (context: Permission["context"]) => may("apply", "ec2:CreateTags", "*", context);
    const nothing = { "ec2:CreateAction": undefined, "aws:ResourceTag/Project": undefined };
    const own = { "aws:ResourceTag/Project": "lgtm", "aws:ResourceTag/Environment": "prod" };
    expect(tag({ ...nothing, "ec2:CreateAction": "CreateVpc" })).toBe(true);
    expect(tag({ ...nothing, "ec2:CreateAction": "RunInstances" })).toBe(false);
    expect(tag({ ...nothing, ...own })).toBe(true);
    expect(tag({ ...nothing, ...own, "aws:ResourceTag/Environment": "staging" })).toBe(false);
    expect(tag(nothing)).toBe(false);
    expect(may("apply", "ec2:DeleteTags", "*", nothing)).toBe(false);
  });

  test("sets up the buckets of the layers; the bucket of layer 00's own state is a person's", () => {
    for (const action of ["s3:PutLifecycleConfiguration", "s3:PutBucketVersioning", "s3:PutBucketTagging"]) {
      expect(may("apply", action, "arn:aws:s3:::jsj-lgtm-terraform-state-prod")).toBe(true);
      expect(may("apply", action, "arn:aws:s3:::jsj-lgtm-terraform-bootstrap")).toBe(false);
    }
  });

  test("may remove what exists today: it bears the tags", () => {
    const ofNetwork = /^aws_(eip|internet_gateway|nat_gateway|route_table|security_group|subnet|vpc|vpc_endpoint)$/;
    const existing = LAYER_IDS.flatMap((layer) => existingState(layer).resources).filter(
      ({ mode, type }) => mode === "managed" && ofNetwork.test(type),
    );
    expect(new Set(existing.map(({ type }) => type)).size).toBe(7);
    for (const { attributes } of existing.flatMap(({ instances }) => instances)) {
      expect(attributes.tags_all).toMatchObject(platformResources(profiles.target, ACCOUNT).tags);
    }
  });

  test("touches objects of the data bucket only where destroy may delete them", () => {
    const remove = { action: "s3:DeleteObject", resource: "arn:aws:s3:::jsj-lgtm-data-s3/loki/chunk" };
    expect(refused("apply", [remove])).toHaveLength(1);
    const { dataBucket } = profiles.target;
    const config = { ...profiles.target, dataBucket: { ...dataBucket, destroyWithObjects: true } };
    expect(refused("apply", [remove], config)).toEqual([]);
  });

  test("reads the secret of the tasks and no other", () => {
    const secret = (name: string) => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}`;
    expect(may("apply", "secretsmanager:GetSecretValue", secret("lgtm/grafana-admin-password-abcdef"))).toBe(true);
    expect(may("apply", "secretsmanager:GetSecretValue", secret("payments/key-abcdef"))).toBe(false);
  });
});

describe("the release role", () => {
  const push = (name: string) => may("release", "ecr:PutImage", `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${name}`);

  test("pushes to the platform's repositories", () => {
    expect([push("lgtm-loki"), push("lgtm-staging-loki"), push("other")]).toEqual([true, false, false]);
    expect(may("release", "ecr:GetAuthorizationToken")).toBe(true);
    for (const action of ["ecr:DescribeRepositories", "ecr:DescribeImages"]) {
      expect(may("release", action, `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/lgtm-loki`)).toBe(true);
    }
  });

  test("removes no image", () => {
    expect(may("release", "ecr:BatchDeleteImage", `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/lgtm-loki`)).toBe(false);
  });
});

describe("trust", () => {
  const onMain = { "token.actions.githubusercontent.com:ref": "refs/heads/main" };

  test.each<readonly [Duty, readonly string[], Readonly<Record<string, string>>]>([
    ["review", ["repo:acme/lgtm:pull_request"], {}],
    ["plan", ["repo:acme/lgtm:ref:refs/heads/main"], {}],
    ["apply", ["repo:acme/lgtm:environment:prod"], onMain],
    ["release", ["repo:acme/lgtm:ref:refs/heads/main"], {}],
  ])("%s: GitHub's tokens with exactly %j %j", (duty, subjects, further) => {
    expect(roleFor(duty).trust).toEqual([
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": subjects,
            ...further,
          },
        },
      },
    ]);
  });
});

/** Roles of the layer that makes them. */
function rolesIn(config: PlatformConfig) {
  return preparePlatform(config).resources("20-iam", "aws_iam_role");
}

/** Inline policies of these roles, with an account in place of Terraform's expression for it. */
function policiesIn(config: PlatformConfig) {
  return Object.values(preparePlatform(config).resources("20-iam", "aws_iam_role_policy")).map(({ policy }) =>
    parsePolicyDocument(String(policy).replaceAll(/\$\{[^}]*\}/g, ACCOUNT)),
  );
}

/** One resource that a pattern stands for, in the platform's own region and account. */
function exampleOf(pattern: string): string {
  return pattern === "*"
    ? pattern
    : pattern.replace(":*:*:", `:${REGION}:${ACCOUNT}:`).replace(/\*$/, "x").replaceAll("?", "a");
}

describe("with a permissions boundary", () => {
  const permissionsBoundary = `arn:aws:iam::${ACCOUNT}:policy/lgtm-prod-task-boundary`;
  const config: PlatformConfig = { ...profiles.target, iam: { ...profiles.target.iam, permissionsBoundary } };
  const role = `arn:aws:iam::${ACCOUNT}:role/lgtm-prod-loki-task-role`;
  const asked = (action: string, boundary: string | undefined): Permission => ({
    action,
    resource: role,
    context: { "iam:PermissionsBoundary": boundary, "iam:PolicyARN": EXECUTION_POLICY },
  });

  test.each(["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"])(
    "the apply role does %s on bounded roles alone",
    (action) => {
      expect(refused("apply", [asked(action, permissionsBoundary)], config)).toEqual([]);
      for (const boundary of [undefined, `arn:aws:iam::${ACCOUNT}:policy/wide`]) {
        expect(refused("apply", [asked(action, boundary)], config)).toHaveLength(1);
      }
    },
  );

  test("nobody takes the boundary away, or makes another policy of it", () => {
    const policy = { action: "iam:CreatePolicyVersion", resource: permissionsBoundary };
    const removal = asked("iam:DeleteRolePermissionsBoundary", permissionsBoundary);
    expect(refused("apply", [removal, policy], config)).toHaveLength(2);
  });

  test("all roles of the layers are bounded, and none without the setting", () => {
    const boundaries = (of: PlatformConfig) =>
      Object.values(rolesIn(of)).map(({ permissions_boundary: boundary }) => boundary);
    expect(new Set(boundaries(config))).toEqual(new Set([permissionsBoundary]));
    expect(new Set(boundaries(profiles.target))).toEqual(new Set([undefined]));
  });

  test.each(Object.entries<PlatformConfig>(profiles))(
    "the boundary of %s lets through what its roles may",
    (_name, own) => {
      const document = parsePolicyDocument(JSON.stringify({ Statement: boundaryPolicy(own, ACCOUNT).statements }));
      const given = policiesIn(own).flatMap(({ Statement: statements }) => statements);
      expect(given.length).toBeGreaterThan(5);
      const lacking = given.flatMap(({ Action, Resource }) =>
        (Action ?? []).flatMap((action) =>
          (Resource ?? [])
            // An action on objects has no meaning for a bucket, nor the other way round.
            .filter((resource) => !action.startsWith("s3:") || action.endsWith("Bucket") !== resource.includes("/"))
            .filter((resource) => !evaluate([document], { action, resource: exampleOf(resource) }).allowed)
            .map((resource) => `${action} ${resource}`),
        ),
      );
      expect(lacking).toEqual([]);
    },
  );

  test("it lets through no more than data, secrets, images, logs and metrics", () => {
    const document = parsePolicyDocument(JSON.stringify({ Statement: boundaryPolicy(config, ACCOUNT).statements }));
    const allowed = [
      "iam:PutRolePolicy",
      "sts:AssumeRole",
      "s3:PutBucketPolicy",
      "ecs:RunTask",
      "ec2:RunInstances",
    ].filter((action) => evaluate([document], { action, resource: "*" }).allowed);
    expect(allowed).toEqual([]);
    const foreign = { action: "s3:GetObject", resource: "arn:aws:s3:::jsj-lgtm-terraform-state-prod/x" };
    expect(evaluate([document], foreign).allowed).toBe(false);
  });
});

describe("the commands that set the roles up", () => {
  const roles = deliveryRoles(profiles.target, ACCOUNT, ORIGIN);
  const commands = setUpCommands(roles, boundaryPolicy(profiles.target, ACCOUNT), "folder");

  test("let credentials live as long as the jobs, for new roles and for existing ones", () => {
    const lines = (start: string) => commands.filter((line) => line.startsWith(start));
    expect(lines("aws iam create-role").map((line) => line.split(" --max-session-duration ")[1])).toEqual(
      roles.map(({ sessionSeconds }) => String(sessionSeconds)),
    );
    expect(lines("aws iam update-role ")).toHaveLength(roles.length);
  });

  test("make room for a new version of each managed policy, since IAM keeps five", () => {
    for (const [index, line] of commands.entries()) {
      if (!line.startsWith("aws iam create-policy-version")) continue;
      const arn = /--policy-arn (\S+)/.exec(line)?.[1] ?? "";
      expect(commands[index - 1]).toMatch(/^aws iam list-policy-versions .* aws iam delete-policy-version /);
      expect(commands[index - 1]?.split(`--policy-arn ${arn} `)).toHaveLength(3);
    }
    expect(commands.filter((line) => line.startsWith("aws iam create-policy-version"))).toHaveLength(4);
  });

  test("read files that are written", () => {
    const files = policyFiles(roles, boundaryPolicy(profiles.target, ACCOUNT)).map(({ name }) => name);
    const read = commands.flatMap((line) => [...line.matchAll(/file:\/\/folder\/(\S+)/g)].map((match) => match[1]));
    expect(new Set(read)).toEqual(new Set(files));
  });
});

describe.each(Object.entries<PlatformConfig>(profiles))("the policies of %s", (_name, config) => {
  const roles = deliveryRoles(config, "999999999999", ORIGIN);

  test("fit IAM's limits: 10240 characters inline, 6144 in a managed policy", () => {
    for (const { policy, shared } of roles) {
      expect(JSON.stringify({ Version: "2012-10-17", Statement: policy }).length).toBeLessThan(10_240);
      for (const { statements } of [...shared, boundaryPolicy(config, "999999999999")]) {
        expect(JSON.stringify({ Version: "2012-10-17", Statement: statements }).length).toBeLessThan(6144);
      }
    }
  });

  test("know no account but the one given, and no region but the configuration's", () => {
    const text = JSON.stringify(roles);
    expect(new Set(text.match(/\d{12}/g))).toEqual(new Set(["999999999999"]));
    expect(new Set(text.match(/[a-z]{2}-[a-z]+-\d/g))).toEqual(new Set([config.region]));
  });

  test("have statement ids of letters and digits, each once in a document", () => {
    for (const { policy, shared } of roles) {
      for (const statements of [policy, ...shared.map((one) => one.statements)]) {
        const ids = statements.map(({ Sid }) => Sid ?? "");
        expect(ids.every((id) => /^[A-Za-z0-9]+$/.test(id))).toBe(true);
        expect(new Set(ids).size).toBe(ids.length);
      }
    }
  });
});
