/** The order of a change, worked out from plans: made-up ones, each with one thing that matters. */
import { orderOfChange, type PlannedLayer } from "../../../../tools/terraform/order/order-of-change";
import { planJson } from "../../../support/plans";
import type { PlanResource } from "../../../../tools/terraform/plan-json";

const ROLE = "arn:aws:iam::123456789012:role/lgtm-prod-mimir";
const GROUP = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/tempo/1a2b3c4d5e6f7a8b";

function resource(
  address: string,
  actions: readonly string[],
  before: object | null,
  after: object | null,
): PlanResource {
  const [type = ""] = address.split(".");
  return { address, mode: "managed", type, change: { actions: [...actions], before, after } };
}

function layer(id: string, dependencies: readonly string[], ...resource_changes: PlanResource[]): PlannedLayer {
  return { id, dependencies, plan: planJson({ resource_changes }), standsOn: [] };
}

const role = (...actions: readonly string[]) =>
  resource("aws_iam_role.mimir", actions, { arn: ROLE, id: "lgtm-prod-mimir" }, null);
const policy = (before: readonly string[], after: readonly string[]) => {
  const text = (Action: readonly string[]) =>
    JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource: "arn:aws:s3:::data/*" }] });
  return resource(
    "aws_iam_role_policy.shared",
    ["update"],
    { id: "shared:s3", role: "lgtm-prod-shared", policy: text(before) },
    { id: "shared:s3", role: "lgtm-prod-shared", policy: text(after) },
  );
};
const sharedRole = resource(
  "aws_iam_role.shared",
  ["no-op"],
  { arn: `${ROLE}-shared`, id: "lgtm-prod-shared" },
  { arn: `${ROLE}-shared`, id: "lgtm-prod-shared" },
);
const task = (before: string, after: string | undefined) =>
  resource("aws_ecs_task_definition.mimir", ["delete", "create"], { task_role_arn: before }, { task_role_arn: after });

const idsOf = (layers: readonly PlannedLayer[]) => orderOfChange(layers).steps.map(({ id }) => id);

describe("GIVEN a layer that only takes away", () => {
  test("WHEN a later layer uses that until it is changed THEN the later one comes first, and the reason is said", () => {
    const layers = [layer("20-iam", [], role("delete")), layer("60-ecs", ["20-iam"], task(ROLE, `${ROLE}-shared`))];
    const { steps, warnings } = orderOfChange(layers);
    expect(steps).toEqual([
      { id: "60-ecs", layer: "60-ecs", part: "all", after: [], because: [] },
      {
        id: "20-iam",
        layer: "20-iam",
        part: "all",
        after: ["60-ecs"],
        because: [
          "aws_iam_role.mimir is deleted, and aws_ecs_task_definition.mimir of 60-ecs uses it until it is changed",
        ],
      },
    ]);
    expect(warnings).toEqual([]);
  });

  test("WHEN the use is inside a text, such as container definitions THEN it counts, and a longer name does not", () => {
    const text = (arn: string) => JSON.stringify([{ environment: [{ name: "ROLE", value: arn }] }]);
    const tasks = (arn: string) =>
      resource("aws_ecs_task_definition.mimir", ["update"], { container_definitions: text(arn) }, {});
    const of = (arn: string) =>
      orderOfChange([layer("20-iam", [], role("delete")), layer("60-ecs", ["20-iam"], tasks(arn))]).steps.flatMap(
        ({ because }) => because,
      );
    expect(of(ROLE)).toHaveLength(1);
    expect(of(`${ROLE}-ruler`)).toEqual([]);
  });

  test("WHEN no later layer is known to use it THEN it comes last all the same", () => {
    const gone = resource("aws_vpc_endpoint.s3", ["delete"], { id: "vpce-0123456789" }, null);
    const layers = [
      layer("01-vpc", [], gone),
      layer("30-groups", ["01-vpc"], role("no-op")),
      layer("60-ecs", ["01-vpc", "30-groups"], task(ROLE, ROLE)),
    ];
    expect(idsOf(layers)).toEqual(["30-groups", "60-ecs", "01-vpc"]);
  });

  test("WHEN the later layer goes on using it THEN no order helps, and that is a warning", () => {
    const layers = [layer("20-iam", [], role("delete")), layer("60-ecs", ["20-iam"], task(ROLE, ROLE))];
    expect(orderOfChange(layers).warnings).toEqual([
      {
        layer: "20-iam",
        text: "aws_iam_role.mimir is deleted, and aws_ecs_task_definition.mimir of 60-ecs goes on using it",
      },
    ]);
  });

  test("WHEN a permission goes in place THEN whoever has that role and is changed comes first", () => {
    const iam = layer("20-iam", [], sharedRole, policy(["s3:GetObject", "s3:PutObject"], ["s3:GetObject"]));
    expect(idsOf([iam, layer("60-ecs", ["20-iam"], task(`${ROLE}-shared`, `${ROLE}-shared`))])).toEqual([
      "60-ecs",
      "20-iam",
    ]);
  });
});

