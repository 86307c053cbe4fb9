import { parseManifest, type Manifest } from "../../../tools/delivery/manifest";
import { manifestOf } from "./manifest-of";

/** A parsed manifest as it came from a file that somebody changed. */
function parse(change: (manifest: Mutable) => void): Manifest {
  const manifest = JSON.parse(JSON.stringify(manifestOf("05-cloudwatch-logs", "60-ecs"))) as Mutable;
  change(manifest);
  return parseManifest(JSON.stringify(manifest), "manifest.json");
}

interface Mutable {
  order: { steps: { id: string; layer: string; part: string; after: string[] }[] };
  layers: { id: string; plan: { file: string } | null; json: { file: string } }[];
}

/** The first layer of a manifest. */
function first({ layers: [layer] }: Mutable) {
  if (layer === undefined) throw new Error("no layer");
  return layer;
}

/** The first step of its order. */
function firstStep({ order: { steps } }: Mutable) {
  const [step] = steps;
  if (step === undefined) throw new Error("no step");
  return step;
}

test("a layer that is applied in two steps is read", () => {
  const { order } = parse((m) => {
    const [logs] = m.order.steps.splice(0, 1);
    if (logs === undefined) throw new Error("no step");
    m.order.steps.unshift({ ...logs, part: "all but deletions" });
    m.order.steps.push({ ...logs, id: `${logs.id}, deletions`, part: "deletions", after: ["60-ecs"] });
  });
  expect(order.steps.map(({ id }) => id)).toEqual(["05-cloudwatch-logs", "60-ecs", "05-cloudwatch-logs, deletions"]);
});

test("a manifest of an earlier version, which has no order, is refused with what to do", () => {
  expect(() =>
    parse((m) => {
      Object.assign(m, { format: "lgtm-plan/1", order: undefined });
    }),
  ).toThrow(
    expect.objectContaining({
      exit: "negative",
      mend: expect.stringMatching(/plan again with this version/) as string,
    }) as Error,
  );
});

test("a manifest that plan wrote is read", () => {
  expect(parse(() => undefined).layers.map(({ id }) => id)).toEqual(["05-cloudwatch-logs", "60-ecs"]);
});

test.each<readonly [string, (manifest: Mutable) => void, RegExp]>([
  ["a plan in another folder", (m) => (first(m).plan = { ...first(m).plan, file: "../../evil.tfplan" }), /plan\.file/],
  ["a plan by a whole path", (m) => (first(m).plan = { ...first(m).plan, file: "/etc/passwd" }), /plan\.file/],
  [
    "the plan of another layer",
    (m) => (first(m).plan = { ...first(m).plan, file: "60-ecs.tfplan" }),
    /05-cloudwatch-logs\.tfplan/,
  ],
  ["the report as JSON of a plan", (m) => (first(m).json.file = "report.md"), /05-cloudwatch-logs\.plan\.json/],
  ["a name in a folder", (m) => (first(m).json.file = "x/05-cloudwatch-logs.plan.json"), /json\.file/],
  ["a name with a backslash", (m) => (first(m).json.file = "..\\05-cloudwatch-logs.plan.json"), /json\.file/],
  [
    "a layer that leads elsewhere, with files to match",
    (m) => {
      Object.assign(first(m), { id: "../x", json: { ...first(m).json, file: "../x.plan.json" }, plan: null });
    },
    /must be the id of a layer/,
  ],
  ["a layer that no step applies", (m) => m.order.steps.pop(), /must hold each layer once/],
  ["a layer that two steps apply", (m) => m.order.steps.push(...m.order.steps), /must hold each layer once/],
  ["deletions without the rest", (m) => (firstStep(m).part = "deletions"), /must hold each layer once/],
  ["a step of no layer", (m) => (firstStep(m).layer = "20-iam"), /must hold each layer once/],
  ["a step before what it waits for", (m) => (firstStep(m).after = ["60-ecs"]), /each step after/],
  ["another part", (m) => (firstStep(m).part = "some"), /all but deletions/],
  ["a layer twice", (m) => m.layers.push(first(m)), /must name each layer once/],
])("%s is refused", (_what, change, reason) => {
  expect(() => parse(change)).toThrow(
    expect.objectContaining({ exit: "negative", detail: expect.stringMatching(reason) as string }) as Error,
  );
});
