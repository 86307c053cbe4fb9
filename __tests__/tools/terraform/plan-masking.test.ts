/** Masking hides secrets, never the documents around them. */
import { summarizePlan } from "../../../tools/terraform/plan-summary";
import { planJson } from "../../support/plans";

const SECRET = "correct-horse-battery";

interface Change {
  readonly before?: object | null;
  readonly after?: object | null;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
}

function summarize(type: string, change: Change, more: object = {}) {
  const resource = { address: `${type}.x`, mode: "managed", type, change: { actions: ["update"], ...change } };
  return summarizePlan(planJson({ resource_changes: [resource], ...more }));
}

function containers(environment: readonly { name: string; value: string }[], more: object = {}): string {
  return JSON.stringify([{ name: "grafana", image: "r/grafana:1", environment, ...more }]);
}

const marked = { before_sensitive: { container_definitions: true }, after_sensitive: { container_definitions: true } };

function definitions(before: string, after: string, more: object = {}) {
  const change = { before: { container_definitions: before }, after: { container_definitions: after }, ...marked };
  return JSON.stringify(summarize("aws_ecs_task_definition", change, more));
}

test("a document that is marked as sensitive is shown all the same", () => {
  const found = definitions(
    containers([{ name: "A", value: "1" }]),
    containers([
      { name: "A", value: "1" },
      { name: "GF_AUTH_ANONYMOUS_ENABLED", value: "true" },
    ]),
  );
  expect(found).toContain("GF_AUTH_ANONYMOUS_ENABLED");
  expect(found).not.toContain("(sensitive)");
});

test("a value that the plan marks elsewhere is masked inside a document, also as a part of a text", () => {
  const database = { address: "aws_db.x", mode: "managed", type: "aws_db" };
  const change = { actions: ["no-op"], after: { password: SECRET }, after_sensitive: { password: true } };
  const [resource] = planJson({ resource_changes: [{ ...database, change }] }).resource_changes;
  const after = containers([{ name: "URL", value: `postgres://u:${SECRET}@db.example/lgtm` }]);
  const plan = planJson({
    resource_changes: [
      resource,
      {
        address: "aws_ecs_task_definition.x",
        mode: "managed",
        type: "aws_ecs_task_definition",
        change: { actions: ["update"], before: {}, after: { container_definitions: after }, ...marked },
      },
    ],
  });
  const text = JSON.stringify(summarizePlan(plan));
  expect(text).not.toContain(SECRET);
  expect(text).toContain("postgres://u:(sensitive)@db.example/lgtm");
});

test("sensitive variables, outputs, and values of the states in the plan are secrets, too", () => {
  const after = containers([{ name: "X", value: SECRET }]);
  const none = containers([]);
  const state = {
    values: {
      root_module: {
        child_modules: [{ resources: [{ values: { secret: SECRET }, sensitive_values: { secret: true } }] }],
      },
    },
  };
  for (const more of [
    {
      variables: { password: { value: SECRET } },
      configuration: { root_module: { variables: { password: { sensitive: true } } } },
    },
    { output_changes: { o: { actions: ["no-op"], after: SECRET, after_sensitive: true } } },
    { prior_state: state },
    { planned_values: state.values },
  ]) {
    expect(definitions(none, after, more)).not.toContain(SECRET);
  }
  expect(definitions(none, after)).toContain(SECRET);
});

test("a variable whose name says that it holds a secret is masked in a marked document; its change is still seen", () => {
  const of = (value: string) => containers([{ name: "GF_DATABASE_PASSWORD", value }]);
  const found = definitions(of("old-password"), of("new-password"));
  expect(found).not.toMatch(/old-password|new-password/);
  expect(found).toContain(String.raw`container_definitions[\"grafana\"].environment[\"GF_DATABASE_PASSWORD\"].value`);
});

test("where a container takes a secret from is no secret", () => {
  const of = (secret: string) =>
    containers([], { secrets: [{ name: "PASSWORD", valueFrom: `arn:aws:x:::${secret}` }] });
  expect(definitions(of("a"), of("b"))).toContain("arn:aws:x:::b");
});

test("an ARN is shown in spite of its mark, alone and in a map; anything beside it is not", () => {
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
  const text = (value: unknown, other: unknown) =>
    JSON.stringify(
      summarize("aws_x", {
        before: { role: value },
        after: { role: other },
        before_sensitive: { role: true },
        after_sensitive: { role: true },
      }).resources[0]?.differences,
    );
  expect(text(role("a"), role("admin"))).toContain("role/admin");
  expect(text({ loki: role("a") }, { loki: role("admin") })).toContain("role/admin");
  expect(text(role("a"), SECRET)).not.toMatch(/correct|role\/a/);
  expect(text({ loki: role("a") }, { loki: role("a"), key: SECRET })).not.toContain(SECRET);
});

test("any other marked value is never shown: not in differences, highlights, outputs, drift or notices", () => {
  const marks = { before_sensitive: { key: true, list: [true] }, after_sensitive: { key: true, list: [true] } };
  const change = {
    actions: ["update"],
    before: { key: SECRET, list: [SECRET], name: "a" },
    after: { key: `${SECRET}2`, list: [`${SECRET}2`], name: "b" },
    ...marks,
  };
  const resource = { address: "aws_iam_access_key.x", mode: "managed", type: "aws_iam_access_key", change };
  const summary = summarizePlan(
    planJson({
      resource_changes: [resource],
      resource_drift: [resource],
      deferred_changes: [{ reason: "unknown", resource_change: resource }],
      output_changes: { o: { actions: ["update"], before: SECRET, after: "x", before_sensitive: true } },
    }),
  );
  expect(summary.highlights).toHaveLength(1);
  expect(JSON.stringify(summary)).not.toContain(SECRET);
  expect(summary.resources[0]?.differences.map(({ path, masked }) => [path, masked])).toEqual([
    ["key", true],
    ["list[0]", true],
    ["name", undefined],
  ]);
});
