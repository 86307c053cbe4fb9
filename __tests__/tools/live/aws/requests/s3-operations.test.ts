import { readAwsRequest } from "../../../../../tools/live/aws/requests/aws-request";
import { neededFor, needsBody } from "../../../../../tools/live/aws/requests/needed-for";
import { s3Address } from "../../../../../tools/live/aws/requests/s3-address";

const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=AKIA/20260101/ap-northeast-2/s3/aws4_request, SignedHeaders=host, Signature=0";
const PLACE = { accountId: "123456789012", region: "ap-northeast-2" };
const BUCKET = "arn:aws:s3:::data";

function needed(line: string, headers: Record<string, string> = {}, body = "") {
  const [method = "", url = ""] = line.split(" ");
  const host = "s3.ap-northeast-2.amazonaws.com";
  const request = readAwsRequest(method, url, { host, authorization: AUTHORIZATION, ...headers });
  return neededFor(request, body, PLACE);
}

function permissions(line: string, headers?: Record<string, string>, body?: string): readonly string[] | undefined {
  return needed(line, headers, body)?.permissions.map(({ action, resource }) => `${action} ${resource}`);
}

test.each<readonly [line: string, operation: string, permission: string]>([
  ["GET /", "ListBuckets", "ListAllMyBuckets *"],
  ["GET /data", "ListObjects", `ListBucket ${BUCKET}`],
  ["GET /data?list-type=2&prefix=a%2F&delimiter=%2F", "ListObjectsV2", `ListBucket ${BUCKET}`],
  ["HEAD /data", "HeadBucket", `ListBucket ${BUCKET}`],
  ["PUT /data", "CreateBucket", `CreateBucket ${BUCKET}`],
  ["DELETE /data", "DeleteBucket", `DeleteBucket ${BUCKET}`],
  ["GET /data?versions&prefix=a", "ListObjectVersions", `ListBucketVersions ${BUCKET}`],
  ["GET /data?uploads=", "ListMultipartUploads", `ListBucketMultipartUploads ${BUCKET}`],
  ["GET /data?location", "GetBucketLocation", `GetBucketLocation ${BUCKET}`],
  ["GET /data?versioning=", "GetBucketVersioning", `GetBucketVersioning ${BUCKET}`],
  ["PUT /data?versioning=", "PutBucketVersioning", `PutBucketVersioning ${BUCKET}`],
  ["GET /data?lifecycle", "GetLifecycleConfiguration", `GetLifecycleConfiguration ${BUCKET}`],
  ["DELETE /data?lifecycle", "PutLifecycleConfiguration", `PutLifecycleConfiguration ${BUCKET}`],
  ["DELETE /data?policy", "DeleteBucketPolicy", `DeleteBucketPolicy ${BUCKET}`],
  ["DELETE /data?website", "DeleteBucketWebsite", `DeleteBucketWebsite ${BUCKET}`],
  ["DELETE /data?tagging", "PutBucketTagging", `PutBucketTagging ${BUCKET}`],
  ["PUT /data?publicAccessBlock=", "PutBucketPublicAccessBlock", `PutBucketPublicAccessBlock ${BUCKET}`],
  ["GET /data?encryption", "GetEncryptionConfiguration", `GetEncryptionConfiguration ${BUCKET}`],
  ["GET /data?object-lock", "GetBucketObjectLockConfiguration", `GetBucketObjectLockConfiguration ${BUCKET}`],
  ["GET /data/a/b?x-id=GetObject", "GetObject", `GetObject ${BUCKET}/a/b`],
  ["GET /data/a%20%2B%C3%A4", "GetObject", `GetObject ${BUCKET}/a +ä`],
  ["GET /data/a?versionId=1", "GetObject", `GetObjectVersion ${BUCKET}/a`],
  ["HEAD /data/a", "HeadObject", `GetObject ${BUCKET}/a`],
  ["PUT /data/a", "PutObject", `PutObject ${BUCKET}/a`],
  ["DELETE /data/a", "DeleteObject", `DeleteObject ${BUCKET}/a`],
  ["DELETE /data/a?versionId=1", "DeleteObject", `DeleteObjectVersion ${BUCKET}/a`],
  ["POST /data/a?uploads", "CreateMultipartUpload", `PutObject ${BUCKET}/a`],
  ["PUT /data/a?partNumber=1&uploadId=u", "UploadPart", `PutObject ${BUCKET}/a`],
  ["POST /data/a?uploadId=u", "CompleteMultipartUpload", `PutObject ${BUCKET}/a`],
  ["DELETE /data/a?uploadId=u", "AbortMultipartUpload", `AbortMultipartUpload ${BUCKET}/a`],
  ["GET /data/a?uploadId=u", "ListParts", `ListMultipartUploadParts ${BUCKET}/a`],
  ["GET /data/a?tagging", "GetObjectTagging", `GetObjectTagging ${BUCKET}/a`],
  ["PUT /data/a?tagging", "PutObjectTagging", `PutObjectTagging ${BUCKET}/a`],
  ["DELETE /data/a?tagging&versionId=1", "DeleteObjectTagging", `DeleteObjectVersionTagging ${BUCKET}/a`],
  ["GET /data/a?acl", "GetObjectAcl", `GetObjectAcl ${BUCKET}/a`],
  ["GET /data/a?legal-hold&versionId=1", "GetObjectLegalHold", `GetObjectLegalHold ${BUCKET}/a`],
  ["POST /data/a?restore", "RestoreObject", `RestoreObject ${BUCKET}/a`],
  ["POST /data/a?select&select-type=2", "SelectObjectContent", `GetObject ${BUCKET}/a`],
])("%s is %s and needs %s", (line, operation, permission) => {
  expect(needed(line)?.operation).toBe(`s3:${operation}`);
  expect(permissions(line)).toEqual([`s3:${permission}`]);
});

