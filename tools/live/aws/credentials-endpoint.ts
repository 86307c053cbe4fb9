import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Principal } from "./principal";

/** Options of the endpoint. */
export interface CredentialsEndpointOptions {
  /** Address to listen on; ECS's own, which the SDKs know, is 169.254.170.2. */
  readonly address: string;
  /**
   * 0 takes a free one.
   * @default 80, the only one that SDKs ask
   */
  readonly port?: number;
  /** @default "123456789012", the mock's */
  readonly accountId?: string;
  /**
   * Seconds that credentials say they are valid; clients ask again before that and get the same keys with a new time.
   * @default 21600 (6 hours), as ECS gives
   */
  readonly validSeconds?: number;
}

/** Endpoint that gives tasks the credentials of their role. */
export interface CredentialsEndpoint {
  /** `http://ADDRESS:PORT`. */
  readonly url: string;
  /** Begins to serve a task. @returns its `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` */
  add(principal: Principal): string;
  /** Ends serving a task; unknown ones are ignored. */
  remove(task: string): void;
  close(): Promise<void>;
}

/**
 * Starts the endpoint that ECS offers to tasks: a path for each, which cannot be guessed, with the keys of its role.
 *
 * @throws Error when the address cannot be listened on
 */
export async function startCredentialsEndpoint(options: CredentialsEndpointOptions): Promise<CredentialsEndpoint> {
  const byPath = new Map<string, Principal>();
  const server = createServer((request, response) => {
    const principal = request.method === "GET" ? byPath.get(request.url ?? "") : undefined;
    const [status, body] =
      principal === undefined
        ? [
            404,
            { code: "InvalidIdInRequest", message: "CredentialsV2Request: Credentials not found", HTTPErrorCode: 404 },
          ]
        : [200, credentials(principal, options)];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await listen(server, options.port ?? 80, options.address);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.address}:${port}`,
    add: (principal) => {
      const path = `/v2/credentials/${randomUUID()}`;
      byPath.set(path, principal);
      return path;
    },
    remove: (task) => {
      for (const [path, principal] of byPath) if (principal.task === task) byPath.delete(path);
    },
    close: async () => close(server),
  };
}

function credentials(
  principal: Principal,
  { accountId = "123456789012", validSeconds = 21_600 }: CredentialsEndpointOptions,
) {
  return {
    RoleArn: `arn:aws:iam::${accountId}:role/${principal.roleName}`,
    AccessKeyId: principal.accessKeyId,
    SecretAccessKey: principal.secretAccessKey,
    Token: principal.sessionToken,
    Expiration: new Date(Date.now() + validSeconds * 1000).toISOString().replace(/\.\d{3}Z$/, "Z"),
  };
}

async function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
