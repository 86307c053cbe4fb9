import { SemVer } from "semver";
import { parseVersion, satisfies } from "../../../tools/terraform/version";

describe("satisfies", () => {
  test.each<[string, string, boolean]>([
    ["1.11.4", ">= 1.11.0, < 2.0.0", true],
    ["1.10.9", ">= 1.11.0, < 2.0.0", false],
    ["2.0.0", ">= 1.11.0, < 2.0.0", false],
    ["1.11.4", "~> 1.11", true],
    ["1.14.0", "~> 1.11", true],
    ["2.0.0", "~> 1.11", false],
    ["1.11.9", "~> 1.11.4", true],
    ["1.12.0", "~> 1.11.4", false],
    ["1.11.4", "1.11.4", true],
    ["1.11.5", "= 1.11.4", false],
    ["1.11.4", "!= 1.11.4", false],
    ["1.11.4", "> 1.11.4", false],
    ["1.11.4", "<= 1.11.4", true],
    ["1.11.4", "~> 1", true],
    ["2.0.0", "~> 1", false],
    ["1.9.0", "~> 1.11", false],
    ["1.11.3", "~> 1.11.4", false],
    ["0.12.0", "~> 0.11", true],
    ["1.11.5", "!= 1.11.4", true],
    ["1.6.0", "v1.6", true],
    ["1.12.0", ">= 1.12.0-rc1", true],
  ])("%s, %s: %s", (version, constraint, expected) => {
    expect(satisfies(new SemVer(version), constraint)).toBe(expected);
  });

  test.each([">= one", "", "1.x", "^1.5.0", ">= 1.5.0 < 2.0.0", "1.2.3.4"])(
    "%j is an error, not a yes",
    (constraint) => {
      expect(() => satisfies(new SemVer("1.5.0"), constraint)).toThrow(
        `cannot read the version constraint "${constraint}"`,
      );
    },
  );
});

test.each([
  ["1.11.4", "1.11.4"],
  [" v1.6\n", "1.6.0"],
  ["1.12.0-rc1", "1.12.0"],
  ["Terraform 1.11.4", undefined],
  ["none", undefined],
])("parseVersion reads %s", (text, expected) => {
  expect(parseVersion(text)?.version).toBe(expected);
});
