import { planJson } from "../../../support/plans";
import type { PlanChange } from "../../../../tools/terraform/plan-json";
import { outputsState } from "../../../../tools/terraform/provisional/outputs-state";
import { placeholderName } from "../../../../tools/terraform/provisional/placeholder";
import { plannedOutputs } from "../../../../tools/terraform/provisional/planned-outputs";
import { readsIn } from "../../../../tools/terraform/provisional/reads";

function outputsOf(layer: string, changes: Record<string, Partial<PlanChange>>, keys: readonly string[] = []) {
  const output_changes = Object.fromEntries(
    Object.entries(changes).map(([name, change]) => [name, { actions: ["create"], ...change }]),
  );
  return plannedOutputs(layer, planJson({ output_changes }), () => keys);
}

test("known values stay; an unknown ARN becomes one that a provider takes", () => {
  const { values, placeholders } = outputsOf("50-alb", {
    alb_dns_name: { after: "x.elb" },
    alb_arn: { after_unknown: true },
  });

  expect(values.alb_dns_name).toBe("x.elb");
  // As the provider checks it: partition aws, empty region and account, a resource.
  expect(values.alb_arn).toBe("arn:aws:unknown:::__unknown__50-alb.alb_arn__");
  expect(placeholders.map(placeholderName)).toEqual(["50-alb.alb_arn"]);
});

test("of a list, the unknown elements are placeholders; unknown as a whole it is as long as it was, or has two", () => {
  const partly = outputsOf("01-vpc", {
    private_subnet_ids: { after: ["subnet-1", null], after_unknown: [false, true] },
  });
  expect(partly.values.private_subnet_ids).toEqual(["subnet-1", "__unknown__01-vpc.private_subnet_ids[1]__"]);

  const before = ["a", "b", "c"];
  expect(
    outputsOf("01-vpc", { private_subnet_ids: { before, after_unknown: true } }).values.private_subnet_ids,
  ).toHaveLength(3);
  expect(outputsOf("01-vpc", { private_subnet_ids: { after_unknown: true } }).values.private_subnet_ids).toEqual([
    "__unknown__01-vpc.private_subnet_ids[0]__",
    "__unknown__01-vpc.private_subnet_ids[1]__",
  ]);
});

test("of a map, the unknown entries are placeholders; unknown as a whole it has the keys that are read", () => {
  const partly = outputsOf("50-alb", {
    target_group_arns: { after: { grafana: "arn:g" }, after_unknown: { "tempo-4318": true } },
  });
  expect(partly.values.target_group_arns).toEqual({
    grafana: "arn:g",
    "tempo-4318": "arn:aws:unknown:::__unknown__50-alb.target_group_arns[tempo-4318]__",
  });

  const whole = outputsOf("20-iam", { task_role_arns: { after_unknown: true } }, ["loki", "mimir"]);
  expect(Object.keys(whole.values.task_role_arns as object)).toEqual(["loki", "mimir"]);
});

test("a number is a port that providers take, a CIDR block one that no network has", () => {
  const { values } = outputsOf("35-elasticache", { port: { after_unknown: true } });
  expect(values.port).toBe(64_999);
  expect(outputsOf("01-vpc", { vpc_cidr: { after_unknown: true } }).values.vpc_cidr).toBe("192.0.2.0/24");
});

test("unapplied is what changes; null and deleted outputs are not in a state", () => {
  const outputs = outputsOf("01-vpc", {
    vpc_id: { actions: ["no-op"], after: "vpc-1" },
    renamed: { after: "x" },
    gone: { actions: ["delete"], before: "y" },
    none: { after: null },
  });
  expect([...outputs.unapplied.keys()].sort()).toEqual(["gone", "none", "renamed"]);
  expect(Object.keys(outputs.values)).toEqual(["vpc_id", "renamed"]);
});

test("of a map that stays, only the keys that change are unapplied: a layer that reads others need not wait", () => {
  const { unapplied } = outputsOf("50-alb", {
    target_group_arns: {
      actions: ["update"],
      before: { grafana: "arn:g", tempo: "arn:t", loki: "arn:l" },
      after: { grafana: "arn:g", loki: "arn:other" },
      after_unknown: { mimir: true },
    },
    service_arns: { actions: ["update"], before: { loki: "arn:l" }, after_unknown: true },
  });
  expect(unapplied.get("target_group_arns")).toEqual(new Set(["loki", "mimir", "tempo"]));
  expect(unapplied.get("service_arns")).toBe("all");
});

test("the state that stands in spells each type, and keeps what is sensitive so", () => {
  const state = JSON.parse(
    outputsState({ values: { a: "x", n: 1, l: ["x", 2], m: { k: true } }, sensitive: new Set(["a"]) }),
  ) as { outputs: unknown };
  expect(state.outputs).toEqual({
    a: { value: "x", type: "string", sensitive: true },
    n: { value: 1, type: "number" },
    l: { value: ["x", 2], type: ["tuple", ["string", "number"]] },
    m: { value: { k: true }, type: ["object", { k: "bool" }] },
  });
});

test("finds which outputs a layer reads, and by which keys, however deep the expression is quoted", () => {
  const text = JSON.stringify({
    a: '${data.terraform_remote_state.alb.outputs.target_group_arns["tempo"]}',
    b: `\${jsonencode({ "x" = data.terraform_remote_state.vpc.outputs.vpc_id, y = "\${data.terraform_remote_state.alb.outputs.target_group_arns["loki"]}" })}`,
    c: '${data.terraform_remote_state.iam.outputs["role"]}',
    d: "${keys(data.terraform_remote_state.all.outputs)}",
  });

  const reads = readsIn(text);

  expect([...(reads.get("alb")?.outputs.get("target_group_arns") ?? [])]).toEqual(["tempo", "loki"]);
  expect([...(reads.get("vpc")?.outputs.keys() ?? [])]).toEqual(["vpc_id"]);
  expect([...(reads.get("iam")?.outputs.keys() ?? [])]).toEqual(["role"]);
  expect(["alb", "vpc", "iam", "all"].map((name) => reads.get(name)?.all)).toEqual([false, false, false, true]);
});
