import type { Profile } from "../../modules/config/profiles";
import { SERVICE_NAMES, type ServiceName } from "../../modules/services/service-name";
import { deployedServices } from "../../modules/services/catalog";
import { UserError } from "../terminal/user-error";

/**
 * The services that a command works on, in the order of the profile.
 *
 * @param profile the profile
 * @param chosen names of services; all that there are stand for all that the profile deploys
 * @throws UserError (exit "badInput") if the profile does not deploy one that was named
 */
export function chosenServices({ name, config }: Profile, chosen: readonly ServiceName[]): readonly ServiceName[] {
  const deployed = deployedServices(config);
  const absent = chosen.filter((service) => !deployed.includes(service));
  if (absent.length > 0 && chosen.length < SERVICE_NAMES.length) {
    throw new UserError({
      what: `Profile ${name} does not deploy ${absent.join(", ")}.`,
      where: "common.config.ts (services)",
      mend: `name one of ${deployed.join(", ")}, or a profile that deploys it with --profile`,
      exit: "badInput",
    });
  }
  return deployed.filter((service) => chosen.includes(service));
}
