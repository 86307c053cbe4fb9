import type { AwsRequest } from "./aws-request";

/** Bucket and key that a request to S3 names. */
export interface S3Address {
  readonly bucket: string | undefined;
  /** Decoded. */
  readonly key: string | undefined;
}

const HOST = /^(?:(?<bucket>.+)\.)?s3(?:[.-]dualstack)?(?:[.-](?<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$/;

/** Tests if a host name is one of S3. */
export function isS3Host(host: string): boolean {
  return HOST.test(host);
}

/** Reads bucket and key of a request: by the host's first labels (virtual-hosted style), else by the path's first segment. */
export function s3Address({ host, path }: Pick<AwsRequest, "host" | "path">): S3Address {
  const inHost = HOST.exec(host)?.groups?.bucket;
  const decoded = decodeURIComponent(path.replace(/^\//, ""));
  if (inHost !== undefined) return { bucket: inHost, key: decoded === "" ? undefined : decoded };
  const slash = decoded.indexOf("/");
  const bucket = slash < 0 ? decoded : decoded.slice(0, slash);
  const key = slash < 0 ? "" : decoded.slice(slash + 1);
  return { bucket: bucket === "" ? undefined : bucket, key: key === "" ? undefined : key };
}
