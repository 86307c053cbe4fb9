import { planJson } from "../../support/plans";
import { comparePlans, type Filled } from "../../../tools/delivery/compare-plans";
import type { PlanChange, PlanJson } from "../../../tools/terraform/plan-json";

const mark = "arn:aws:unknown:::__unknown__20-iam.task_role_arns[mimir]__";
const role = "arn:aws:iam::123456789012:role/mimir";
const filled: readonly Filled[] = [
  { layer: "20-iam", output: "task_role_arns", path: ["mimir"], value: mark, actual: role },
  { layer: "35-elasticache", output: "port", path: [], value: 64_999, actual: 11_211 },
];

function plan(change: Partial<PlanChange>, outputs: Record<string, PlanChange> = {}): PlanJson {
  const resource = {
    address: "aws_x.a",
    mode: "managed",
    type: "aws_x",
    change: { actions: ["create"], before: null, ...change },
  };
  return planJson({ resource_changes: [resource], output_changes: outputs });
}

function compare(approved: Partial<PlanChange>, now: Partial<PlanChange>) {
  return comparePlans(plan(approved), plan(now), filled);
}

test("placeholders that got what the upstream put out are no difference, inside JSON texts too", () => {
  const policy = (arn: string): string => JSON.stringify({ Statement: [{ Resource: `${arn}/*` }] });
  const approved = { after: { role: mark, policy: policy(mark), port: 64_999 } };

  expect(compare(approved, { after: { role, policy: policy(role), port: 11_211 } })).toEqual([]);
});

test("a placeholder that got anything else is a difference", () => {
  expect(compare({ after: { role: mark } }, { after: { role: "arn:aws:iam::123456789012:role/other" } })).toEqual([
    { address: "aws_x.a", path: "role", approved: JSON.stringify(mark), now: '"arn:aws:iam::123456789012:role/other"' },
  ]);
});

test.each([
  [
    "an image tag",
    "containers",
    '[{"image":"r:1","role":"ROLE"}]',
    '[{"image":"r:2","role":"ROLE"}]',
    "containers[0].image",
  ],
  [
    "a policy statement",
    "policy",
    '{"Statement":[{"Action":"a","Resource":"ROLE"}]}',
    '{"Statement":[{"Action":"b","Resource":"ROLE"}]}',
    "policy.Statement[0].Action",
  ],
  ["an attribute", "cpu", "ROLE 512", "ROLE 1024", "cpu"],
])("%s that changes beside a placeholder is found, by its path", (_what, key, before, after, path) => {
  const found = compare(
    { after: { [key]: before.replace("ROLE", mark) } },
    { after: { [key]: after.replace("ROLE", role) } },
  );
  expect(found.map((difference) => difference.path)).toEqual([path]);
});

test("an address that comes or goes, an action and a move are differences", () => {
  const nothing: PlanJson = { ...plan({}), resource_changes: [] };
  expect(comparePlans(plan({}), nothing, [])).toMatchObject([
    { path: "action", approved: "create", now: "(not in the plan)" },
  ]);
  expect(comparePlans(nothing, plan({}), [])).toMatchObject([{ approved: "(not in the plan)", now: "create" }]);
  expect(compare({ actions: ["update"] }, { actions: ["delete", "create"] })).toMatchObject([
    { now: "delete, then create" },
  ]);
  const moved = plan({ actions: ["no-op"] });
  const [resource] = moved.resource_changes;
  if (resource !== undefined) resource.previous_address = "module.x.aws_x.a";
  expect(comparePlans(plan({ actions: ["no-op"] }), moved, [])).toMatchObject([{ path: "moved from" }]);
});

test("a known value that is no longer known is a difference, and the other way round", () => {
  const known = { after: { a: "x" }, after_unknown: {} };
  const unknown = { after: {}, after_unknown: { a: true } };
  expect(compare(known, unknown)).toMatchObject([{ path: "a", approved: '"x"', now: "(known after apply)" }]);
  expect(compare(unknown, known)).toMatchObject([{ path: "a", approved: "(known after apply)", now: '"x"' }]);
});

