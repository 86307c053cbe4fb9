import type { Permission } from "../iam/permission";
import type { AwsRequest } from "./aws-request";
import type { Needed } from "./needed";
import { s3Address, type S3Address } from "./s3-address";

/** Query keys that make a request another operation; the value alone (`?acl`) does not matter. */
const SUBRESOURCES = [
  "accelerate",
  "acl",
  "analytics",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "location",
  "logging",
  "metadataTable",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versioning",
  "versions",
  "website",
];

/** Settings of a bucket: the query key, and the actions that read and write it; deleting one takes the writing action unless said. */
const BUCKET_SETTINGS: Readonly<Record<string, readonly [read: string, write?: string, remove?: string]>> = {
  accelerate: ["GetAccelerateConfiguration", "PutAccelerateConfiguration"],
  acl: ["GetBucketAcl", "PutBucketAcl"],
  cors: ["GetBucketCORS", "PutBucketCORS"],
  encryption: ["GetEncryptionConfiguration", "PutEncryptionConfiguration"],
  lifecycle: ["GetLifecycleConfiguration", "PutLifecycleConfiguration"],
  location: ["GetBucketLocation"],
  logging: ["GetBucketLogging", "PutBucketLogging"],
  notification: ["GetBucketNotification", "PutBucketNotification"],
  "object-lock": ["GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration"],
  ownershipControls: ["GetBucketOwnershipControls", "PutBucketOwnershipControls"],
  policy: ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"],
  policyStatus: ["GetBucketPolicyStatus"],
  publicAccessBlock: ["GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock"],
  replication: ["GetReplicationConfiguration", "PutReplicationConfiguration"],
  requestPayment: ["GetBucketRequestPayment", "PutBucketRequestPayment"],
  tagging: ["GetBucketTagging", "PutBucketTagging"],
  versioning: ["GetBucketVersioning", "PutBucketVersioning"],
  website: ["GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"],
};

/** Settings of an object likewise; with a version, AWS asks for the action on versions. */
const OBJECT_SETTINGS: Readonly<Record<string, readonly [read: string, write?: string, remove?: string]>> = {
  acl: ["GetObjectAcl", "PutObjectAcl"],
  "legal-hold": ["GetObjectLegalHold", "PutObjectLegalHold"],
  retention: ["GetObjectRetention", "PutObjectRetention"],
  tagging: ["GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"],
};

/**
 * Lists the permissions that a request to S3 needs, as the service authorization reference lists it.
 *
 * @param request its head
 * @param body its body, read for DeleteObjects alone (see `needsBody`)
 * @returns undefined for a request that this table has no entry for
 */
export function neededForS3(request: AwsRequest, body: string): Needed | undefined {
  const address = s3Address(request);
  const subresource = SUBRESOURCES.find((name) => request.query.has(name));
  if (address.bucket === undefined) {
    const listsBuckets = request.method === "GET" && subresource === undefined;
    return listsBuckets ? one("ListBuckets", { action: "s3:ListAllMyBuckets", resource: "*" }) : undefined;
  }
  const call: S3Call = { request, body, subresource, bucket: address.bucket, key: address.key ?? "" };
  return address.key === undefined ? onBucket(call) : onObject(call);
}

/** Tests if the needed permissions depend on the request's body. */
export function isDeleteObjects(request: AwsRequest, { bucket, key }: S3Address): boolean {
  return request.method === "POST" && bucket !== undefined && key === undefined && request.query.has("delete");
}

interface S3Call {
  readonly request: AwsRequest;
  readonly body: string;
  readonly subresource: string | undefined;
  readonly bucket: string;
  readonly key: string;
}

function one(operation: string, ...permissions: readonly Permission[]): Needed {
  return { operation: `s3:${operation}`, permissions };
}

function onTheBucket({ bucket }: S3Call, action: string, prefix?: { readonly value: string | undefined }): Permission {
  const context = prefix === undefined ? {} : { context: { "s3:prefix": prefix.value } };
  return { action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}`, ...context };
}

function onTheObject({ bucket, key }: S3Call, action: string, ofKey = key): Permission {
  return { action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}/${ofKey}` };
}

function onBucket(call: S3Call): Needed | undefined {
  const { method, query } = call.request;
  const prefix = { value: query.get("prefix") ?? undefined };
  switch (`${method} ${call.subresource ?? ""}`) {
    case "GET ":
      return one(query.has("list-type") ? "ListObjectsV2" : "ListObjects", onTheBucket(call, "ListBucket", prefix));
    case "HEAD ":
      return one("HeadBucket", onTheBucket(call, "ListBucket", { value: undefined }));
    case "PUT ":
      return one("CreateBucket", onTheBucket(call, "CreateBucket"));
    case "DELETE ":
      return one("DeleteBucket", onTheBucket(call, "DeleteBucket"));
    case "GET versions":
      return one("ListObjectVersions", onTheBucket(call, "ListBucketVersions", prefix));
    case "GET uploads":
      return one("ListMultipartUploads", onTheBucket(call, "ListBucketMultipartUploads", prefix));
    case "POST delete":
      return deleteObjects(call);
    default:
      return setting(call, BUCKET_SETTINGS, onTheBucket);
  }
}

