import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { createAuthority, type Authority } from "../../../../tools/live/aws/authority";
import { startAwsFront, type AwsFront } from "../../../../tools/live/aws/front";
import type { Principal } from "../../../../tools/live/aws/principal";
import { eventually } from "../eventually";
import { StandIn } from "../stand-in";
import { allow, credentialsOf, principal } from "./principals";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const REGION = "ap-northeast-2";
const BUCKET = "arn:aws:s3:::data";
const loki = principal(
  "one",
  allow(["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], `${BUCKET}/loki/*`),
  allow("s3:ListBucket", BUCKET, { StringLike: { "s3:prefix": ["loki", "loki/*"] } }),
);

let folder: string;
let authority: Authority;
let upstream: StandIn;
let front: AwsFront;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-front-"));
  authority = await createAuthority(folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  upstream = await StandIn.start((_request, response) => response.end());
  front = await startAwsFront({
    mockUrl: `http://127.0.0.1:${upstream.port}`,
    authority,
    address: "127.0.0.1",
    port: 0,
    principals: [loki],
  });
});

afterEach(async () => {
  await front.close();
  await StandIn.stopAll();
});

/** What an SDK client needs to reach the front under AWS's own names. */
function asTask(caller: Principal | undefined = loki) {
  return {
    region: REGION,
    maxAttempts: 1,
    credentials: credentialsOf(caller),
    requestHandler: { httpsAgent: agent() },
  };
}

/** Stands for the DNS server: every name leads to the front; the certificate is still checked against the name asked for. */
function agent(): Agent {
  return new Agent({ ca: authority.bundle, host: "127.0.0.1", port: front.port });
}

function withHandler(handler: RequestListener): void {
  upstream.handler = handler;
}

async function failureOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error("the call succeeded");
}

