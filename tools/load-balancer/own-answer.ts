import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { RuleAction } from "./description";
import type { ClientResponse, Exchange } from "./exchange";

/** `Server` field of the answers that come from the load balancer itself; by it they are told from a target's. */
export const OWN_SERVER = "awselb/2.0";

const REASONS: Readonly<Record<number, string>> = {
  463: "",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

/**
 * Answers a request without a target; breaks the connection if an answer has already begun.
 *
 * @param exchange the request; gets the status and the error
 * @param response where the answer goes
 * @param status the status code
 * @param error why, for the access log
 */
export function answerWithout(exchange: Exchange, response: ClientResponse, status: number, error: string): void {
  exchange.error = error;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  exchange.status = status;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  const body = page(status);
  response.writeHead(status, fields(body));
  response.end(body);
  // The rest of the request is of no use, but must be read so that the client sees the answer.
  exchange.request.resume();
}

/**
 * Answers a request for a WebSocket without a target.
 *
 * @param exchange the request; gets the status and the error
 * @param socket the client's connection
 * @param status the status code
 * @param error why, for the access log
 */
export function answerUpgradeWithout(exchange: Exchange, socket: Duplex, status: number, error: string): void {
  exchange.error = error;
  exchange.status = status;
  const body = page(status);
  const head = Object.entries({ ...fields(body), Connection: "close" }).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${reason(status)}`, ...head, "", body].join("\r\n"));
}

/**
 * Answers with the redirect of a rule.
 *
 * @param exchange the request; gets the status
 * @param response where the answer goes
 * @param action the rule's action
 * @param listener the listener's protocol and port
 */
export function answerWithRedirect(
  exchange: Exchange,
  response: ClientResponse,
  action: RuleAction & { type: "redirect" },
  listener: { readonly protocol: string; readonly port: number },
): void {
  exchange.status = action.statusCode;
  const body = page(action.statusCode);
  response.writeHead(action.statusCode, { ...fields(body), Location: locationOf(exchange, action, listener) });
  response.end(body);
}

function locationOf(
  { request }: Exchange,
  action: RuleAction & { type: "redirect" },
  listener: { readonly protocol: string; readonly port: number },
): string {
  const url = new URL(request.url ?? "/", "http://host");
  const host = String(request.headers[":authority"] ?? request.headers.host ?? "").replace(/:\d+$/, "");
  const values: Readonly<Record<string, string>> = {
    "#{protocol}": listener.protocol,
    "#{host}": host,
    "#{port}": String(listener.port),
    "#{path}": url.pathname.slice(1),
    "#{query}": url.search.slice(1),
  };
  const fill = (text: string): string => text.replace(/#\{\w+\}/g, (name) => values[name] ?? name);
  const query = fill(action.query ?? "#{query}");
  const target = `${fill(action.host ?? "#{host}")}:${fill(action.port ?? "#{port}")}${fill(action.path ?? "/#{path}")}`;
  return `${fill(action.protocol ?? "#{protocol}").toLowerCase()}://${target}${query === "" ? "" : `?${query}`}`;
}

function fields(body: string): Record<string, string> {
  return {
    Server: OWN_SERVER,
    Date: new Date().toUTCString(),
    "Content-Type": "text/html",
    "Content-Length": String(Buffer.byteLength(body)),
  };
}

function page(status: number): string {
  const title = `${status} ${reason(status)}`.trim();
  const body = `<body>\r\n<center><h1>${title}</h1></center>\r\n</body>`;
  return `<html>\r\n<head><title>${title}</title></head>\r\n${body}\r\n</html>\r\n`;
}

function reason(status: number): string {
  return REASONS[status] ?? STATUS_CODES[status] ?? "";
}
