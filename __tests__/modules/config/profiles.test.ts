import { activeProfile, profiles } from "../../../common.config";
import { ConfigError } from "../../../modules/config/config-error";
import { resolveProfile, UnknownProfileError } from "../../../modules/config/profiles";
import { validateConfig } from "../../../checks/validate";
import { baseline } from "../../support/platform";
import { withValue } from "../../support/with-value";

jest.mock("../../../common.config", () => {
  const actual = jest.requireActual<typeof import("../../../common.config")>("../../../common.config");
  const { baseline: original } = actual.profiles;
  return { ...actual, profiles: { baseline: original, blue: original, green: original }, activeProfile: "green" };
});

describe("which profile it is", () => {
  test("GIVEN nothing THEN activeProfile", () => {
    expect(activeProfile).toBe("green");
    expect(resolveProfile(undefined, {}).name).toBe("green");
  });

  test.each([
    ["LGTM_PROFILE wins over activeProfile", undefined, { LGTM_PROFILE: "blue" }, "blue"],
    ["the explicit name wins over LGTM_PROFILE", "baseline", { LGTM_PROFILE: "blue" }, "baseline"],
    ["an empty LGTM_PROFILE counts as none", undefined, { LGTM_PROFILE: "" }, "green"],
  ])("THEN %s", (_rule, explicit, environment, name) => {
    expect(resolveProfile(explicit, environment)).toEqual({ name, config: profiles.baseline });
  });

  test.each([
    ["explicit", "red", {}],
    ["in the environment", undefined, { LGTM_PROFILE: "red" }],
    ["a name that every object has", "toString", {}],
    ["empty and explicit", "", {}],
  ])("GIVEN an unknown name (%s) THEN the known ones are listed", (_where, explicit, environment) => {
    const name = explicit ?? "red";
    const resolve = () => resolveProfile(explicit, environment);
    expect(resolve).toThrow(UnknownProfileError);
    expect(resolve).toThrow(`Unknown profile "${name}". common.config.ts defines: baseline, blue, green.`);
  });
});

describe("validateConfig", () => {
  test("GIVEN baseline THEN it is accepted", () => {
    expect(() => {
      validateConfig({ name: "baseline", config: baseline });
    }).not.toThrow();
  });

  test("GIVEN two mistakes THEN one error tells profile, paths, values and rules", () => {
    const config = withValue(withValue(baseline, "cache.nodeCount", 0), "logRetentionDays", 2);
    const validate = () => {
      validateConfig({ name: "blue", config });
    };
    expect(validate).toThrow(ConfigError);
    expect(validate).toThrow(
      /^Profile "blue" in common\.config\.ts has 2 problems:\n {2}cache\.nodeCount = 0: must .*\n {2}logRetentionDays = 2: must /,
    );
  });

  test("GIVEN a missing value THEN no value is shown", () => {
    const error = new ConfigError('Profile "blue" in common.config.ts', [
      { rule: "form", file: "common.config.ts", key: "region", value: undefined, instead: "is missing" },
    ]);
    expect(error.message).toBe('Profile "blue" in common.config.ts has 1 problem:\n  region: is missing [form]');
  });
});
