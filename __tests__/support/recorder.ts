import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy before the mock that writes down what is asked. */
export interface Recorder {
  readonly url: string;
  /** One entry a request: `GET /bucket/key`, or the action for services that have one address. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** What is answered in place of the mock. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
}

/**
 * Starts a recorder that passes everything on to the mock.
 *
 * @param refuse what it answers itself, by what was asked; undefined passes it on
 */
export async function startRecorder(
  mockUrl: string,
  refuse: (request: string) => Refusal | undefined = () => undefined,
): Promise<Recorder> {
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void bodyOf(incoming).then((body) => {
      const asked = describe(incoming, body);
      requests.push(asked);
      const refusal = refuse(asked);
      if (refusal !== undefined) {
        outgoing.writeHead(refusal.status).end(refusal.body);
        return;
      }
      const { method, headers } = incoming;
      const onward = request(`${mockUrl}${incoming.url ?? ""}`, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function describe({ method = "", url = "", headers }: IncomingMessage, body: Buffer): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target;
  const action = /(?:^|&)Action=(\w+)/.exec(body.toString())?.[1];
  return action ?? `${method} ${url.split("?")[0] ?? ""}`;
}
