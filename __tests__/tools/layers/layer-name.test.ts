import { findLayerId, unknownLayer } from "../../../tools/layers/layer-name";

const ids = ["01-vpc", "05-cloudwatch-logs", "30-security-groups", "60-ecs"] as const;

test.each([
  ["60-ecs", "60-ecs"],
  ["60", "60-ecs"],
  ["ecs", "60-ecs"],
  ["01", "01-vpc"],
  ["cloudwatch-logs", "05-cloudwatch-logs"],
])("%s is %s", (name, id) => {
  expect(findLayerId(name, ids)).toBe(id);
});

test.each(["1", "6", "logs", "cloudwatch", "ec", "60-", "60-ecr", "ECS", ""])("%j is no layer", (name) => {
  expect(findLayerId(name, ids)).toBeUndefined();
});

test("a name that two layers have is none; the whole id wins", () => {
  expect(findLayerId("ecs", ["60-ecs", "61-ecs"])).toBeUndefined();
  expect(findLayerId("60", ["60", "60-ecs"])).toBe("60");
});

test("an unknown layer: the near one, and all that there are", () => {
  const error = unknownLayer("60-esc", ids, ["backup"]);

  expect(error.what).toBe('There is no layer "60-esc". Did you mean 60-ecs?');
  expect(error.mend).toBe("name one of 01-vpc, 05-cloudwatch-logs, 30-security-groups, 60-ecs, backup");
  expect(error.exit).toBe("badInput");
});
