import { pushedImages, selects } from "../../checks/image-lifecycle";
import { operationFindings } from "../../checks/operation";
import { profiles } from "../../common.config";
import { serviceCatalog } from "../../modules/services/catalog";
import { findingsIn } from "../../checks/validate";
import { withValue } from "../support/with-value";

const { target } = profiles;
const { upstream, build, released } = pushedImages(target);
const rule = (tagPrefixes: [string, ...string[]]) => ({ description: "x", tagPrefixes, keepCount: 1 });
const pattern = (tagPattern: string) => ({ description: "x", tagPattern, keepCount: 1 });

test.each([
  ["one prefix of one of its tags", rule(["released-"]), released, true],
  ["two prefixes, each of another of its tags", rule(["released-", "2."]), released, true],
  ["two prefixes, one of which no tag has", rule(["released-", "v"]), released, false],
  ["two prefixes, of which an image that is not released has one", rule(["released-", "2."]), build, false],
  ["a pattern of the build's tag", pattern("*.*.*-*"), build, true],
  ["a pattern whose dots are no wildcards", pattern("2a*"), build, false],
  ["a pattern that matches a part only", pattern("2026*"), build, false],
  ["a pattern that ends before the tag does", pattern("*.*.*-*-0430"), build, false],
  ["a pattern whose asterisk stands for nothing", pattern("2.16.0*-20260116*-043000*"), build, true],
  ["no tag, and the rule is for untagged images", { description: "x", expireUntaggedAfterDays: 1 }, [], true],
  ["tags, and the rule is for untagged images", { description: "x", expireUntaggedAfterDays: 1 }, upstream, false],
])("GIVEN an image with %s THEN selects() tells so", (_name, lifecycleRule, tags, selected) => {
  expect(selects(lifecycleRule, tags)).toBe(selected);
});

test("GIVEN prefixes that only two images have together THEN both rules about it say that it selects nothing", () => {
  // "1." stands for an upstream version that no image of this platform has.
  const lifecycleRules = [rule(["released-", "1."]), pattern("*.*.*-*")];
  const platform = withValue(target, "imageRepositories.lifecycleRules", lifecycleRules);

  expect(operationFindings(platform, serviceCatalog(platform))).toEqual([
    expect.objectContaining({ rule: "lifecycle-selects-nothing", value: ["released-", "1."] }),
  ]);
  expect(findingsIn(platform)).toEqual([expect.objectContaining({ rule: "lifecycle-of-releases" })]);
});

test("GIVEN both tags of a released image as prefixes THEN the rule keeps releases, and nothing is found", () => {
  const lifecycleRules = [rule(["released-", "2."]), pattern("*.*.*-*")];
  const platform = withValue(target, "imageRepositories.lifecycleRules", lifecycleRules);

  expect(operationFindings(platform, serviceCatalog(platform))).toEqual([]);
  expect(findingsIn(platform)).toEqual([]);
});

test.each([
  [89, 1],
  [90, 0],
])("GIVEN a stop timeout of %d s and a flush of 60 s THEN there are %d findings", (seconds, count) => {
  const platform = withValue(target, "services.alloy.stopTimeoutSeconds", seconds);
  const found = operationFindings(platform, serviceCatalog(platform));
  expect(found.map(({ rule: name }) => name)).toEqual(Array(count).fill("stop-timeout-below-flush"));
});
