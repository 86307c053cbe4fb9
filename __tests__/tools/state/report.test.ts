import { formatAge } from "../../../tools/terminal/format";
import type { LayerSummary } from "../../../tools/state/overview";
import { masked, renderDiff, renderLayerState, renderOverview, shownValue } from "../../../tools/state/report";

const applied: LayerSummary = {
  layer: "01-vpc",
  bucket: "b",
  key: "k",
  state: {
    serial: 12,
    lineage: "l",
    terraformVersion: "1.11.4",
    writtenAt: "2026-01-16T05:30:00.000Z",
    ageSeconds: 7300,
    resources: 17,
    outputs: 6,
  },
  lock: null,
  lockTable: true,
  digest: "matches",
};

describe("renderOverview", () => {
  test("shows the numbers, and the total", () => {
    const text = renderOverview([applied, { ...applied, layer: "15-s3", state: null, digest: "none" }]);

    expect(text).toMatch(/01-vpc .* 12 .*1\.11\.4 .*2 h ago .* 17 .* 6 .*free/);
    expect(text).toMatch(/15-s3 .*not applied/);
  });

  test("a held lock is shown with holder, age and the command that removes it", () => {
    const lock = { id: "abc", who: "ann@laptop", operation: "apply", created: null, ageSeconds: 300 };

    const text = renderOverview([{ ...applied, lock }]);

    expect(text).toMatch(/│ ann@laptop, for 5 min +│/);
    expect(text).toContain("`./lgtm state unlock 01-vpc --id abc`");
  });

  test("a state that Terraform would refuse is pointed out", () => {
    expect(renderOverview([{ ...applied, digest: "differs" }])).toContain("Terraform refuses to read it");
  });
});

test("sensitive outputs are masked, in text and JSON alike", () => {
  const secret = { name: "key", sensitive: true, value: "hunter2" };
  const open = { name: "ids", sensitive: false, value: ["a", "b"] };

  const text = renderLayerState({
    serial: 1,
    lineage: "l",
    terraformVersion: "1",
    resources: [],
    outputs: [secret, open],
  });

  expect(text).not.toContain("hunter2");
  expect(text).toContain(masked);
  expect(text).toMatch(/│ {3}"a", +│/);
  expect([shownValue(secret), shownValue(open)]).toEqual([masked, ["a", "b"]]);
});

test("renderDiff shows each address that differs", () => {
  const text = renderDiff([
    { layer: "01-vpc", missing: [], extra: [], moved: [] },
    { layer: "15-s3", missing: ["a.new"], extra: ["a.old"], moved: [{ from: "m.a.x", to: "a.x" }] },
  ]);

  expect(text.split("\n")).toEqual([
    "01-vpc               same addresses",
    "15-s3                1 missing, 1 extra, 1 to move",
    "  missing  a.new",
    "  extra    a.old",
    "  moved    m.a.x -> a.x",
  ]);
});

test.each([
  [0, "0 s"],
  [-3, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [7199, "1 h"],
  [86_400 * 40, "40 d"],
])("formatAge(%i) is %s", (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
});
