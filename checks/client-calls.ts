import type { DeployedService, ServiceCatalog } from "../modules/services/catalog";
import type { ClientCall } from "../modules/services/client-call";
import type { IncidentId } from "./incidents";

/** A request that a client sends to the load balancer, and the service that must answer it. */
export interface ServiceCall extends ClientCall {
  readonly service: DeployedService;
  /** The incident that a wrong way of it would repeat. @default - none */
  readonly incident?: IncidentId;
}

/** Service and port -> the incident in which calls to it went wrong. */
const INCIDENTS_OF_CALLS: Readonly<Partial<Record<string, IncidentId>>> = {
  "tempo http": "I01",
  "tempo otlp-http": "I18",
  "tempo otlp-alb": "I18",
  "pyroscope http": "I01",
};

/**
 * Every call that the definitions of the deployed services say clients make.
 *
 * @param catalog the services
 */
export function clientCallsOf(catalog: ServiceCatalog): readonly ServiceCall[] {
  return Object.values(catalog).flatMap((service) =>
    (service.clientCalls ?? []).map((call) => {
      const incident = INCIDENTS_OF_CALLS[`${service.name} ${call.port}`];
      return { ...call, service, ...(incident === undefined ? {} : { incident }) };
    }),
  );
}
