import { count } from "../../../tools/terminal/format";

test.each([
  [0, "0 layers"],
  [1, "1 layer"],
  [2, "2 layers"],
])("%i with its noun", (number, text) => {
  expect(count(number, "layer")).toBe(text);
});

test("a plural of its own", () => {
  expect([count(1, "entry", "entries"), count(3, "entry", "entries")]).toEqual(["1 entry", "3 entries"]);
});
