import { judgeAdoption, renderAdoption, type PlannedForAdoption } from "../../../../tools/delivery/adoption/report";
import type { PlanSummary, ResourcePlan } from "../../../../tools/terraform/plan-summary";
import { planSummary } from "../../../support/plans";
import { UserError } from "../../../../tools/terminal/user-error";
import type { Outcome } from "../../../../tools/layers/waves";

function resource(address: string, parts: Partial<ResourcePlan> = {}): ResourcePlan {
  return {
    address,
    previousAddress: undefined,
    mode: "managed",
    type: "aws_x",
    action: "no-op",
    differences: [],
    ...parts,
  };
}

function done(layer: string, plan: Partial<PlanSummary>): Outcome<PlannedForAdoption> {
  return { layer, status: "done", seconds: 1.5, value: { summary: planSummary(plan), provisional: undefined } };
}

const moved = done("01-vpc", {
  resources: [resource("aws_vpc.main", { previousAddress: "module.vpc.aws_vpc.main" }), resource("aws_eip.a")],
});

test("nothing changes only if every layer was planned and none changes", () => {
  const adoption = judgeAdoption(
    "baseline",
    [moved, done("15-s3", { resources: [resource("aws_s3_bucket.b")] })],
    12.34,
  );

  expect(adoption).toMatchObject({ unchanged: true, noOp: 3, managed: 3 });
  expect(renderAdoption(adoption)).toMatch(
    /\n3 of 3 no-op, no output changes: nothing changes \(profile baseline, 12.3 s\)$/,
  );
});

test("shows every difference of a change, and what forces a replacement", () => {
  const differences = [
    { path: "name", before: '"a"', after: '"b"', forcesReplacement: true },
    { path: "text", before: "(absent)", after: JSON.stringify("x".repeat(500)), forcesReplacement: false },
  ];
  const change = resource("aws_lb.x", { action: "replace", previousAddress: "module.alb.aws_lb.x", differences });
  const adoption = judgeAdoption("baseline", [moved, done("50-alb", { resources: [change] })], 1);
  const text = renderAdoption(adoption);

  expect(adoption.unchanged).toBe(false);
  expect(text).toContain("50-alb: replace aws_lb.x (moved from module.alb.aws_lb.x)");
  expect(text).toContain('    name: "a" -> "b"  # forces replacement');
  expect(text).toContain("x".repeat(500));
  expect(text).toContain("2 of 3 no-op, 0 output changes (profile baseline");
});

test("an output that changes is a change", () => {
  const outputs = [{ name: "vpc_id", action: "update" as const, before: '"a"', after: '"b"' }];
  const adoption = judgeAdoption("baseline", [done("01-vpc", { outputs })], 1);

  expect(adoption.unchanged).toBe(false);
  expect(renderAdoption(adoption)).toContain('01-vpc: update output vpc_id\n    "a" -> "b"');
});

test("a layer that could not be planned is no proof, and says why", () => {
  const error = new UserError({ what: "The state is locked.", mend: "wait" });
  const adoption = judgeAdoption("baseline", [moved, { layer: "15-s3", status: "failed", error, seconds: 2 }], 1);
  const text = renderAdoption(adoption);

  expect(adoption.unchanged).toBe(false);
  expect(text).toContain("error: The state is locked.\n  fix: wait");
  expect(text).toContain("1 of 2 layers could not be planned");
});

test("drift is shown, and is no change", () => {
  const drift = [
    resource("aws_ecs_service.x", {
      action: "update",
      differences: [{ path: "desired_count", before: "1", after: "2", forcesReplacement: false }],
    }),
  ];
  const adoption = judgeAdoption(
    "baseline",
    [done("60-ecs", { resources: [resource("aws_ecs_service.x")], drift })],
    1,
  );

  expect(adoption.unchanged).toBe(true);
  expect(renderAdoption(adoption)).toContain(
    "60-ecs: changed outside Terraform: aws_ecs_service.x\n    desired_count: 1 -> 2",
  );
});