describe("GIVEN a layer that adds", () => {
  test("WHEN a later layer stands on its outputs THEN it comes first", () => {
    const later = { ...layer("60-ecs", ["20-iam"], task(ROLE, undefined)), standsOn: ["20-iam"] };
    expect(idsOf([layer("20-iam", [], resource("aws_iam_role.new", ["create"], null, {})), later])).toEqual([
      "20-iam",
      "60-ecs",
    ]);
  });

  test("WHEN a permission is wider in place, by one action or by a wildcard THEN it comes first", () => {
    const layers = (before: string, after: string) => [
      layer("20-iam", [], sharedRole, policy([before], [after])),
      layer("60-ecs", ["20-iam"], task(`${ROLE}-shared`, `${ROLE}-shared`)),
    ];
    expect(idsOf(layers("s3:GetObject", "s3:*"))).toEqual(["20-iam", "60-ecs"]);
    expect(idsOf(layers("s3:*", "s3:GetObject"))).toEqual(["60-ecs", "20-iam"]);
  });
});

describe("GIVEN a layer that must do both", () => {
  const iam = layer(
    "20-iam",
    [],
    sharedRole,
    role("delete"),
    policy(["s3:GetObject"], ["s3:GetObject", "s3:PutObject"]),
  );
  const tasks = layer("60-ecs", ["20-iam"], task(ROLE, `${ROLE}-shared`));

  test("WHEN what goes is deleted THEN the layer is split: all but deletions, the later layer, the deletions", () => {
    expect(orderOfChange([iam, tasks]).steps.map(({ id, part, after }) => [id, part, after])).toEqual([
      ["20-iam", "all but deletions", []],
      ["60-ecs", "all", ["20-iam"]],
      ["20-iam, deletions", "deletions", ["60-ecs"]],
    ]);
  });

  test("WHEN what goes is a part of one resource THEN it cannot be split, and that is noted", () => {
    const both = layer("20-iam", [], sharedRole, policy(["s3:GetObject"], ["s3:PutObject"]));
    const { steps, notes } = orderOfChange([
      both,
      layer("60-ecs", ["20-iam"], task(`${ROLE}-shared`, `${ROLE}-shared`)),
    ]);
    expect(steps.map(({ id }) => id)).toEqual(["20-iam", "60-ecs"]);
    expect(notes).toEqual([
      {
        layer: "20-iam",
        text: expect.stringMatching(/^aws_iam_role_policy.shared: .*one change.*later one$/) as string,
      },
    ]);
  });

  test("WHEN the circle goes over a third layer THEN it is split as well", () => {
    const groups = layer("50-alb", [], resource("aws_lb_target_group.tempo", ["delete"], { arn: GROUP }, null));
    const rules = {
      ...layer("55-rules", ["50-alb"], resource("aws_lb_listener_rule.x", ["create"], null, {})),
      standsOn: ["50-alb"],
    };
    const service = resource("aws_ecs_service.tempo", ["update"], { load_balancer: [{ target_group_arn: GROUP }] }, {});
    const later = { ...layer("60-ecs", ["50-alb", "55-rules"], service), standsOn: ["55-rules"] };
    expect(idsOf([groups, rules, later])).toEqual(["50-alb", "55-rules", "60-ecs", "50-alb, deletions"]);
  });
});

test("a new revision of a task definition, a health check and a description take nothing away", () => {
  const target = resource(
    "aws_lb_target_group.a",
    ["update"],
    { arn: GROUP, interval: 10 },
    { arn: GROUP, interval: 30 },
  );
  const rule = (description: string) => ({
    id: "sg-0123456789abcdef0",
    ingress: [{ from_port: 80, to_port: 80, protocol: "tcp", cidr_blocks: ["10.0.0.0/8"], description }],
  });
  const group = resource("aws_security_group.a", ["update"], rule("a"), rule("b"));
  const layers = [layer("50-alb", [], target, group), layer("60-ecs", ["50-alb"], task(GROUP, GROUP))];
  expect(idsOf(layers)).toEqual(["50-alb", "60-ecs"]);
  expect(orderOfChange(layers).notes).toEqual([]);
});
