import { parseManifest, type Manifest } from "../../../tools/delivery/manifest";
import { manifestOf } from "./manifest-of";

/** A parsed manifest as it came from a file that somebody changed. */
function parse(change: (manifest: Mutable) => void): Manifest {
  const manifest = JSON.parse(JSON.stringify(manifestOf("05-cloudwatch-logs", "60-ecs"))) as Mutable;
  change(manifest);
  return parseManifest(JSON.stringify(manifest), "manifest.json");
}

interface Mutable {
  layers: { id: string; plan: { file: string } | null; json: { file: string } }[];
}

/** The first layer of a manifest. */
function first({ layers: [layer] }: Mutable) {
  if (layer === undefined) throw new Error("no layer");
  return layer;
}

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
  ["a layer twice", (m) => m.layers.push(first(m)), /must name each layer once/],
])("%s is refused", (_what, change, reason) => {
  expect(() => parse(change)).toThrow(
    expect.objectContaining({ exit: "negative", detail: expect.stringMatching(reason) as string }) as Error,
  );
});
