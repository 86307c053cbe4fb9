import { buildReport } from "../../../../tools/delivery/report/plan-report";
import { renderHtml } from "../../../../tools/delivery/report/html";
import { renderMarkdown } from "../../../../tools/delivery/report/markdown";
import type { ChangeOrder, OrderStep } from "../../../../tools/terraform/order/order-of-change";

const step = (id: string, after: readonly string[], because: readonly string[] = []): OrderStep => ({
  id,
  layer: id.split(",")[0] ?? id,
  part: "all",
  after,
  because,
});

const order: ChangeOrder = {
  steps: [
    step("20-iam", []),
    step("50-alb", []),
    step("60-ecs", ["20-iam", "50-alb"]),
    step("20-iam, deletions", ["60-ecs"], ["aws_iam_role.x is deleted, and <b>60-ecs</b> uses it"]),
  ],
  warnings: [{ layer: "50-alb", text: "aws_lb_target_group.x is deleted, and 60-ecs goes on using it" }],
  notes: [{ layer: "50-alb", text: "aws_lb_listener_rule.y goes before 60-ecs is changed" }],
};

const reports = [renderMarkdown, renderHtml].map((render) => render(buildReport([], { order })));

test.each(reports)("the order is shown, what waits with its reason, and what interrupts (form %#)", (text) => {
  expect(text).toContain("20-iam + 50-alb → 60-ecs → 20-iam, deletions");
  expect(text).toMatch(/20-iam, deletions\W+(\/b> )?waits: aws_iam_role\.x is deleted/);
  expect(text).toMatch(/50-alb\W+(\/b> )?interrupts: aws_lb_listener_rule\.y goes before/);
  // Nothing that a plan says becomes markup.
  expect(text).not.toContain("<b>60-ecs</b> uses");
});

test.each(reports)("plans that contradict each other are a warning (form %#)", (text) => {
  expect(text).toContain("aws_lb_target_group.x is deleted, and 60-ecs goes on using it.");
});

test("of one step nothing is said", () => {
  const one = { ...order, steps: order.steps.slice(0, 1) };
  expect(renderMarkdown(buildReport([], { order: one }))).not.toContain("Order:");
});