/** One permission for each key. */
function deleteObjects(call: S3Call): Needed {
  const objects = [...call.body.matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, object = ""]) => object);
  const permissions = objects.map((object) => {
    const key = textOf(object, "Key") ?? "";
    return onTheObject(call, textOf(object, "VersionId") === undefined ? "DeleteObject" : "DeleteObjectVersion", key);
  });
  return one("DeleteObjects", ...permissions);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function textOf(xml: string, element: string): string | undefined {
  const text = new RegExp(`<${element}>(.*?)</${element}>`, "s").exec(xml)?.[1];
  return text?.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (whole, decimal, hexadecimal, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      return String.fromCodePoint(decimal === undefined ? parseInt(String(hexadecimal), 16) : Number(decimal));
    },
  );
}

function setting(
  call: S3Call,
  table: typeof BUCKET_SETTINGS,
  permission: (call: S3Call, action: string) => Permission,
): Needed | undefined {
  const [read, write, remove = write] = table[call.subresource ?? ""] ?? [];
  const action = { GET: read, PUT: write, DELETE: remove }[call.request.method];
  return action === undefined ? undefined : one(action, permission(call, action));
}

function onObject(call: S3Call): Needed | undefined {
  switch (`${call.request.method} ${call.subresource ?? ""}`) {
    case "GET ":
      return read(call, "GetObject");
    case "HEAD ":
      return read(call, "HeadObject");
    case "GET attributes":
      return read(call, "GetObjectAttributes", ofVersion(call, "GetObject", "Attributes"));
    case "PUT ":
      return copied(call, "PutObject", "CopyObject");
    case "PUT uploadId":
      return copied(call, "UploadPart", "UploadPartCopy");
    case "DELETE ":
      return one("DeleteObject", onTheObject(call, ofVersion(call, "DeleteObject")));
    case "POST uploads":
      return one("CreateMultipartUpload", onTheObject(call, "PutObject"), ...withHeaders(call));
    case "POST uploadId":
      return one("CompleteMultipartUpload", onTheObject(call, "PutObject"));
    case "DELETE uploadId":
      return one("AbortMultipartUpload", onTheObject(call, "AbortMultipartUpload"));
    case "GET uploadId":
      return one("ListParts", onTheObject(call, "ListMultipartUploadParts"));
    case "POST restore":
      return one("RestoreObject", onTheObject(call, "RestoreObject"));
    case "POST select":
      return one("SelectObjectContent", onTheObject(call, "GetObject"));
    default:
      return setting(call, OBJECT_SETTINGS, (ofCall, action) => onTheObject(ofCall, objectSetting(ofCall, action)));
  }
}

/**
 * A caller that may read an object but not list the bucket is not told that one does not exist. AWS asks for s3:ListBucket then, with
 * the key as prefix.
 */
function read(call: S3Call, operation: string, ...further: readonly string[]): Needed {
  const permissions = [ofVersion(call, "GetObject"), ...further].map((action) => onTheObject(call, action));
  return { ...one(operation, ...permissions), whenAbsent: onTheBucket(call, "ListBucket", { value: call.key }) };
}

function ofVersion(call: S3Call, action: string, ending = ""): string {
  return `${action}${call.request.query.has("versionId") ? "Version" : ""}${ending}`;
}

/** GetObjectAcl of a version is GetObjectVersionAcl; locks know no such difference. */
function objectSetting(call: S3Call, action: string): string {
  const distinct = call.subresource === "acl" || call.subresource === "tagging";
  return distinct && call.request.query.has("versionId") ? action.replace("Object", "ObjectVersion") : action;
}

function copied(call: S3Call, operation: string, copyOperation: string): Needed {
  const source = call.request.headers["x-amz-copy-source"];
  const write = [onTheObject(call, "PutObject"), ...withHeaders(call)];
  if (typeof source !== "string") return one(operation, ...write);
  const [path = "", query = ""] = source.split("?");
  const resource = `arn:aws:s3:::${decodeURIComponent(path).replace(/^\//, "")}`;
  const action = query.startsWith("versionId=") ? "s3:GetObjectVersion" : "s3:GetObject";
  return one(copyOperation, { action, resource }, ...write);
}

/** Permissions that a write needs beside the object's own. */
function withHeaders(call: S3Call): readonly Permission[] {
  const { headers } = call.request;
  return [
    ...(headers["x-amz-tagging"] === undefined ? [] : [onTheObject(call, "PutObjectTagging")]),
    ...(headers["x-amz-acl"] === undefined ? [] : [onTheObject(call, "PutObjectAcl")]),
  ];
}
