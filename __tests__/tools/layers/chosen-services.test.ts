import { profiles } from "../../../common.config";
import type { PlatformConfig } from "../../../modules/config/platform-config";
import { SERVICE_NAMES } from "../../../modules/services/service-name";
import { chosenServices } from "../../../tools/layers/chosen-services";
import { UserError } from "../../../tools/terminal/user-error";

/** A platform without Alloy. */
const without = (name: string): PlatformConfig => {
  const config: PlatformConfig = profiles.target;
  const { [name]: removed, ...services } = config.services;
  const { [name]: version, ...imageVersions } = config.imageVersions;
  expect([removed, version]).not.toContain(undefined);
  return { ...config, services, imageVersions };
};

test("GIVEN all services THEN those that the profile deploys are chosen, in its order", () => {
  expect(chosenServices({ name: "target", config: profiles.target }, SERVICE_NAMES)).toEqual(
    Object.keys(profiles.target.services),
  );
  const found = chosenServices({ name: "small", config: without("alloy") }, SERVICE_NAMES);
  expect(found).toEqual(["mimir", "loki", "tempo", "pyroscope", "grafana"]);
});

test("GIVEN a service that the profile does not deploy THEN it is refused, with those that it deploys", () => {
  const small = { name: "small", config: without("alloy") };
  expect(chosenServices(small, ["loki"])).toEqual(["loki"]);
  expect(() => chosenServices(small, ["loki", "alloy"])).toThrow(UserError);
  expect(() => chosenServices(small, ["loki", "alloy"])).toThrow("Profile small does not deploy alloy.");
});