/** A request of no SDK's making. */
async function raw(service: string, headers: Record<string, string>, body: string, caller = loki) {
  const authorization = `AWS4-HMAC-SHA256 Credential=${caller.accessKeyId}/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const host = `${service}.${REGION}.amazonaws.com`;
    const options = {
      agent: agent(),
      host,
      path:
        headers["smithy-protocol"] === undefined ? "/" : "/service/GraniteServiceVersion20100801/operation/ListMetrics",
      method: "POST",
      headers: { host, authorization, "x-amz-security-token": caller.sessionToken, ...headers },
    };
    const outgoing = httpsRequest(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
      });
    });
    outgoing.once("error", reject).end(body);
  });
}

describe("what is allowed", () => {
  test("reaches the mock under AWS's host name, with every header that was signed", async () => {
    await new S3Client(asTask()).send(new PutObjectCommand({ Bucket: "data", Key: "loki/a b", Body: "text" }));
    expect(upstream.requests).toHaveLength(1);
    const [request] = upstream.requests;
    expect(request).toMatchObject({
      method: "PUT",
      url: "/loki/a%20b?x-id=PutObject",
      headers: { host: "data.s3.ap-northeast-2.amazonaws.com", "x-amz-security-token": "token of one" },
    });
    const signed = /SignedHeaders=([^,]+)/.exec(request?.headers.authorization ?? "")?.[1]?.split(";") ?? [];
    expect(signed).toEqual(expect.arrayContaining(["host", "x-amz-date", "x-amz-security-token"]));
    for (const name of signed) expect(request?.headers[name]).toBeDefined();
    expect(request?.headers).not.toHaveProperty("x-forwarded-for");
    expect(front.denials()).toEqual([]);
  });

  test("path style, dualstack and virtual-hosted names have certificates, other names have not", async () => {
    const names = ["s3", "data.s3", "data.s3.dualstack", "monitoring"].map((name) => `${name}.${REGION}.amazonaws.com`);
    const status = async (host: string) =>
      new Promise((resolve) => {
        const options = { agent: agent(), host, headers: { host }, path: "/" };
        httpsRequest(options, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .once("error", (error: NodeJS.ErrnoException) => {
            resolve(error.code);
          })
          .end();
      });
    expect(await Promise.all(names.map(status))).toEqual([403, 403, 403, 400]);
    expect(await status("example.com")).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  test("large bodies stream in both directions, byte for byte", async () => {
    const sent = randomBytes(8 * 1024 * 1024);
    let first: number | undefined;
    const hash = createHash("sha256");
    withHandler((request, response) => {
      if (request.method === "GET") {
        response.writeHead(200, { "content-length": sent.length, etag: '"e"' });
        Readable.from([sent.subarray(0, 1000), sent.subarray(1000)]).pipe(response);
        return;
      }
      request.on("data", (chunk: Buffer) => {
        first ??= chunk.length;
        hash.update(chunk);
      });
      request.on("end", () => response.end());
    });
    const s3 = new S3Client({ ...asTask(), requestChecksumCalculation: "WHEN_REQUIRED" });
    await s3.send(new PutObjectCommand({ Bucket: "data", Key: "loki/big", Body: sent }));
    expect(first).toBeLessThan(sent.length);
    expect(hash.digest("hex")).toBe(createHash("sha256").update(sent).digest("hex"));
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: "data", Key: "loki/big" }));
    expect(Buffer.compare((await Body?.transformToByteArray()) ?? Buffer.alloc(0), sent)).toBe(0);
    expect(ETag).toBe('"e"');
  });

  test("calls are counted by task and action", async () => {
    const s3 = new S3Client(asTask());
    for (const Key of ["loki/1", "loki/2"]) await s3.send(new PutObjectCommand({ Bucket: "data", Key, Body: "x" }));
    await s3.send(new HeadObjectCommand({ Bucket: "data", Key: "loki/1" }));
    expect(front.calls()).toEqual([
      { task: "one", service: "loki", action: "s3:PutObject", count: 2 },
      { task: "one", service: "loki", action: "s3:GetObject", count: 1 },
    ]);
  });

  test("everybody may ask who they are", async () => {
    withHandler((_request, response) =>
      response.setHeader("content-type", "text/xml").end("<GetCallerIdentityResponse/>"),
    );
    await new STSClient(asTask()).send(new GetCallerIdentityCommand({}));
    expect(front.calls()).toMatchObject([{ action: "sts:GetCallerIdentity", count: 1 }]);
    expect(front.denials()).toEqual([]);
  });

  test("a condition that cannot be checked is reported once", async () => {
    const conditional = principal("two", allow("s3:*", "*", { StringEquals: { "aws:SourceVpc": "vpc-1" } }));
    front.add(conditional);
    const s3 = new S3Client(asTask(conditional));
    for (const Key of ["1", "2"]) await s3.send(new HeadObjectCommand({ Bucket: "data", Key }));
    expect(front.unchecked()).toEqual([
      { task: "two", service: "loki", action: "s3:GetObject", condition: "StringEquals aws:SourceVpc" },
    ]);
  });

  test("a mock behind a socket serves as well, and without an authority the front speaks HTTP", async () => {
    const socket = join(folder, "mock.sock");
    const server = createServer((request, response) => response.end(request.headers.host));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const plain = await startAwsFront({ mockSocket: socket, address: "127.0.0.1", port: 0, principals: [loki] });
    try {
      const s3 = new S3Client({ ...asTask(), requestHandler: {}, endpoint: plain.url, forcePathStyle: true });
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: "data", Key: "loki/a" }));
      expect(await Body?.transformToString()).toBe(`127.0.0.1:${plain.port}`);
    } finally {
      await plain.close();
      server.close();
    }
  });
});

describe("what is not allowed", () => {
  test("S3 refuses with its XML; nothing reaches the mock; the refusal is remembered", async () => {
    const s3 = new S3Client(asTask());
    const failure = await failureOf(s3.send(new PutObjectCommand({ Bucket: "data", Key: "tempo/a", Body: "x" })));
    await failureOf(s3.send(new PutObjectCommand({ Bucket: "data", Key: "tempo/b", Body: "x" })));
    const reason = "no policy of the role allows the action on the resource";
    expect(failure).toEqual({
      name: "AccessDenied",
      status: 403,
      message: `User: arn:aws:sts::123456789012:assumed-role/one-role/one is not authorized to perform: s3:PutObject on resource: ${BUCKET}/tempo/a because ${reason}`,
    });
    expect(upstream.requests).toEqual([]);
    expect(front.denials()).toEqual([
      {
        task: "one",
        service: "loki",
        action: "s3:PutObject",
        resource: `${BUCKET}/tempo/a`,
        prefix: undefined,
        reason,
        firstAt: expect.any(Date) as Date,
        count: 2,
      },
    ]);
  });

  test("a listing counts by its prefix", async () => {
    const s3 = new S3Client(asTask());
    withHandler((_request, response) => response.end("<ListBucketResult/>"));
    await s3.send(new ListObjectsV2Command({ Bucket: "data", Prefix: "loki/index/" }));
    expect(await failureOf(s3.send(new ListObjectsV2Command({ Bucket: "data", Prefix: "tempo/" })))).toMatchObject({
      name: "AccessDenied",
    });
    await failureOf(s3.send(new ListObjectsV2Command({ Bucket: "data" })));
    expect(front.denials()).toMatchObject([
      { action: "s3:ListBucket", resource: BUCKET, prefix: "tempo/" },
      { action: "s3:ListBucket", resource: BUCKET, prefix: undefined },
    ]);
  });

  test("one key of DeleteObjects is enough", async () => {
    const s3 = new S3Client(asTask());
    withHandler((_request, response) => response.end("<DeleteResult/>"));
    const remove = async (...keys: readonly string[]) =>
      s3.send(new DeleteObjectsCommand({ Bucket: "data", Delete: { Objects: keys.map((Key) => ({ Key })) } }));
    await remove("loki/a", "loki/b");
    expect(upstream.requests).toHaveLength(1);
    expect(await failureOf(remove("loki/a", "tempo/b"))).toMatchObject({ name: "AccessDenied" });
    expect(front.denials()).toMatchObject([{ action: "s3:DeleteObject", resource: `${BUCKET}/tempo/b` }]);
    expect(upstream.requests).toHaveLength(1);
  });

  test("a JSON service refuses in JSON", async () => {
    const secrets = new SecretsManagerClient(asTask());
    expect(await failureOf(secrets.send(new GetSecretValueCommand({ SecretId: "lgtm/x" })))).toMatchObject({
      name: "AccessDeniedException",
      status: 400,
    });
    expect(front.denials()).toMatchObject([{ action: "secretsmanager:GetSecretValue" }]);
  });

  test("query, EC2 and CBOR refuse in their own ways", async () => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const query = await raw("monitoring", form, "Action=ListMetrics&Version=2010-08-01");
    expect(query.status).toBe(403);
    expect(query.body.toString()).toMatch(
      /<ErrorResponse><Error><Type>Sender<\/Type><Code>AccessDenied<\/Code><Message>User: /,
    );
    const ec2 = await raw("ec2", form, "Action=DescribeInstances");
    expect(ec2.status).toBe(403);
    expect(ec2.body.toString()).toContain("<Response><Errors><Error><Code>UnauthorizedOperation</Code>");
    const cbor = await raw("monitoring", { "smithy-protocol": "rpc-v2-cbor" }, "");
    expect(cbor).toMatchObject({
      status: 400,
      headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
    });
    // A map of two, then texts with a length of two bytes.
    expect(cbor.body.subarray(0, 4)).toEqual(Buffer.from([0xa2, 0x79, 0, 6]));
    expect(cbor.body.toString("latin1")).toContain("AccessDeniedException");
  });

  test("HEAD is refused without a body", async () => {
    const failure = await failureOf(
      new S3Client(asTask()).send(new HeadObjectCommand({ Bucket: "data", Key: "tempo/a" })),
    );
    expect(failure.status).toBe(403);
  });

  test("an upload that waits for permission to be sent is not sent", async () => {
    let continued = false;
    const authorization = `AWS4-HMAC-SHA256 Credential=${loki.accessKeyId}/20260101/${REGION}/s3/aws4_request, SignedHeaders=host, Signature=0`;
    const put = async (key: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const host = `data.s3.${REGION}.amazonaws.com`;
        const headers = { host, authorization, "x-amz-security-token": loki.sessionToken, expect: "100-continue" };
        const outgoing = httpsRequest({ agent: agent(), host, path: `/${key}`, method: "PUT", headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        outgoing.once("error", reject);
        outgoing.once("continue", () => {
          continued = true;
          outgoing.end("body");
        });
        outgoing.flushHeaders();
      });
    expect(await put("tempo/a")).toBe(403);
    expect(continued).toBe(false);
    expect(await put("loki/a")).toBe(200);
    expect(continued).toBe(true);
    expect(upstream.requests[0]?.headers.expect).toBeUndefined();
  });

  test("an unknown key is named, and so is one whose task is gone", async () => {
    const stranger = principal("stranger");
    const get = new GetObjectCommand({ Bucket: "data", Key: "loki/a" });
    expect(await failureOf(new S3Client(asTask(stranger)).send(get))).toMatchObject({ name: "InvalidAccessKeyId" });
    front.remove("one");
    expect(await failureOf(new S3Client(asTask()).send(get))).toMatchObject({ name: "InvalidAccessKeyId" });
    expect(await failureOf(new STSClient(asTask()).send(new GetCallerIdentityCommand({})))).toMatchObject({
      name: "InvalidClientTokenId",
    });
    expect(front.denials()).toMatchObject([
      { task: undefined, reason: "no task that runs has the access key ASIASTRANGER" },
      { task: undefined, reason: "no task that runs has the access key ASIAONE", count: 1 },
      { task: undefined, reason: "no task that runs has the access key ASIAONE", count: 1 },
    ]);
  });

  test("another task's session token is refused", async () => {
    const mixed = { ...loki, sessionToken: "another" };
    const get = new GetObjectCommand({ Bucket: "data", Key: "loki/a" });
    expect(await failureOf(new S3Client(asTask(mixed)).send(get))).toMatchObject({ name: "InvalidToken" });
    expect(front.denials()).toMatchObject([
      { task: "one", reason: "the session token is not the one of the access key" },
    ]);
  });

  test("what the table does not know is refused, with host, method and target", async () => {
    const answer = await raw("lambda", { "x-amz-target": "AWSLambda.Invoke" }, "{}");
    expect(answer.status).toBe(400);
    expect(answer.body.toString()).toContain("has no entry for it");
    expect(front.denials()).toMatchObject([
      { task: "one", action: `POST lambda.${REGION}.amazonaws.com/ (lambda) AWSLambda.Invoke`, resource: "" },
    ]);
  });

  test("that an object is missing is told only to who may list its key", async () => {
    const missing = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>gone</Message></Error>';
    withHandler((_request, response) => response.writeHead(404, { "content-type": "application/xml" }).end(missing));
    const blind = principal("blind", allow("s3:GetObject", `${BUCKET}/*`));
    front.add(blind);
    const get = new GetObjectCommand({ Bucket: "data", Key: "loki/a" });
    expect(await failureOf(new S3Client(asTask()).send(get))).toMatchObject({ name: "NoSuchKey", status: 404 });
    expect(front.denials()).toEqual([]);
    expect(await failureOf(new S3Client(asTask(blind)).send(get))).toMatchObject({ name: "AccessDenied", status: 403 });
    expect(front.denials()).toMatchObject([{ task: "blind", action: "s3:ListBucket", prefix: "loki/a" }]);
  });
});

describe("a broken mock", () => {
  test("is an error that clients try again", async () => {
    await upstream.stop();
    const failure = await failureOf(
      new S3Client(asTask()).send(new GetObjectCommand({ Bucket: "data", Key: "loki/a" })),
    );
    expect(failure).toMatchObject({ name: "ServiceUnavailable", status: 503 });
    expect(failure.message).toContain("ECONNREFUSED");
    expect(front.denials()).toEqual([]);
  });

  test("that breaks off in an answer breaks off the client's", async () => {
    withHandler((_request, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("begin");
      setTimeout(() => response.destroy(), 20);
    });
    const { Body } = await new S3Client(asTask()).send(new GetObjectCommand({ Bucket: "data", Key: "loki/a" }));
    await expect(Body?.transformToString()).rejects.toThrow(/aborted|ECONNRESET/);
  });

  test("is not asked on when the client went away", async () => {
    let aborted = false;
    withHandler((request) => {
      request.resume();
      request.once("close", () => (aborted = !request.complete));
    });
    const abort = new AbortController();
    const put = new S3Client(asTask()).send(
      new PutObjectCommand({
        Bucket: "data",
        Key: "loki/a",
        Body: randomBytes(1024 * 1024),
        ContentLength: 2 * 1024 * 1024,
      }),
      { abortSignal: abort.signal },
    );
    const failed = failureOf(put);
    await eventually(() => upstream.requests.length > 0, "the request is at the mock");
    abort.abort();
    await failed;
    await eventually(() => aborted, "the mock's request ends");
  });
});