test.each([
  ["GET /data?prefix=loki%2Findex", "loki/index"],
  ["GET /data?list-type=2&prefix=", ""],
  ["GET /data", undefined],
  ["HEAD /data", undefined],
])("%s lists with the prefix %s", (line, prefix) => {
  const [permission] = needed(line)?.permissions ?? [];
  expect(permission?.context).toEqual({ "s3:prefix": prefix });
});

test("attributes of an object need two actions, those of a version two others", () => {
  expect(permissions("GET /data/a?attributes")).toEqual([
    `s3:GetObject ${BUCKET}/a`,
    `s3:GetObjectAttributes ${BUCKET}/a`,
  ]);
  expect(permissions("GET /data/a?attributes&versionId=1")).toEqual([
    `s3:GetObjectVersion ${BUCKET}/a`,
    `s3:GetObjectVersionAttributes ${BUCKET}/a`,
  ]);
});

test("a copy also reads its source", () => {
  const source = { "x-amz-copy-source": "/other/from%20here" };
  expect(needed("PUT /data/a", source)?.operation).toBe("s3:CopyObject");
  expect(permissions("PUT /data/a", source)).toEqual([
    "s3:GetObject arn:aws:s3:::other/from here",
    `s3:PutObject ${BUCKET}/a`,
  ]);
  expect(permissions("PUT /data/a?partNumber=1&uploadId=u", { "x-amz-copy-source": "other/b?versionId=3" })).toEqual([
    "s3:GetObjectVersion arn:aws:s3:::other/b",
    `s3:PutObject ${BUCKET}/a`,
  ]);
});

test("tags and an ACL at a write need their own actions", () => {
  expect(permissions("PUT /data/a", { "x-amz-tagging": "a=b", "x-amz-acl": "private" })).toEqual([
    `s3:PutObject ${BUCKET}/a`,
    `s3:PutObjectTagging ${BUCKET}/a`,
    `s3:PutObjectAcl ${BUCKET}/a`,
  ]);
});

test("DeleteObjects needs s3:DeleteObject for each key of its body", () => {
  const body =
    '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a/&lt;1&gt; &amp;amp;</Key></Object>' +
    "<Object><Key>b&#x41;&#66;</Key><VersionId>7</VersionId></Object><Quiet>true</Quiet></Delete>";
  expect(permissions("POST /data?delete", {}, body)).toEqual([
    `s3:DeleteObject ${BUCKET}/a/<1> &amp;`,
    `s3:DeleteObjectVersion ${BUCKET}/bAB`,
  ]);
});

test("only DeleteObjects has its body read", () => {
  const head = (method: string, url: string) =>
    readAwsRequest(method, url, { host: "s3.amazonaws.com", authorization: AUTHORIZATION });
  expect(needsBody(head("POST", "/data?delete"))).toBe(true);
  expect(needsBody(head("PUT", "/data/a"))).toBe(false);
  expect(needsBody(head("POST", "/data/a?delete"))).toBe(false);
});

test.each([
  "GET /data?metrics&id=1",
  "POST /data",
  "PATCH /data/a",
  "PUT /data/a?torrent",
  "POST /",
  "GET /data/a?cors",
])("%s has no entry", (line) => {
  expect(needed(line)).toBeUndefined();
});

test("who reads an object that is not there must be allowed to list its key", () => {
  const listing = { action: "s3:ListBucket", resource: BUCKET, context: { "s3:prefix": "own/a" } };
  expect(needed("GET /data/own/a")?.whenAbsent).toEqual(listing);
  expect(needed("HEAD /data/own/a")?.whenAbsent).toEqual(listing);
  expect(needed("PUT /data/own/a")?.whenAbsent).toBeUndefined();
});

test.each([
  ["data.s3.ap-northeast-2.amazonaws.com", "/a/b", "data", "a/b"],
  ["data.s3.dualstack.ap-northeast-2.amazonaws.com", "/", "data", undefined],
  ["data.s3.amazonaws.com", "/a", "data", "a"],
  ["data.s3-ap-northeast-2.amazonaws.com", "/a", "data", "a"],
  ["my.data.s3.us-gov-west-1.amazonaws.com", "/a", "my.data", "a"],
  ["s3.ap-northeast-2.amazonaws.com", "/data/a/", "data", "a/"],
  ["s3.dualstack.ap-northeast-2.amazonaws.com", "/data/", "data", undefined],
  ["s3.amazonaws.com", "/", undefined, undefined],
  ["127.0.0.1", "/data/a", "data", "a"],
])("%s%s is bucket %s, key %s", (host, path, bucket, key) => {
  expect(s3Address({ host, path })).toEqual({ bucket, key });
});
