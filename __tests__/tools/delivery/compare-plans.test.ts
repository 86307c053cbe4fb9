import { planJson, recordedPlan, RECORDED_LAYERS, resourceIn } from "../../support/plans";
import { comparePlans, type Filled } from "../../../tools/delivery/compare-plans";
import type { PlanChange, PlanJson, PlanResource } from "../../../tools/terraform/plan-json";

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

  test("an approved deletion that became a no-op is refused: what was to go stays, and nobody approved that", () => {
    const gone = { actions: ["delete"], before: { cpu: 1, id: "i" }, after: null };
    expect(partly(gone, made)).toMatchObject([{ path: "action", approved: "delete", now: "no-op" }]);
    expect(compare(gone, made)).toMatchObject([{ path: "action" }]);
  });

  test("a replacement that was made, and whose old object was not deleted yet, is finished; another object is not", () => {
    const approved = {
      actions: ["create", "delete"],
      before: { cpu: 1, id: "old" },
      after: { cpu: 2 },
      after_unknown: { id: true },
    };
    const now = (id: string): PlanJson => {
      const left = { actions: ["delete"], before: { cpu: 1, id }, after: null };
      const replaced = { actions: ["no-op"], before: { cpu: 2, id: "new" }, after: { cpu: 2, id: "new" } };
      const resource = { address: "aws_x.a", mode: "managed", type: "aws_x" };
      const deposed = { ...resource, deposed: "00000001", change: left };
      return planJson({ resource_changes: [deposed, { ...resource, change: replaced }] });
    };
    const options = { partlyDone: true };
    expect(comparePlans(plan(approved), now("old"), filled, options)).toEqual([]);
    expect(comparePlans(plan(approved), now("another"), filled, options)).toMatchObject([
      { address: "aws_x.a (deposed 00000001)", path: "action", approved: "(not in the plan)", now: "delete" },
    ]);
    expect(comparePlans(plan(approved), now("old"), filled)).toMatchObject([{ path: "action" }]);
  });

  test("but nothing else: another value, or a change that nobody approved", () => {
    expect(partly({ after: { cpu: 1 } }, { ...made, after: { cpu: 2, id: "i" } })).toMatchObject([{ path: "cpu" }]);
    expect(partly({ after: { cpu: 1 } }, { after: { cpu: 2 } })).toMatchObject([{ path: "cpu" }]);
    expect(partly(made, { actions: ["delete"], before: { cpu: 1 }, after: null })).toMatchObject([{ path: "action" }]);
  });
});

