import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { isIP, type AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Authority } from "./authority";
import { evaluate } from "./iam/evaluate";
import type { Permission } from "./iam/permission";
import { Ledger, type CallCount, type Denial, type Unchecked } from "./ledger";
import type { Principal } from "./principal";
import { refusalAnswer, type Refusal } from "./refusal";
import { readAwsRequest, type AwsRequest } from "./requests/aws-request";
import type { Needed } from "./requests/needed";
import { neededFor, needsBody } from "./requests/needed-for";
import { readOperation } from "./requests/operation";
import { passedFields, passOn, type MockPlace } from "./upstream";

/** Options of the front. */
export type AwsFrontOptions = MockPlace & {
  /**
   * Issues the certificates of AWS's host names.
   * @default - plain HTTP, for clients that are given an endpoint
   */
  readonly authority?: Authority;
  /** Address to listen on. */
  readonly address: string;
  /** 0 takes a free one. @default 443 */
  readonly port?: number;
  /** @default - none yet */
  readonly principals?: readonly Principal[];
  /** Account of the mock. @default "123456789012" */
  readonly accountId?: string;
  /** Region of ARNs for requests whose signature names none. @default "us-east-1" */
  readonly region?: string;
  /** Called with each request of a known principal: what it needed, and whether it was allowed. */
  readonly onRequest?: (request: CheckedRequest) => void;
};

/** A request of a known principal that the tables have an entry for. */
export interface CheckedRequest {
  readonly principal: Principal;
  readonly operation: string;
  readonly permissions: readonly Permission[];
  readonly allowed: boolean;
}

/** AWS as the tasks see it: its host names, and its answer to what a role may not do. */
export interface AwsFront {
  readonly port: number;
  /** With the address it listens on. */
  readonly url: string;
  /** Knows a task by its keys from now on. */
  add(principal: Principal): void;
  /** Forgets a task; its keys are unknown from then on. */
  remove(task: string): void;
  /** Refused requests. A run with any has failed. */
  denials(): readonly Denial[];
  /** Conditions that were taken as fulfilled since they cannot be checked here. */
  unchecked(): readonly Unchecked[];
  /** Number of calls of each action by each task. */
  calls(): readonly CallCount[];
  close(): Promise<void>;
}

/**
 * Starts AWS's front before the mock: TLS for every name under amazonaws.com, and IAM. The key in a request's signature tells
 * the task (the signature itself is not verified); what it asks for is checked against the policies of the task's role; what is
 * not allowed is refused as AWS would and remembered. Differs from AWS in that DeleteObjects is refused as a whole when one key
 * of it is.
 *
 * @throws Error when the address cannot be listened on
 */
export async function startAwsFront(options: AwsFrontOptions): Promise<AwsFront> {
  const front = new Front(options);
  await front.start();
  return front;
}

/** AWS's own limit for request bodies that are no objects is lower everywhere. */
const LARGEST_CHECKED_BODY = 16 * 1024 * 1024;

class Front implements AwsFront {
  private readonly ledger = new Ledger();
  private readonly byKey = new Map<string, Principal>();
  private readonly contexts = new Map<string, Promise<SecureContext>>();
  private server: Server | undefined;

  constructor(private readonly options: AwsFrontOptions) {
    for (const principal of options.principals ?? []) this.add(principal);
  }

  get port(): number {
    return (this.server?.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.options.authority === undefined ? "http" : "https"}://${this.options.address}:${this.port}`;
  }

