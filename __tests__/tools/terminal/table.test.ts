import { renderTable } from "../../../tools/terminal/table";

const columns = [{ title: "what" }, { title: "found" }, { title: "count", align: "right" }] as const;

function widthOf(text: string): number {
  return Math.max(...text.split("\n").map(({ length }) => length));
}

test("a table that fits stays as wide as its text", () => {
  const text = renderTable(columns, [["Node", "20.19", 3]], ["all", "", 3], 80);

  expect(text).toContain("│ Node │ 20.19 │     3 │");
  expect(text.split("\n").at(-2)).toContain("│ all  │       │     3 │");
});

test.each([80, 60, 40])("a longer text is wrapped between words: no line is wider than %i", (width) => {
  const sentence = "every word of this sentence is there, whatever the width of the terminal that shows the table";
  const text = renderTable(columns, [["Node", sentence, 3]], undefined, width);

  expect(widthOf(text)).toBeLessThanOrEqual(width);
  expect(text).toContain("┌");
  for (const word of sentence.split(" ")) expect(text).toContain(word);
});

test("the width of a column is kept to, but no word is cut", () => {
  const narrow = [{ title: "a", width: 10 }, { title: "b" }];
  const text = renderTable(narrow, [["one two three four /a/path/that/has/no/spaces", "x"]], undefined, 80);

  expect(text).toContain("/a/path/that/has/no/spaces");
  expect(text).toContain("│ one two three four         │ x │");
});

test("words that do not fit side by side become records, one a row", () => {
  const path = "/home/someone/checkouts/lgtm/.lgtm/rehearse/20260116T043000-4711/logs/60-ecs.log";
  const rows = [
    ["Node", path, 3],
    ["Python", "a text that is wrapped behind its title, and whose further lines stand below the first", ""],
  ];
  const text = renderTable(columns, rows, undefined, 60);

  expect(text).toBe(
    [
      "what Node",
      `  found  ${path}`,
      "  count  3",
      "",
      "what Python",
      "  found  a text that is wrapped behind its title, and whose",
      "         further lines stand below the first",
    ].join("\n"),
  );
});
