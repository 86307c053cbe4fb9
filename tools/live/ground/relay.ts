import { createConnection, createServer, type NetConnectOpts, type Server } from "node:net";

/** Passes connections on from one place to another; sockets in the file system lead from one network namespace to another. */
export interface Relay {
  /** The port it listens on; 0 for a socket in the file system. */
  readonly port: number;
  close(): Promise<void>;
}

/** A place to listen at or to connect to: a port of an address, or a socket in the file system. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * Begins to pass connections on.
 *
 * @param from where it listens; port 0 takes a free one
 * @param to where each connection is passed on to
 * @throws Error when `from` is taken
 */
export async function startRelay(from: Place, to: Place): Promise<Relay> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = createConnection({ ...to, allowHalfOpen: true } as NetConnectOpts);
    // Whichever side breaks, the other is told.
    client.on("error", () => target.destroy()).on("close", () => target.destroy());
    target.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.pipe(target).pipe(client);
    sockets.add(client);
    client.once("close", () => sockets.delete(client));
  });
  const sockets = new Set<{ destroy(): void }>();
  await listen(server, from);
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

async function listen(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(place, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