  async start(): Promise<void> {
    const server = await this.createServer();
    server.on("request", this.onRequest);
    // The front answers before the client sends its body: what is refused need not come.
    server.on("checkContinue", this.onRequest);
    server.requestTimeout = 0;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.options.port ?? 443, this.options.address, () => {
        server.off("error", reject);
        resolve();
      });
    });
    this.server = server;
  }

  add(principal: Principal): void {
    this.byKey.set(principal.accessKeyId, principal);
  }

  remove(task: string): void {
    for (const [key, principal] of this.byKey) if (principal.task === task) this.byKey.delete(key);
  }

  denials(): readonly Denial[] {
    return this.ledger.denials();
  }

  unchecked(): readonly Unchecked[] {
    return this.ledger.unchecked();
  }

  calls(): readonly CallCount[] {
    return this.ledger.calls();
  }

  async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  }

  private async createServer(): Promise<Server> {
    const { authority, address } = this.options;
    if (authority === undefined) return createHttpServer();
    return createHttpsServer({
      ...(await authority.certificate([address, "localhost"])),
      SNICallback: (name, done) => {
        this.contextFor(authority, name).then(
          (context) => {
            done(null, context);
          },
          (error: unknown) => {
            done(error instanceof Error ? error : new Error(String(error)));
          },
        );
      },
    });
  }

  /** A certificate for a name and its neighbours, as AWS's own are; other names than AWS's get that of the address. */
  private async contextFor(authority: Authority, name: string): Promise<SecureContext | undefined> {
    if (isIP(name) !== 0 || !/\.amazonaws\.com$/i.test(name)) return undefined;
    const parent = name.toLowerCase().replace(/^[^.]+\./, "");
    const known = this.contexts.get(parent);
    if (known !== undefined) return known;
    const made = authority.certificate([`*.${parent}`, parent]).then(createSecureContext);
    this.contexts.set(parent, made);
    return made;
  }

  private readonly onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    const request = readAwsRequest(incoming.method ?? "GET", incoming.url ?? "/", incoming.headers);
    this.serve(request, incoming, response).catch((error: unknown) => {
      const message = `the mock of AWS did not answer: ${error instanceof Error ? error.message : String(error)}`;
      if (response.headersSent) response.destroy();
      else refuse(request, incoming, response, { kind: "unavailable", message });
    });
  };

  private async serve(request: AwsRequest, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const caller = this.callerOf(request);
    if ("kind" in caller) {
      refuse(request, incoming, response, caller);
      return;
    }
    const body = needsBody(request) ? await readBody(incoming, response) : undefined;
    const needed = neededFor(request, body?.toString() ?? "", this.place(request));
    const refusal =
      needed === undefined ? this.refuseUnknown(caller, request, body?.toString() ?? "") : this.check(caller, needed);
    if (refusal !== undefined) {
      refuse(request, incoming, response, refusal);
      return;
    }
    if (body === undefined) goOn(incoming, response);
    const answer = await passOn(this.options, incoming, body ?? incoming);
    const hidden = answer.statusCode === 404 ? this.checkAbsence(caller, needed) : undefined;
    if (hidden !== undefined) {
      answer.resume();
      refuse(request, incoming, response, hidden);
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedFields(answer.rawHeaders));
    await pipeline(answer, response);
  }

  private place({ signature }: AwsRequest) {
    const region = signature?.region === "" ? undefined : signature?.region;
    return {
      accountId: this.options.accountId ?? "123456789012",
      region: region ?? this.options.region ?? "us-east-1",
    };
  }

  private callerOf(request: AwsRequest): Principal | Refusal {
    const { signature } = request;
    const asked = { action: describe(request), resource: "" };
    if (signature === undefined) {
      const reason = "the request has no signature";
      this.ledger.deny({}, asked, reason);
      return { kind: "access denied", message: `Access Denied: ${reason}.` };
    }
    const principal = this.byKey.get(signature.accessKeyId);
    if (principal === undefined) {
      const reason = `no task that runs has the access key ${signature.accessKeyId}`;
      this.ledger.deny({}, asked, reason);
      return {
        kind: "unknown key",
        message: `The AWS access key Id you provided does not exist in our records: ${reason}.`,
      };
    }
    if (principal.sessionToken !== (signature.token ?? "")) {
      const reason = "the session token is not the one of the access key";
      this.ledger.deny(principal, asked, reason);
      return { kind: "invalid token", message: `The provided token is malformed or otherwise invalid: ${reason}.` };
    }
    return principal;
  }

  private refuseUnknown(principal: Principal, request: AwsRequest, body: string): Refusal {
    const reason = "the table of requests (tools/live/aws/requests/) has no entry for it";
    const action = describe(request, body);
    this.ledger.deny(principal, { action, resource: "" }, reason);
    return { kind: "access denied", message: `${action}: ${reason}.` };
  }

  private check(principal: Principal, { operation, permissions }: Needed): Refusal | undefined {
    if (permissions.length === 0) this.ledger.count(principal, operation);
    for (const action of new Set(permissions.map((permission) => permission.action)))
      this.ledger.count(principal, action);
    let refusal: Refusal | undefined;
    for (const permission of permissions) refusal ??= this.decide(principal, permission);
    this.options.onRequest?.({ principal, operation, permissions, allowed: refusal === undefined });
    return refusal;
  }

  private checkAbsence(principal: Principal, needed: Needed | undefined): Refusal | undefined {
    return needed?.whenAbsent === undefined ? undefined : this.decide(principal, needed.whenAbsent);
  }

  private decide(principal: Principal, permission: Permission): Refusal | undefined {
    const { allowed, reason, unchecked } = evaluate(principal.policies, permission);
    for (const condition of unchecked) this.ledger.note(principal, permission.action, condition);
    if (allowed) return undefined;
    this.ledger.deny(principal, permission, reason);
    const user = `arn:aws:sts::${this.options.accountId ?? "123456789012"}:assumed-role/${principal.roleName}/${principal.task}`;
    const { action, resource } = permission;
    return {
      kind: "access denied",
      message: `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because ${reason}`,
    };
  }
}

/** A request in words, for what has no action. */
function describe(request: AwsRequest, body = ""): string {
  const { method, host, path, headers, signature } = request;
  const target = headers["x-amz-target"] ?? readOperation(request, body)?.name;
  const service = signature === undefined ? "" : ` (${signature.service})`;
  return `${method} ${host}${path}${service}${typeof target === "string" ? ` ${target}` : ""}`;
}

/** Tells a client that waits for it to send its body. */
function goOn(incoming: IncomingMessage, response: ServerResponse): void {
  if (incoming.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
}

async function readBody(incoming: IncomingMessage, response: ServerResponse): Promise<Buffer> {
  goOn(incoming, response);
  if (Number(incoming.headers["content-length"] ?? 0) > LARGEST_CHECKED_BODY) throw new Error("the body is too large");
  return buffer(incoming);
}

function refuse(request: AwsRequest, incoming: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = refusalAnswer(request, refusal);
  // The rest of the request is thrown away; a client that waits for permission to send it gets none, so the connection ends.
  if (!incoming.complete) incoming.resume();
  const waits = incoming.headers.expect !== undefined;
  response.writeHead(status, { ...headers, ...(waits ? { connection: "close" } : {}) });
  response.end(request.method === "HEAD" ? undefined : body);
}
