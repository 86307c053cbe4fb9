import { profiles } from "../../common.config";
import { platformFindings, checkPlatform, unexpectedFindings } from "../../checks/check-platform";
import { KNOWN_FINDINGS } from "../../checks/known-findings";
import { ConfigError } from "../../modules/config/config-error";
import type { PlatformConfig } from "../../modules/config/platform-config";
import { platformJson } from "../../stacks/platform-json";
import { present } from "../support/platform";

function checked(name: string, config: PlatformConfig) {
  const layers = platformJson(config, {});
  const json = (id: string) => layers.find((layer) => layer.id === id)?.json;
  return {
    name,
    config,
    layers: { securityGroups: json("30-security-groups"), loadBalancer: json("50-alb"), ecs: json("60-ecs") },
  };
}

const { baseline, target } = profiles;
const ofBaseline = checked("baseline", baseline);
const found = platformFindings(ofBaseline);

test.each(Object.entries(profiles))("GIVEN the profile %s THEN nothing is found that is not known", (name, config) => {
  expect(() => {
    checkPlatform(checked(name, config));
  }).not.toThrow();
});

test("only what runs today is excused", () => {
  for (const [name, known] of Object.entries(KNOWN_FINDINGS)) {
    const profile = present(
      Object.entries<PlatformConfig>(profiles).find(([each]) => each === name)?.[1],
      `profile ${name}`,
    );
    expect(profile.serviceConfigs).toBe("original");
    for (const { reason } of known) expect(reason).toMatch(/\w{3}/);
  }
});

test("GIVEN a finding that the list does not hold THEN it refuses", () => {
  const known = present(KNOWN_FINDINGS.baseline, "list").slice(1);
  expect(unexpectedFindings(found, known)).toEqual([expect.objectContaining({ key: "POST /otlp/v1/metrics" })]);
});

test("GIVEN an entry whose value is another THEN the finding refuses, and the entry too", () => {
  const known = present(KNOWN_FINDINGS.baseline, "list").map((entry) =>
    entry.key === "POST /v1/traces" ? { ...entry, value: "reaches loki:3100" } : entry,
  );
  expect(unexpectedFindings(found, known).map(({ rule }) => rule)).toEqual(["route-contract", "stale-known-finding"]);
});

test("GIVEN what was wrong is mended THEN its entry refuses until it is removed", () => {
  const mended = {
    ...baseline,
    services: { ...baseline.services, alloy: { ...baseline.services.alloy, stopTimeoutSeconds: 90 } },
  };
  expect(() => {
    checkPlatform(checked("baseline", mended));
  }).toThrow(
    /known-findings\.ts stop-timeout-below-flush common\.config\.ts services\.alloy\.stopTimeoutSeconds = 30: remove the entry/,
  );
});

test("GIVEN target with what baseline is excused for THEN it is refused, with all findings at once", () => {
  const wrong = { ...target, imageRepositories: { ...target.imageRepositories, deployedTag: "upstream" as const } };
  const alloy = {
    ...wrong,
    services: { ...target.services, alloy: { ...target.services.alloy, stopTimeoutSeconds: 30 } },
  };
  let error: unknown;
  try {
    checkPlatform(checked("target", alloy));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toMatch(/I11\]/);
  expect(String(error)).toMatch(/stop-timeout-below-flush\]/);
});
