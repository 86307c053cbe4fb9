import { planJson } from "../../support/plans";
import { changesNothing, countPlan, summarizePlan } from "../../../tools/terraform/plan-summary";

interface Change {
  actions: string[];
  before?: unknown;
  after?: unknown;
  after_unknown?: unknown;
  before_sensitive?: unknown;
  after_sensitive?: unknown;
  replace_paths?: (string | number)[][];
}

function resource(address: string, change: Change, more: object = {}) {
  return { address, mode: "managed", type: address.split(".")[0], change, ...more };
}

function summarize(resources: object[], more: object = {}) {
  return summarizePlan(planJson({ resource_changes: resources, ...more }));
}

function differences(change: Partial<Change>) {
  return summarize([resource("aws_x.y", { actions: ["update"], ...change })]).resources[0]?.differences ?? [];
}

describe("countPlan", () => {
  test("a move that changes nothing is a no-op", () => {
    const plan = summarize([
      resource("aws_vpc.main", { actions: ["no-op"] }, { previous_address: "module.vpc.aws_vpc.main" }),
      resource("data.aws_x.y", { actions: ["read"] }, { mode: "data" }),
    ]);

    expect(countPlan(plan)).toMatchObject({ managed: 1, moved: 1, noOp: 1, create: 0, outputChanges: 0 });
    expect(changesNothing(plan)).toBe(true);
  });

  test("both orders of delete and create are a replacement", () => {
    const plan = summarize([
      resource("aws_a.x", { actions: ["delete", "create"] }),
      resource("aws_b.x", { actions: ["create", "delete"] }),
      resource("aws_c.x", { actions: ["delete"] }),
      resource("aws_d.x", { actions: ["create"], after: { name: "d" } }),
      resource("aws_e.x", { actions: ["update"] }),
      resource("aws_f.x", { actions: ["forget"] }),
    ]);

    expect(countPlan(plan)).toEqual({
      managed: 6,
      moved: 0,
      noOp: 0,
      create: 1,
      update: 1,
      replace: 2,
      delete: 1,
      forget: 1,
      imported: 0,
      unknown: 0,
      outputChanges: 0,
    });
    expect(changesNothing(plan)).toBe(false);
  });

  test("an output that changes is a change even when no resource does", () => {
    const plan = summarize([], {
      output_changes: {
        same: { actions: ["no-op"], before: 1, after: 1 },
        name: { actions: ["update"], before: "a", after: "b" },
        secret: { actions: ["update"], before: "a", after: "b", before_sensitive: true, after_sensitive: true },
        arn: { actions: ["create"], before: null, after_unknown: true },
      },
    });

    expect(plan.outputs).toEqual([
      { name: "name", action: "update", before: '"a"', after: '"b"' },
      { name: "secret", action: "update", before: "(sensitive)", after: "(sensitive)" },
      { name: "arn", action: "create", before: "(absent)", after: "(known after apply)" },
    ]);
    expect(changesNothing(plan)).toBe(false);
  });

  test("an action that Terraform may add later is none that is known, and no no-op", () => {
    const plan = summarize([resource("aws_a.x", { actions: ["dance"] })]);

    expect(plan.resources[0]?.action).toBe("unknown");
    expect(plan.cannotShow).toEqual(['the action "dance" of aws_a.x']);
    expect([countPlan(plan).unknown, changesNothing(plan)]).toEqual([1, false]);
  });
});

describe("differences", () => {
  test("finds the attribute inside nested values", () => {
    const found = differences({
      before: { ingress: [{ port: 80, cidrs: ["a", "b"] }], name: "n" },
      after: { ingress: [{ port: 80, cidrs: ["a", "c"] }], name: "n" },
    });

    expect(found).toEqual([
      { path: "ingress[0].cidrs", before: '["a","b"]', after: '["a","c"]', forcesReplacement: false },
    ]);
  });

  test("shows short lists of texts as one", () => {
    const found = differences({ before: { zones: ["a"] }, after: { zones: ["b", "a"] } });

    expect(found).toEqual([{ path: "zones", before: '["a"]', after: '["b","a"]', forcesReplacement: false }]);
  });

  test("looks into JSON texts, such as container definitions", () => {
    const found = differences({
      before: { container_definitions: JSON.stringify([{ name: "tempo", image: "tempo:1" }]) },
      after: { container_definitions: JSON.stringify([{ image: "tempo:2", name: "tempo" }]) },
    });

    expect(found.map(({ path, before, after }) => [path, before, after])).toEqual([
      ['container_definitions["tempo"].image', '"tempo:1"', '"tempo:2"'],
    ]);
  });

  test("shows JSON texts that differ in form only as they are", () => {
    const found = differences({ before: { policy: '{"a":1}' }, after: { policy: '{ "a": 1 }' } });

    expect(found.map(({ path }) => path)).toEqual(["policy"]);
  });

  test("never shows a sensitive value", () => {
    const found = differences({
      before: { login: { user: "u", password: "old secret" } },
      after: { login: { user: "u", password: "new secret" } },
      before_sensitive: { login: { password: true } },
      after_sensitive: { login: { password: true } },
    });

    expect(found).toEqual([
      { path: "login.password", before: "(sensitive)", after: "(sensitive)", forcesReplacement: false, masked: true },
    ]);
  });

  test("tells a mark from a change of the value: Terraform counts both as an update", () => {
    const same = { role_arn: "arn:1", list: ["a"] };
    const found = differences({
      before: same,
      after: same,
      before_sensitive: { role_arn: true },
      after_sensitive: { list: [false] },
    });

    expect(found).toEqual([
      {
        path: "role_arn",
        before: "(sensitive)",
        after: "(the same, not sensitive)",
        forcesReplacement: false,
        masked: true,
      },
    ]);
  });

  test("shows what stands beside a sensitive part of a list, and not that part", () => {
    const found = differences({
      before: { list: ["secret"] },
      after: { list: ["secret", "more"] },
      after_sensitive: { list: [true, false] },
    });

    expect(JSON.stringify(found)).not.toContain("secret");
    expect(found.map(({ path, after }) => `${path}: ${after}`)).toEqual([
      "list[0]: (the same, sensitive)",
      'list[1]: "more"',
    ]);
  });

  test("does not look into a JSON text that is sensitive", () => {
    const found = differences({
      before: { text: '{"password":"a"}' },
      after: { text: '{"password":"b"}' },
      before_sensitive: { text: true },
    });

    expect(found).toEqual([
      { path: "text", before: "(sensitive)", after: "(sensitive)", forcesReplacement: false, masked: true },
    ]);
  });

  test("marks what is known only after apply and what forces the replacement", () => {
    const found = differences({
      actions: ["delete", "create"],
      before: { arn: "arn:1", port: 80 },
      after: { port: 81 },
      after_unknown: { arn: true },
      replace_paths: [["port"]],
    });

    expect(found).toEqual([
      { path: "arn", before: '"arn:1"', after: "(known after apply)", forcesReplacement: false },
      { path: "port", before: "80", after: "81", forcesReplacement: true },
    ]);
  });

  test("lists what a new resource is given, without what is absent", () => {
    const found = differences({
      actions: ["create"],
      before: null,
      after: { name: "n", size: null },
      after_unknown: { id: true },
    });

    expect(found.map(({ path, after }) => [path, after])).toEqual([
      ["id", "(known after apply)"],
      ["name", '"n"'],
    ]);
  });

  test("quotes keys that are no identifiers", () => {
    const found = differences({ before: { tags: { "a b": "1" } }, after: { tags: { "a b": "2" } } });

    expect(found[0]?.path).toBe('tags["a b"]');
  });
});
