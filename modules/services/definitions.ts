/**
 * The services that a profile may deploy, one line each: the name here is the service's name everywhere. A profile deploys
 * those that have an entry in its `services` (common.config.ts).
 */
export { mimir } from "./mimir";
export { loki } from "./loki";
export { tempo } from "./tempo";
export { pyroscope } from "./pyroscope";
export { grafana } from "./grafana";
export { alloy } from "./alloy";
