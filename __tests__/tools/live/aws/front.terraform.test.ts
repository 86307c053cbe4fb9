import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { createAuthority } from "../../../../tools/live/aws/authority";
import { startAwsFront, type AwsFront } from "../../../../tools/live/aws/front";
import { s3Client } from "../../../../tools/mock/s3";
import { startMock, type Mock } from "../../../../tools/mock/server";
import { allow, credentialsOf, principal } from "./principals";

// The first test of a fresh clone also installs moto.
jest.setTimeout(180_000);

const region = "ap-northeast-2";
const task = principal(
  "one",
  allow(["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], "arn:aws:s3:::data/own/*"),
  allow("s3:ListBucket", "arn:aws:s3:::data", { StringLike: { "s3:prefix": "own/*" } }),
);

let folder: string;
let mock: Mock;
let front: AwsFront;
let s3: S3Client;
let sts: STSClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-front-moto-"));
  mock = await startMock({ region, logDir: folder });
  await s3Client(mock).send(
    new CreateBucketCommand({ Bucket: "data", CreateBucketConfiguration: { LocationConstraint: region } }),
  );
  const authority = await createAuthority(folder);
  front = await startAwsFront({ mockUrl: mock.url, authority, address: "127.0.0.1", port: 0, principals: [task] });
  const agent = { ca: authority.bundle, host: "127.0.0.1", port: front.port } as ConstructorParameters<typeof Agent>[0];
  const requestHandler = { httpsAgent: new Agent(agent) };
  const client = { region, credentials: credentialsOf(task), maxAttempts: 1, requestHandler };
  s3 = new S3Client(client);
  sts = new STSClient(client);
});

afterAll(async () => {
  await front.close();
  await mock.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("the mock takes what comes through the front, whatever the kind of upload", async () => {
  const Bucket = "data";
  const part = randomBytes(5 * 1024 * 1024);
  await s3.send(new PutObjectCommand({ Bucket, Key: "own/a b+ü", Body: "text" }));
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "own/parts" }));
  const upload = { Bucket, Key: "own/parts", UploadId };
  const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: part }));
  await s3.send(
    new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }),
  );
  await s3.send(new CopyObjectCommand({ Bucket, Key: "own/copy", CopySource: "data/own/parts" }));
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "own/" }));
  expect(Contents.map(({ Key, Size }) => [Key, Size])).toEqual([
    ["own/a b+ü", 4],
    ["own/copy", part.length],
    ["own/parts", part.length],
  ]);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "own/copy" }));
  expect(Buffer.compare((await Body?.transformToByteArray()) ?? Buffer.alloc(0), part)).toBe(0);
  const Objects = Contents.map(({ Key }) => ({ Key: Key ?? "" }));
  const { Deleted = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  expect(Deleted).toHaveLength(3);
  expect(front.denials()).toEqual([]);
});

test("an object that is missing is missing, outside of what the role may see it is denied", async () => {
  const get = async (Key: string) => s3.send(new GetObjectCommand({ Bucket: "data", Key }));
  await expect(get("own/nothing")).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(get("other/nothing")).rejects.toMatchObject({ name: "AccessDenied" });
  expect(front.denials()).toMatchObject([{ action: "s3:GetObject", resource: "arn:aws:s3:::data/other/nothing" }]);
});

test("STS answers", async () => {
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: "123456789012" });
});