describe("of a real plan, every change that the approval does not cover is refused", () => {
  /** A way to change one value of a plan that holds one resource or output. */
  type Mutation = readonly [what: string, mutate: (plan: PlanJson) => void];
  type Container = Record<string, unknown>;

  /** All ways to change one text, number or boolean below a value; also inside documents, which are texts. */
  function mutationsOf(value: unknown, find: (plan: PlanJson) => Container, path: string): readonly Mutation[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]): readonly Mutation[] => {
      const place = `${path}.${key}`;
      const below = (plan: PlanJson): Container => find(plan)[key] as Container;
      if (typeof inner === "object" && inner !== null) return mutationsOf(inner, below, place);
      const replace: Mutation = [place, (plan) => (find(plan)[key] = other(inner))];
      return typeof inner === "string" && /^[[{]/.test(inner)
        ? [replace, ...inDocument(inner, find, key, place)]
        : [replace];
    });
  }

  function inDocument(
    text: string,
    find: (plan: PlanJson) => Container,
    key: string,
    place: string,
  ): readonly Mutation[] {
    let content: Container = {};
    return mutationsOf(JSON.parse(text), () => content, place).map(([what, mutate]) => [
      what,
      (plan) => {
        content = JSON.parse(text) as Container;
        mutate(plan);
        find(plan)[key] = JSON.stringify(content);
      },
    ]);
  }

  function other(value: unknown): unknown {
    if (typeof value === "boolean") return !value;
    if (typeof value === "number") return value + 1;
    return typeof value === "string" ? `${value}x` : "x";
  }

  /** Parts that say what is done: not what was there before, and not what is only said about it. */
  const PARTS = ["after", "after_unknown"] as const;

  function mutationsOfChange(change: PlanChange, find: (plan: PlanJson) => PlanChange): readonly Mutation[] {
    const actions = mutationsOf(change.actions, (plan) => find(plan).actions as unknown as Container, "actions");
    if (change.actions.join() === "no-op") return actions;
    return [
      ...actions,
      ...PARTS.flatMap((part) => mutationsOf(change[part], (plan) => find(plan)[part] as Container, part)),
    ];
  }

  type Piece = readonly [PlanJson, readonly Mutation[]];

  /** The plan cut into plans of one resource or output each, with all ways to change it. */
  function pieces(plan: PlanJson): readonly Piece[] {
    const nothing: PlanJson = { ...plan, resource_changes: [], output_changes: {} };
    const ofResource = ({ resource_changes: [resource] }: PlanJson): PlanResource => {
      if (resource === undefined) throw new Error("there is no resource");
      return resource;
    };
    return [
      ...plan.resource_changes.map((resource): Piece => {
        const names = ["address", "type", "provider_name", "mode"] as const;
        const origin = names.map((name): Mutation => [
          name,
          (one) => Object.assign(ofResource(one), { [name]: other(resource[name]) }),
        ]);
        const changes = mutationsOfChange(resource.change, (one) => ofResource(one).change);
        return [{ ...nothing, resource_changes: [resource] }, [...origin, ...changes]];
      }),
      ...Object.entries(plan.output_changes).map(([name, change]): Piece => {
        const find = ({ output_changes: { [name]: found } }: PlanJson): PlanChange => found ?? change;
        return [{ ...nothing, output_changes: { [name]: change } }, mutationsOfChange(change, find)];
      }),
    ];
  }

  test.each(RECORDED_LAYERS)("%s", (layer) => {
    let count = 0;
    const unseen = pieces(recordedPlan(layer)).flatMap(([piece, mutations]) => {
      expect(comparePlans(piece, structuredClone(piece), [])).toEqual([]);
      count += mutations.length;
      return mutations.flatMap(([what, mutate]) => {
        const changed = structuredClone(piece);
        mutate(changed);
        return comparePlans(piece, changed, []).length === 0 ? [what] : [];
      });
    });
    expect(count).toBeGreaterThan(20);
    expect(unseen).toEqual([]);
  });

  const base = recordedPlan("20-iam");
  const changed = (change: (plan: PlanJson) => void): readonly string[] => {
    const now = recordedPlan("20-iam");
    change(now);
    return comparePlans(base, now, []).map(({ address, path }) => `${address} ${path}`);
  };

  test("a deletion of what an earlier replacement left behind is none of the live object", () => {
    const role = "aws_iam_role.loki_task";
    const found = changed((now) => {
      const change = { actions: ["delete"], before: { id: "x" }, after: null };
      now.resource_changes.push({ address: role, mode: "managed", type: "aws_iam_role", deposed: "0000000a", change });
    });
    expect(found).toEqual([`${role} (deposed 0000000a) action`]);
  });

  test("an entry more of the same object hides none", () => {
    const found = changed((now) => {
      const role = resourceIn(now, "aws_iam_role.loki_task");
      now.resource_changes.unshift({ ...role, change: { ...role.change, actions: ["delete"] } });
    });
    expect(found).toEqual(["the plan entries of resources"]);
  });

  test("an import, an action, a deferred change, a failure, a read, another object, a deletion that takes more along", () => {
    const policy = "aws_iam_role_policy.grafana_cloudwatch_access";
    const read = { actions: ["read"], before: null, after: {} };
    expect(changed((now) => (resourceIn(now, policy).change.importing = { id: "x" }))).toEqual([
      `${policy} imported by`,
    ]);
    expect(changed((now) => now.action_invocations.push({ address: "action.aws_x.y" }))).toEqual([
      "the plan action invocations",
    ]);
    const deferred = { reason: "unknown", resource_change: resourceIn(base, policy) };
    expect(changed((now) => now.deferred_changes.push(deferred))).toEqual(["the plan deferred changes"]);
    expect(changed((now) => (now.errored = true))).toEqual(["the plan errored"]);
    expect(changed((now) => (now.complete = false))).toEqual(["the plan complete"]);
    expect(
      changed((now) =>
        now.resource_changes.push({ address: "data.external.x", mode: "data", type: "external", change: read }),
      ),
    ).toEqual(["data.external.x action"]);
    expect(changed((now) => Object.assign(resourceIn(now, policy).change.before as object, { id: "other" }))).toEqual([
      `${policy} id of what exists`,
    ]);
    const bucket = (force: boolean): PlanJson =>
      plan({ actions: ["delete"], before: { id: "b", force_destroy: force }, after: null });
    expect(comparePlans(bucket(false), bucket(true), [])).toMatchObject([{ path: "force_destroy of what exists" }]);
  });
});
