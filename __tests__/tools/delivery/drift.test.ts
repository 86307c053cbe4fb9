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

test("what is configured and not applied yet is no drift", () => {
  const found = judgeDrift("01-vpc", plan([], [resource("aws_vpc_endpoint.s3", "create")]), new Map());
  expect(found).toMatchObject({ status: "clean", unapplied: ["create aws_vpc_endpoint.s3"] });
});
