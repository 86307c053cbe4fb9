import type { AwsRequest } from "./aws-request";

/** The four protocols beside S3's that AWS's services speak to these clients. */
export type Protocol = "query" | "ec2" | "json" | "cbor";

/** An operation with its parameters at the first level. */
export interface Operation {
  /** As AWS's API reference names it. */
  readonly name: string;
  /** Texts; lists as `Name.member.1` or as arrays, as the protocol has them. Empty for CBOR, which is not read. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The protocol of a request by its head; undefined for REST. */
export function protocolOf({ headers, method, query, signature }: AwsRequest): Protocol | undefined {
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return "cbor";
  if (headers["x-amz-target"] !== undefined) return "json";
  const form = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  if ((method === "POST" && form) || query.has("Action")) return signature?.service === "ec2" ? "ec2" : "query";
  return undefined;
}

/** Reads operation and parameters; undefined when they cannot be read. */
export function readOperation(request: AwsRequest, body: string): Operation | undefined {
  switch (protocolOf(request)) {
    case "cbor":
      return named(/^\/service\/[^/]+\/operation\/(\w+)$/.exec(request.path)?.[1], {});
    case "json":
      return named(String(request.headers["x-amz-target"]).split(".").pop(), jsonObject(body));
    case "query":
    case "ec2": {
      const form = Object.fromEntries([...request.query, ...new URLSearchParams(body)]);
      return named(form.Action, form);
    }
    case undefined:
      return undefined;
  }
}

/** A parameter that is a text. */
export function parameter({ parameters }: Operation, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === "string" ? value : undefined;
}

function named(name: string | undefined, parameters: Readonly<Record<string, unknown>>): Operation | undefined {
  return name === undefined ? undefined : { name, parameters };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
