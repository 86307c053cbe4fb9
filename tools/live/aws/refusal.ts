import { randomUUID } from "node:crypto";
import type { AwsRequest } from "./requests/aws-request";
import { isForS3 } from "./requests/needed-for";
import { protocolOf } from "./requests/operation";

/** Reason for which the front answers by itself. */
export interface Refusal {
  readonly kind: "access denied" | "unknown key" | "invalid token" | "unavailable";
  readonly message: string;
}

/** An answer of the front's own. */
export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** AWS's names of an error by protocol. Services with JSON answer 400 where the others answer 403. */
const CODES = {
  "access denied": {
    s3: "AccessDenied",
    query: "AccessDenied",
    ec2: "UnauthorizedOperation",
    json: "AccessDeniedException",
  },
  "unknown key": {
    s3: "InvalidAccessKeyId",
    query: "InvalidClientTokenId",
    ec2: "AuthFailure",
    json: "UnrecognizedClientException",
  },
  "invalid token": {
    s3: "InvalidToken",
    query: "InvalidClientTokenId",
    ec2: "AuthFailure",
    json: "UnrecognizedClientException",
  },
  unavailable: {
    s3: "ServiceUnavailable",
    query: "ServiceUnavailable",
    ec2: "Unavailable",
    json: "ServiceUnavailableException",
  },
} as const;

/**
 * An error as the service itself would give it, so that clients name it as they do on AWS.
 *
 * @param request what is refused
 * @param refusal why
 */
export function refusalAnswer(request: AwsRequest, { kind, message }: Refusal): RefusalAnswer {
  const id = randomUUID();
  const status = kind === "unavailable" ? 503 : 403;
  const codes = CODES[kind];
  if (isForS3(request)) {
    const text = element("Error", element("Code", codes.s3), element("Message", message), element("RequestId", id));
    return xml(status, id, text);
  }
  switch (protocolOf(request)) {
    case "ec2": {
      const error = element("Error", element("Code", codes.ec2), element("Message", message));
      return xml(status, id, element("Response", element("Errors", error), element("RequestID", id)));
    }
    case "query": {
      const parts = [element("Type", "Sender"), element("Code", codes.query), element("Message", message)];
      return xml(status, id, element("ErrorResponse", element("Error", ...parts), element("RequestId", id)));
    }
    case "cbor":
      return withBody(status === 503 ? 503 : 400, cborTexts({ __type: codes.json, message }), {
        "content-type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "x-amzn-requestid": id,
      });
    default:
      return withBody(status === 503 ? 503 : 400, Buffer.from(JSON.stringify({ __type: codes.json, message })), {
        "content-type": "application/x-amz-json-1.1",
        "x-amzn-errortype": codes.json,
        "x-amzn-requestid": id,
      });
  }
}

function element(name: string, ...content: readonly string[]): string {
  const inner = content.length === 1 && content[0]?.startsWith("<") === false ? escape(content[0]) : content.join("");
  return `<${name}>${inner}</${name}>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function xml(status: number, id: string, text: string): RefusalAnswer {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
  return withBody(status, body, { "content-type": "application/xml", "x-amz-request-id": id });
}

function withBody(status: number, body: Buffer, headers: Readonly<Record<string, string>>): RefusalAnswer {
  return { status, headers: { ...headers, "content-length": String(body.length) }, body };
}

/** A CBOR map of texts (RFC 8949): major type 5, then texts of major type 3 with their length in two bytes. */
function cborTexts(texts: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(texts);
  const text = (value: string) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 0xff]), bytes]);
  };
  return Buffer.concat([Buffer.from([0xa0 + entries.length]), ...entries.flat().map(text)]);
}