test("a set that a placeholder sorted otherwise is the same; a list without placeholders keeps its order", () => {
  expect(compare({ after: { arns: [mark, "b"] } }, { after: { arns: ["b", role] } })).toEqual([]);
  expect(compare({ after: { arns: ["a", "b"] } }, { after: { arns: ["b", "a"] } })).toHaveLength(2);
});

test("what neither plan touches may move by itself", () => {
  const update = (count: number, tag: string) => ({
    actions: ["update"],
    before: { desired_count: count, tag: "1" },
    after: { desired_count: count, tag },
  });
  expect(compare(update(1, "2"), update(4, "2"))).toEqual([]);
  expect(compare(update(1, "2"), update(4, "3"))).toMatchObject([{ path: "tag" }]);
});

test("an upstream value that turns out to be what it was: nothing is done where an update was approved", () => {
  const approved = {
    actions: ["update"],
    before: { role, out: "x" },
    after: { role: mark },
    after_unknown: { out: true },
  };
  const now = { actions: ["no-op"], before: { role, out: "x" }, after: { role, out: "x" }, after_unknown: {} };
  expect(compare(approved, now)).toEqual([]);
  // But not where a known change no longer happens.
  expect(compare({ ...approved, after: { role: mark, cpu: 2 } }, now)).toMatchObject([{ path: "cpu" }]);
});

test("sensitive values are compared, and not shown", () => {
  const found = compare(
    { after: { secret: "one" }, after_sensitive: { secret: true } },
    { after: { secret: "two" }, after_sensitive: { secret: true } },
  );
  expect(found).toEqual([{ address: "aws_x.a", path: "secret", approved: "(sensitive)", now: "(sensitive)" }]);
});

test("outputs are compared too", () => {
  const output = (after: string): Record<string, PlanChange> => ({ x: { actions: ["create"], before: null, after } });
  expect(comparePlans(plan({}, output(mark)), plan({}, output(role)), filled)).toEqual([]);
  expect(comparePlans(plan({}, output("a")), plan({}, output("b")), filled)).toMatchObject([{ address: "output x" }]);
});

describe("an apply that stopped half way", () => {
  const partly = (approved: Partial<PlanChange>, now: Partial<PlanChange>) =>
    comparePlans(plan(approved), plan(now), filled, { partlyDone: true });
  const made = { actions: ["no-op"] as PlanChange["actions"], before: { cpu: 1, id: "i" }, after: { cpu: 1, id: "i" } };

  test("what was approved may be done already", () => {
    const approved = { after: { cpu: 1 }, after_unknown: { id: true } };
    expect(partly(approved, made)).toEqual([]);
    expect(compare(approved, made)).toMatchObject([{ path: "action" }]);
  });

  test("what hangs on it may be known already", () => {
    const approved = { after: { cpu: 1 }, after_unknown: { target: true } };
    const now = { after: { cpu: 1, target: "arn:made" }, after_unknown: {} };
    expect(partly(approved, now)).toEqual([]);
    expect(compare(approved, now)).toMatchObject([{ path: "target" }]);
  });

  test("what was approved to be deleted may be gone already", () => {
    const approved = plan({ actions: ["delete"], before: { cpu: 1 }, after: null });
    const now = { ...plan({}), resource_changes: [] };
    expect(comparePlans(approved, now, filled, { partlyDone: true })).toEqual([]);
    expect(comparePlans(approved, now, filled)).toMatchObject([{ path: "action" }]);
  });

  test("but nothing else: another value, or a change that nobody approved", () => {
    expect(partly({ after: { cpu: 1 } }, { ...made, after: { cpu: 2, id: "i" } })).toMatchObject([{ path: "cpu" }]);
    expect(partly({ after: { cpu: 1 } }, { after: { cpu: 2 } })).toMatchObject([{ path: "cpu" }]);
    expect(partly(made, { actions: ["delete"], before: { cpu: 1 }, after: null })).toMatchObject([{ path: "action" }]);
  });
});
