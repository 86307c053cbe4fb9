/** A request that a client sends to the load balancer and that a service must answer. */
export interface ClientCall<PortName extends string = string> {
  /** Purpose, `OTLP traces`. */
  readonly purpose: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** Path and query. */
  readonly target: string;
  /** Name of the port at which it must arrive. */
  readonly port: PortName;
}

/**
 * The client calls to one port.
 *
 * @param port name of the port
 * @param rows purpose, method, path and query
 */
export function callsTo<const PortName extends string>(
  port: PortName,
  rows: readonly (readonly [purpose: string, method: ClientCall["method"], target: string])[],
): readonly ClientCall<PortName>[] {
  return rows.map(([purpose, method, target]) => ({ purpose, method, target, port }));
}
