import { parseVersion, satisfies, type Version } from "../../../tools/terraform/version";

describe("satisfies", () => {
  test.each<[Version, string, boolean]>([
    [[1, 11, 4], ">= 1.11.0, < 2.0.0", true],
    [[1, 10, 9], ">= 1.11.0, < 2.0.0", false],
    [[2, 0, 0], ">= 1.11.0, < 2.0.0", false],
    [[1, 11, 4], "~> 1.11", true],
    [[1, 14, 0], "~> 1.11", true],
    [[2, 0, 0], "~> 1.11", false],
    [[1, 11, 9], "~> 1.11.4", true],
    [[1, 12, 0], "~> 1.11.4", false],
    [[1, 11, 4], "1.11.4", true],
    [[1, 11, 5], "= 1.11.4", false],
    [[1, 11, 4], "!= 1.11.4", false],
    [[1, 11, 4], "> 1.11.4", false],
    [[1, 11, 4], "<= 1.11.4", true],
  ])("%j, %s: %s", (version, constraint, expected) => {
    expect(satisfies(version, constraint)).toBe(expected);
  });

  test("a constraint that is none is an error, not a yes", () => {
    expect(() => satisfies([1, 0, 0], ">= one")).toThrow('cannot read the version constraint ">= one"');
  });
});

test.each([
  ["1.11.4", [1, 11, 4]],
  ["v1.6", [1, 6, 0]],
  ["1.12.0-rc1", [1, 12, 0]],
  ["none", undefined],
])("parseVersion reads %s", (text, expected) => {
  expect(parseVersion(text)).toEqual(expected);
});
