import { Agent, type ClientRequestArgs } from "node:http";
import { connect as connectTcp, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TargetAddress } from "./description";

/**
 * Opens a connection to a target. Targets may live where this process cannot reach them by their address, such as in
 * another network namespace; then this goes through a Unix socket or a forwarded port.
 *
 * @param address id and port of the target; the port is another than the registered one for some health checks
 */
export type Connect = (address: TargetAddress) => Socket | Promise<Socket>;

/** Connects to the target's own address. */
export const connectDirectly: Connect = ({ id, port }) => connectTcp({ host: id, port });

/** Seconds that a connection may take to be there; AWS's value, which cannot be changed. */
export const CONNECT_TIMEOUT_SECONDS = 10;

/** Error code of a connection that was not there within {@link CONNECT_TIMEOUT_SECONDS}. */
export const CONNECT_TIMEOUT_CODE = "LB_CONNECT_TIMEOUT";

/** Connections to one port of one target, made by a {@link Connect} and kept open between requests. */
export class TargetAgent extends Agent {
  private readonly connections = new Set<Socket>();

  /**
   * @param connect opens the connections
   * @param address where to
   * @param idleTimeoutSeconds seconds without a request after which a connection is closed; 0 keeps none open
   * @param connectTimeoutSeconds seconds that a connection may take to be there
   */
  constructor(
    private readonly connect: Connect,
    private readonly address: TargetAddress,
    idleTimeoutSeconds: number,
    private readonly connectTimeoutSeconds: number = CONNECT_TIMEOUT_SECONDS,
  ) {
    super(idleTimeoutSeconds === 0 ? { keepAlive: false } : { keepAlive: true, timeout: idleTimeoutSeconds * 1000 });
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.open().then(
      (socket) => callback?.(null, socket),
      // Node looks at the error alone.
      (error: unknown) => callback?.(error as Error, undefined as unknown as Duplex),
    );
    return undefined;
  }

  /** Breaks every connection, those that carry a request or a WebSocket too. */
  breakAll(): void {
    this.destroy();
    for (const socket of this.connections) socket.destroy();
  }

  private async open(): Promise<Socket> {
    let late = false;
    const opened = this.established().then((socket) => {
      if (late) socket.destroy();
      return socket;
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        late = true;
        reject(Object.assign(new Error("connection timed out"), { code: CONNECT_TIMEOUT_CODE }));
      }, this.connectTimeoutSeconds * 1000).unref();
      opened.then(resolve, reject).finally(() => {
        clearTimeout(timer);
      });
    });
  }

  private async established(): Promise<Socket> {
    const socket = await this.connect(this.address);
    this.connections.add(socket);
    socket.once("close", () => this.connections.delete(socket));
    if (!socket.connecting) return socket;
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      // Broken on purpose while it was on its way: there is no error then.
      const onClose = (): void => {
        reject(new Error("connection closed before it was there"));
      };
      socket.once("close", onClose).once("connect", () => {
        socket.off("error", reject).off("close", onClose);
        resolve(socket);
      });
    });
  }
}
