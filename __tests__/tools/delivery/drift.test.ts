import { planSummary } from "../../support/plans";
import { judgeDrift } from "../../../tools/delivery/drift";
import type { PlanSummary, ResourcePlan } from "../../../tools/terraform/plan-summary";

function resource(address: string, action: ResourcePlan["action"], paths: readonly string[] = []): ResourcePlan {
  const differences = paths.map((path) => ({ path, before: "1", after: "2", forcesReplacement: false }));
  return {
    address,
    previousAddress: undefined,
    mode: "managed",
    type: address.split(".")[0] ?? "",
    action,
    differences,
  };
}

function plan(drift: readonly ResourcePlan[], resources: readonly ResourcePlan[]): PlanSummary {
  return planSummary({ resources, drift });
}

test("what the next apply would set back, or make again, is drift", () => {
  const found = judgeDrift(
    "50-alb",
    plan(
      [resource("aws_lb.main", "update", ["idle_timeout"]), resource("aws_lb_listener_rule.loki", "delete")],
      [resource("aws_lb.main", "update", ["idle_timeout"]), resource("aws_lb_listener_rule.loki", "create")],
    ),
    new Map(),
  );
  expect(found).toMatchObject({ status: "drifted", unapplied: [] });
  expect(found.drifted.map(({ address }) => address)).toEqual(["aws_lb.main", "aws_lb_listener_rule.loki"]);
});

test("what the configuration leaves to others, or does not set, is left alone", () => {
  const found = judgeDrift(
    "60-ecs",
    plan(
      [
        resource("aws_ecs_service.loki", "update", ["desired_count"]),
        resource("aws_ecs_cluster.main", "update", ["tags_all"]),
      ],
      [resource("aws_ecs_service.loki", "no-op"), resource("aws_ecs_cluster.main", "no-op")],
    ),
    new Map([["aws_ecs_service.loki", ["desired_count"]]]),
  );
  expect(found).toMatchObject({ status: "clean", drifted: [] });
  expect(found.leftAlone).toHaveLength(2);
});

test("a count that others own is no drift even while something else of the service changes", () => {
  const found = judgeDrift(
    "60-ecs",
    plan(
      [resource("aws_ecs_service.loki", "update", ["desired_count"])],
      [resource("aws_ecs_service.loki", "update", ["task_definition"])],
    ),
    new Map([["aws_ecs_service.loki", ["desired_count"]]]),
  );
  expect(found).toMatchObject({ status: "clean", unapplied: ["update aws_ecs_service.loki"] });
});

test("an attribute inside one that belongs to others belongs to them too, and its namesake does not", () => {
  const service = "aws_ecs_service.loki";
  const of = (path: string, ignored: readonly string[]) =>
    judgeDrift(
      "60-ecs",
      plan([resource(service, "update", [path])], [resource(service, "update", [path])]),
      new Map([[service, ignored]]),
    ).status;
  expect(of("load_balancer[0].container_port", ["load_balancer"])).toBe("clean");
  expect(of("load_balancer[0].container_port", ["load_balancer[0].container_port"])).toBe("clean");
  expect(of('tags["Owner"]', ['tags["Owner"]'])).toBe("clean");
  expect(of("tags.Owner", ['tags["Owner"]'])).toBe("clean");
  expect(of("network_configuration[0].subnets", ["all"])).toBe("clean");
  expect(of("load_balancer_type", ["load_balancer"])).toBe("drifted");
  expect(of("load_balancer[0].container_port", ["load_balancer[1]"])).toBe("drifted");
});

test("what is gone is drift only if the configuration still wants it", () => {
  const gone = [resource("aws_lb_listener_rule.loki", "delete")];
  const of = (resources: readonly ResourcePlan[]) => judgeDrift("50-alb", plan(gone, resources), new Map());
  expect(of([resource("aws_lb_listener_rule.loki", "create")])).toMatchObject({ status: "drifted", leftAlone: [] });
  expect(of([])).toMatchObject({ status: "clean", drifted: [] });
  expect(of([]).leftAlone.map(({ address }) => address)).toEqual(["aws_lb_listener_rule.loki"]);
  expect(of([resource("aws_lb_listener_rule.loki", "no-op")])).toMatchObject({ status: "clean" });
});

test("a change of another attribute that begins alike mends nothing", () => {
  const found = judgeDrift(
    "50-alb",
    plan([resource("aws_lb.main", "update", ["tags_all.x"])], [resource("aws_lb.main", "update", ["tags"])]),
    new Map(),
  );
  expect(found).toMatchObject({ status: "clean" });
});

test("what is configured and not applied yet is no drift", () => {
  const found = judgeDrift("01-vpc", plan([], [resource("aws_vpc_endpoint.s3", "create")]), new Map());
  expect(found).toMatchObject({ status: "clean", unapplied: ["create aws_vpc_endpoint.s3"] });
});
