import { SERVICE_NAMES, type ServiceName } from "../../modules/services/service-name";
import { didYouMean } from "../terminal/did-you-mean";
import { UserError } from "../terminal/user-error";

/**
 * The services that a person named.
 *
 * @param names names on the command line; none means all
 * @throws UserError (exit "badInput") when one is unknown; it lists the known ones
 */
export function namedServices(names: readonly string[]): readonly ServiceName[] {
  const unknown = names.find((name) => !SERVICE_NAMES.some((service) => service === name));
  if (unknown !== undefined) {
    throw new UserError({
      what: `There is no service "${unknown}".${didYouMean(unknown, SERVICE_NAMES)}`,
      mend: `name one of ${SERVICE_NAMES.join(", ")}`,
      exit: "badInput",
    });
  }
  return SERVICE_NAMES.filter((service) => names.length === 0 || names.includes(service));
}
