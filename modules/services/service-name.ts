import * as definitions from "./definitions";

/** Name of a service: its ECS service, Cloud Map service, container and folder under `dockerfiles/`. */
export type ServiceName = keyof typeof definitions;

/** The services that profiles may deploy, in alphabetical order; from the one list in modules/services/definitions.ts. */
export const SERVICE_NAMES = Object.keys(definitions).sort() as readonly ServiceName[];
