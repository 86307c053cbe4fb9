import type { IncomingHttpHeaders } from "node:http";

/** The head of a request to AWS, with what its signature says. */
export interface AwsRequest {
  readonly method: string;
  /** Without a port, lower case. */
  readonly host: string;
  /** As sent, percent-encoding included. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Undefined for a request without a signature. */
  readonly signature: Signature | undefined;
}

/** Content of a signature (version 4), read without checking it. */
export interface Signature {
  readonly accessKeyId: string;
  /** Empty in a signature that is for several regions. */
  readonly region: string;
  /** The service's name in signatures: `s3`, `monitoring`. */
  readonly service: string;
  /** Session token, where the keys are temporary. */
  readonly token: string | undefined;
}

/**
 * Reads the head of a request.
 *
 * @param method HTTP method
 * @param url request target: path and query
 * @param headers its headers
 */
export function readAwsRequest(method: string, url: string, headers: IncomingHttpHeaders): AwsRequest {
  const questionMark = url.indexOf("?");
  const path = questionMark < 0 ? url : url.slice(0, questionMark);
  const query = new URLSearchParams(questionMark < 0 ? "" : url.slice(questionMark + 1));
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  return { method, host, path, query, headers, signature: readSignature(headers, query) };
}

function readSignature(headers: IncomingHttpHeaders, query: URLSearchParams): Signature | undefined {
  const inHeader = /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1];
  const scope = (inHeader ?? query.get("X-Amz-Credential"))?.split("/");
  if (scope === undefined) return undefined;
  const token = headers["x-amz-security-token"] ?? query.get("X-Amz-Security-Token") ?? undefined;
  // key/date/region/service/aws4_request, without the region in a signature that is for several.
  const [service = "", region = ""] = scope.slice(0, -1).reverse();
  return {
    accessKeyId: scope[0] ?? "",
    region: scope.length > 4 ? region : "",
    service,
    token: typeof token === "string" ? token : undefined,
  };
}
