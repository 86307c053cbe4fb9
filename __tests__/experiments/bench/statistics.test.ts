import { median } from "../../../experiments/bench/statistics";

test.each([
  [[3], 3],
  [[9, 1, 2], 2],
  [[10, 4, 1, 2], 3],
])("median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("there is no median of nothing", () => {
  expect(() => median([])).toThrow();
});
