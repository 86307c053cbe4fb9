import { SERVICE_NAMES, type ServiceName } from "../../modules/config/service-name";
import { UserError } from "../terminal/user-error";

/**
 * The services that a person named.
 *
 * @param names names on the command line; none means all
 * @throws UserError (exit "badInput") when one is unknown; it lists the known ones
 */
export function namedServices(names: readonly string[]): readonly ServiceName[] {
  const unknown = names.filter((name) => !SERVICE_NAMES.some((service) => service === name));
  if (unknown.length > 0) {
    throw new UserError({
      what: `Unknown service: ${unknown.join(", ")}.`,
      mend: `name one of ${SERVICE_NAMES.join(", ")}`,
      exit: "badInput",
    });
  }
  return SERVICE_NAMES.filter((service) => names.length === 0 || names.includes(service));
}
