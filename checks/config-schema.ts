import { platformConfigSchema } from "../modules/config/schema";
import { SERVICE_NAMES } from "../modules/services/service-name";

/** The form of each value of a configuration, with the services that there are. */
export const configSchema = platformConfigSchema(SERVICE_NAMES);
