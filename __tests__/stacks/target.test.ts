import { profiles } from "../../common.config";
import { preparePlatform } from "../support/platform";

/** Each override of `target`, seen in the Terraform that it leads to. */
const target = preparePlatform(profiles.target, { tempo: { tag: "2.9.0-20260116-043000" } });
const baseline = preparePlatform();

interface Statement {
  readonly Sid?: string;
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

function statements(address: string): readonly Statement[] {
  const { policy } = target.resource("20-iam", address);
  return (JSON.parse(policy as string) as { Statement: Statement[] }).Statement;
}

describe("routes", () => {
  test("the whole table of rules leads to the right target groups", () => {
    const rules = Object.values(target.resources("50-alb", "aws_lb_listener_rule")).map((rule) => {
      const { priority, condition, action } = rule as {
        priority: number;
        condition: [{ path_pattern: { values: string[] } }];
        action: [{ target_group_arn: string }];
      };
      return [priority, condition[0].path_pattern.values, action[0].target_group_arn.split(".")[1]];
    });
    expect(rules.sort(([one], [other]) => Number(one) - Number(other))).toEqual([
      [10, ["/api/v1/push", "/prometheus/*", "/otlp/v1/metrics"], "mimir"],
      [20, ["/loki/*", "/otlp/v1/logs"], "loki"],
      [30, ["/tempo/*"], "tempo"],
      [31, ["/v1/traces"], "tempo_otlp_http"],
      [32, ["/otlp/v1/traces"], "tempo_otlp_alb"],
      [40, ["/ingest", "/pyroscope/*", "/push.v1.PusherService/*", "/querier.v1.QuerierService/*"], "pyroscope"],
    ]);
  });

  test("Tempo's OTLP ports are checked at 3200 /ready, let in, and attached to its service", () => {
    for (const [name, port] of [
      ["tempo_otlp_http", 4318],
      ["tempo_otlp_alb", 4319],
    ] as const) {
      expect(target.resource("50-alb", `aws_lb_target_group.${name}`)).toMatchObject({
        port,
        health_check: { path: "/ready", port: "3200" },
      });
    }
    const { ingress } = target.resource("30-security-groups", "aws_security_group.ecs") as {
      ingress: { from_port: number; security_groups?: string[] }[];
    };
    const fromLoadBalancer = ingress.filter((rule) => (rule.security_groups ?? []).length > 0);
    expect(fromLoadBalancer.map((rule) => rule.from_port).sort((a, b) => a - b)).toEqual([
      3000, 3100, 3200, 4040, 4318, 4319, 8080,
    ]);
    const { load_balancer: attached } = target.resource("60-ecs", "aws_ecs_service.tempo") as {
      load_balancer: { container_port: number }[];
    };
    expect(attached.map(({ container_port: port }) => port)).toEqual([3200, 4318, 4319]);
  });
});

describe("cache", () => {
  test("the largest item fits, and Tempo is told where the cache is", () => {
    expect(target.resource("35-elasticache", "aws_elasticache_parameter_group.memcached")).toMatchObject({
      parameter: [{ name: "max_item_size", value: "4194304" }],
    });
    const { container_definitions: containers } = target.resource("60-ecs", "aws_ecs_task_definition.tempo");
    expect(containers).toContain("MEMCACHED_ENDPOINT");
  });

  test("the outputs of the cache's layer stay", () => {
    expect(Object.keys(target.json("35-elasticache").output)).toEqual(
      Object.keys(baseline.json("35-elasticache").output),
    );
  });
});

test("ECR: a first rule keeps released images, a second one expires builds", () => {
  const { policy } = target.resource("10-ecr", "aws_ecr_lifecycle_policy.tempo");
  const { rules } = JSON.parse(policy as string) as {
    rules: { rulePriority: number; selection: Record<string, unknown> }[];
  };
  expect(rules.map(({ rulePriority, selection }) => [rulePriority, selection])).toEqual([
    [1, { countNumber: 30, countType: "imageCountMoreThan", tagPrefixList: ["released-"], tagStatus: "tagged" }],
    [2, { countNumber: 30, countType: "imageCountMoreThan", tagPatternList: ["*.*.*-*"], tagStatus: "tagged" }],
    [3, { countNumber: 7, countType: "sinceImagePushed", countUnit: "days", tagStatus: "untagged" }],
  ]);
});

describe("deployments", () => {
  test("Alloy has 90 seconds to stop, and a target leaves as long as its task takes to stop", () => {
    const { container_definitions: containers } = target.resource("60-ecs", "aws_ecs_task_definition.alloy");
    expect(containers).toContain('"stopTimeout" = 90');
    expect(target.resource("50-alb", "aws_lb_target_group.grafana").deregistration_delay).toBe("30");
    expect(target.resource("50-alb", "aws_lb_target_group.tempo_otlp_http").deregistration_delay).toBe("120");
  });

  test("an apply waits for the new tasks, and fails if ECS went back to the former ones", () => {
    for (const [name, service] of Object.entries(target.resources("60-ecs", "aws_ecs_service"))) {
      expect(service).toMatchObject({
        wait_for_steady_state: true,
        lifecycle: {
          postcondition: [{ condition: `\${self.task_definition == aws_ecs_task_definition.${name}.arn}` }],
        },
      });
    }
    expect(baseline.resource("60-ecs", "aws_ecs_service.tempo").wait_for_steady_state).toBeUndefined();
  });

  test("a recorded release is deployed by target, and ignored by baseline", () => {
    const imageOf = (platform: typeof target): string => {
      const { container_definitions: containers } = platform.resource("60-ecs", "aws_ecs_task_definition.tempo");
      return /"image" = "([^"]*"[^"]*"[^"]*)"/.exec(containers as string)?.[1] ?? "";
    };
    expect(imageOf(target)).toMatch(/:2\.9\.0-20260116-043000$/);
    const released = preparePlatform({}, { tempo: { tag: "2.9.0-20260116-043000" } });
    expect(imageOf(released)).toMatch(/:2\.9\.0$/);
  });
});

