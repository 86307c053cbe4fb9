import { literalToHcl, templateToHcl } from "../../../../tools/layers/hcl/template";

describe("templateToHcl", () => {
  test.each([
    ["plain", '"plain"'],
    ["", '""'],
    ["${aws_vpc.main.id}", "aws_vpc.main.id"],
    ["${null}", "null"],
    ["${a.b}-${c.d}", '"${a.b}-${c.d}"'],
    ['${data.x.y.outputs.map["key"]}', 'data.x.y.outputs.map["key"]'],
    ['{"Resource":"arn:${a["}"]}:*"}', '"{\\"Resource\\":\\"arn:${a["}"]}:*\\"}"'],
    ['${jsonencode({"a" = "${b.c}"})}', 'jsonencode({"a" = "${b.c}"})'],
    ['${f("a \\" }")}x', '"${f("a \\" }")}x"'],
    ["literal $${not} %%{this}", '"literal $${not} %%{this}"'],
    ["two\nlines\tand a \\", '"two\\nlines\\tand a \\\\"'],
    ["%{ if a }b%{ endif }", '"%{ if a }b%{ endif }"'],
    ["\u0001", '"\\u0001"'],
  ])("%j", (text, expected) => {
    expect(templateToHcl(text)).toBe(expected);
  });

  test("an interpolation without an end is an error", () => {
    expect(() => templateToHcl("${a.b")).toThrow("not closed: ${a.b");
  });
});

test("literalToHcl keeps what looks like an interpolation from becoming one", () => {
  expect(literalToHcl('a"${b}')).toBe('"a\\"$${b}"');
});
