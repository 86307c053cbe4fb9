import { ConfigError, describeFinding, type Finding } from "../../../modules/config/config-error";

const circle: { self?: unknown } = {};
circle.self = circle;

const finding = (changes: Partial<Finding> = {}): Finding => ({
  rule: "some-rule",
  file: "common.config.ts",
  key: "services.mimir.count",
  value: 1,
  instead: "must be 2",
  ...changes,
});

test.each<[string, unknown, string]>([
  ["a text", 'a"b\nc', String.raw`"a\"b\nc"`],
  ["NaN, which JSON shows as null", NaN, "NaN"],
  ["a BigInt, at which JSON throws", 1n, "1n"],
  ["a circle, at which JSON throws", circle, "<ref *1> { self: [Circular *1] }"],
  ["null", null, "null"],
  ["a symbol", Symbol("x"), "Symbol(x)"],
  ["an object", { cpu: 512, memoryMiB: 1536 }, "{ cpu: 512, memoryMiB: 1536 }"],
])("GIVEN %s THEN it is shown", (_name, value, shown) => {
  expect(describeFinding(finding({ value }))).toBe(`services.mimir.count = ${shown}: must be 2 [some-rule]`);
});

test("GIVEN a text of 3,000 characters THEN its beginning is shown, and its length", () => {
  const line = describeFinding(finding({ value: "x".repeat(3000) }));
  expect(line).toMatch(/= "x{199}… \(3002 characters\): must be 2/);
});

test("GIVEN another file and an incident THEN both are named", () => {
  const line = describeFinding(finding({ file: "50-alb", value: undefined, incident: "I18" }));
  expect(line).toBe("50-alb services.mimir.count: must be 2 [some-rule, I18]");
});

test("GIVEN findings THEN the error counts and lists them", () => {
  expect(new ConfigError("Profile x", [finding(), finding()]).message).toBe(
    ["Profile x has 2 problems:", ...Array<string>(2).fill("  services.mimir.count = 1: must be 2 [some-rule]")].join(
      "\n",
    ),
  );
});