test("the load balancer drops headers whose names are not valid", () => {
  expect(target.resource("50-alb", "aws_lb.main").drop_invalid_header_fields).toBe(true);
});

describe("roles", () => {
  test.each([
    ["mimir", ["blocks", "rules", "alerts"]],
    ["loki", ["loki"]],
    ["tempo", ["tempo"]],
    ["pyroscope", ["pyroscope"]],
  ])("%s reaches its own prefixes only", (service, prefixes) => {
    const [objects, list] = statements(`aws_iam_role_policy.${service}_s3_access`);
    expect(objects?.Resource).toEqual(prefixes.map((prefix) => `arn:aws:s3:::jsj-lgtm-data-s3/${prefix}/*`));
    expect(list).toMatchObject({
      Action: ["s3:ListBucket"],
      Resource: "arn:aws:s3:::jsj-lgtm-data-s3",
      Condition: { StringLike: { "s3:prefix": prefixes.flatMap((prefix) => [prefix, `${prefix}/*`]) } },
    });
    const { task_role_arn: role } = target.resource("60-ecs", `aws_ecs_task_definition.${service}`);
    expect(role).toContain(`task_role_arns["${service}"]`);
  });

  test("Alloy may ask for the account's name, as its CloudWatch exporter does", () => {
    expect(statements("aws_iam_role_policy.alloy_cloudwatch_access")).toContainEqual(
      expect.objectContaining({ Action: ["iam:ListAccountAliases"], Resource: "*" }),
    );
  });

  test.each([
    ["lgtm/grafana-admin-password", "arn:aws:secretsmanager:*:*:secret:lgtm/*"],
    ["other/team/password", "arn:aws:secretsmanager:*:*:secret:other/*"],
    ["password", "arn:aws:secretsmanager:*:*:secret:password-??????"],
  ])("with shared roles, ECS may read the folder of the secret %s, or it alone", (name, resource) => {
    const grafana = { ...profiles.baseline.grafana, adminPasswordSecret: { name, jsonKey: "password" } };
    const policy = preparePlatform({ grafana }).resource("20-iam", "aws_iam_role_policy.task_execution_secrets").policy;
    expect(JSON.parse(String(policy))).toMatchObject({ Statement: [{ Resource: resource }] });
  });

  test("the shared role stays, and ECS may read the named secret only", () => {
    expect(target.resource("20-iam", "aws_iam_role.lgtm_task").name).toBe("lgtm-prod-task-role");
    const [secrets] = statements("aws_iam_role_policy.task_execution_secrets");
    expect(secrets?.Resource).toEqual([expect.stringMatching(/:secret:lgtm\/grafana-admin-password-\?{6}$/)]);
  });
});

test("S3 is reached through a gateway endpoint on every private route table", () => {
  expect(target.resource("01-vpc", "aws_vpc_endpoint.s3")).toMatchObject({
    service_name: "com.amazonaws.ap-northeast-2.s3",
    vpc_endpoint_type: "Gateway",
    route_table_ids: ["${aws_route_table.private_a.id}", "${aws_route_table.private_c.id}"],
  });
});

test("Grafana's data source for Tempo ends in /tempo", () => {
  const { container_definitions: containers } = target.resource("60-ecs", "aws_ecs_task_definition.grafana");
  expect(containers).toContain("http://tempo.lgtm.local:3200/tempo");
});
