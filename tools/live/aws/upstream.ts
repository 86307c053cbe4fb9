import { request as sendRequest, type IncomingMessage, type RequestOptions } from "node:http";
import type { Readable } from "node:stream";

/** Address of the mock of AWS: its URL, or the socket by which it is reached from another network namespace. */
export type MockPlace = { readonly mockUrl: string } | { readonly mockSocket: string };

/** Fields that belong to one connection, and the question whether to send a body, which the front answers itself. */
const OWN_FIELDS = new Set(["connection", "keep-alive", "proxy-connection", "expect", "te", "upgrade"]);

/** Header fields as they came, in order and case, without those of the connection. */
export function passedFields(rawHeaders: readonly string[]): string[] {
  const fields: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    if (!OWN_FIELDS.has(name.toLowerCase())) fields.push(name, value);
  }
  return fields;
}

/**
 * Passes a request on as it is, signed fields and all.
 *
 * @param place where the mock is
 * @param incoming the request
 * @param body its body: the rest of the request itself, or what was read of it
 * @returns the answer's head; its body is still to come
 * @throws Error when the mock cannot be reached or breaks off
 */
export async function passOn(
  place: MockPlace,
  incoming: IncomingMessage,
  body: Readable | Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = sendRequest({
      ...target(place),
      method: incoming.method,
      path: incoming.url,
      headers: [...passedFields(incoming.rawHeaders), "Connection", "close"],
      setHost: false,
      agent: false,
    });
    outgoing.once("response", resolve).once("error", reject);
    incoming.once("close", () => {
      // A client that went away in the middle of its body.
      if (!incoming.complete) outgoing.destroy(new Error("the client broke off"));
    });
    if (Buffer.isBuffer(body)) outgoing.end(body);
    else body.pipe(outgoing);
  });
}

function target(place: MockPlace): RequestOptions {
  if ("mockSocket" in place) return { socketPath: place.mockSocket };
  const { hostname, port } = new URL(place.mockUrl);
  return { host: hostname, port };
}
