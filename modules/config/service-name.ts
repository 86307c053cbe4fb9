/** The services of the platform; the one list from which every per-service type and record comes. */
export const SERVICE_NAMES = ["mimir", "loki", "tempo", "pyroscope", "grafana", "alloy"] as const;

/** Name of a service: its ECS service, Cloud Map service, container and folder under `dockerfiles/`. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * A record with a value for each service.
 *
 * @param valueOf makes the value of a service; called in the order of `SERVICE_NAMES`
 */
export function byService<Value>(valueOf: (service: ServiceName) => Value): Readonly<Record<ServiceName, Value>> {
  return Object.fromEntries(SERVICE_NAMES.map((name) => [name, valueOf(name)])) as Record<ServiceName, Value>;
}
