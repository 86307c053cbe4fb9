import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { dynamoDbClient, emptyBucket, s3Client, seedStates } from "../../../tools/mock/s3";
import { attachMock, startMock, type Mock, type MockRecord } from "../../../tools/mock/server";
import { projectRoot } from "../../../tools/terminal/paths";

// The first test of a fresh clone also installs moto.
jest.setTimeout(180_000);

const region = "ap-northeast-2";
const states = { bootstrapBucket: "boot-states", bucket: "states", lockTable: "locks" };
let folder: string;
let mock: Mock;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-mock-"));
  // Traps: none of these may reach the mock.
  Object.assign(process.env, { AWS_PROFILE: "trap", AWS_ENDPOINT_URL_S3: "http://trap", PYTHONPATH: "/trap" });
  mock = await startMock({ region, logDir: folder });
});

afterAll(async () => {
  await mock.stop();
  rmSync(folder, { recursive: true, force: true });
});

function isRunning(pid: number): boolean {
  try {
    // A process that ended but was not yet collected by its parent has no command line any more.
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== "";
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && isRunning(pid); tries += 1) await sleep(50);
  return !isRunning(pid);
}

describe("a running mock", () => {
  test("answers on a loopback port and writes its log into the folder it was given", async () => {
    expect(mock.url).toBe(`http://127.0.0.1:${mock.port}`);
    expect((await fetch(`${mock.url}/moto-api/`)).status).toBe(200);
    expect(existsSync(join(folder, "mock.log"))).toBe(true);
  });

  test("listens on no address but 127.0.0.1", () => {
    const port = mock.port.toString(16).toUpperCase().padStart(4, "0");
    const listeners = ["/proc/net/tcp", "/proc/net/tcp6"]
      .filter((file) => existsSync(file))
      .flatMap((file) => readFileSync(file, "utf8").split("\n"))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(`:${port}`) === true && fields[3] === "0A")
      .map((fields) => fields[1]);
    expect(listeners).toEqual([`0100007F:${port}`]);
  });

  test("has a clean environment", () => {
    const environment = readFileSync(`/proc/${mock.pid}/environ`, "utf8");
    expect(environment).toContain("MOTO_ECS_SERVICE_RUNNING=1");
    expect(environment).not.toMatch(/trap/);
  });

  test("tells children where it is, with keys that are worth nothing and no file of the user's", () => {
    expect(mock.environment).toMatchObject({
      AWS_ENDPOINT_URL: mock.url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: "mock",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    });
  });

  test("is found again by its record, and by nothing less", async () => {
    expect((await attachMock(mock.record))?.url).toBe(mock.url);
    expect(await attachMock({ ...mock.record, token: "another" })).toBeUndefined();
    expect(await attachMock({ ...mock.record, pid: process.pid })).toBeUndefined();
  });
});

describe("the end of a mock", () => {
  test("stop ends it, and only it, and may be called twice", async () => {
    const other = await startMock({ region, logDir: folder });
    expect(other.port).not.toBe(mock.port);
    await other.stop();
    await other.stop();
    expect(isRunning(other.pid)).toBe(false);
    expect(isRunning(mock.pid)).toBe(true);
    expect(await attachMock(other.record)).toBeUndefined();
  });

  test.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)("it ends with its starter: %s", async (signal) => {
    const { child, record } = await startInChild({ detached: false });
    expect(isRunning(record.pid)).toBe(true);
    child.kill(signal);
    expect(await untilGone(record.pid)).toBe(true);
  });

  test("a detached one survives its starter and is stopped by its record", async () => {
    const { child, record } = await startInChild({ detached: true });
    child.kill("SIGKILL");
    await sleep(500);
    const kept = await attachMock(record);
    expect(kept?.environment.AWS_REGION).toBe(region);
    await kept?.stop();
    expect(await untilGone(record.pid)).toBe(true);
  });
});

/** Starts a mock in a Node process of its own, which then waits to be killed. */
async function startInChild(options: { detached: boolean }): Promise<{ child: ChildProcess; record: MockRecord }> {
  const script = join(folder, `starter-${String(options.detached)}.ts`);
  const recordFile = `${script}.json`;
  rmSync(recordFile, { force: true });
  writeFileSync(
    script,
    `import { renameSync, writeFileSync } from "node:fs";
import { startMock } from ${JSON.stringify(join(projectRoot, "tools", "mock", "server"))};
void startMock(${JSON.stringify({ region, logDir: folder, ...options })}).then((mock) => {
  writeFileSync(${JSON.stringify(`${recordFile}.part`)}, JSON.stringify(mock.record));
  renameSync(${JSON.stringify(`${recordFile}.part`)}, ${JSON.stringify(recordFile)});
  setInterval(() => undefined, 1000);
});
`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", script], { cwd: projectRoot, stdio: "ignore" });
  for (let tries = 0; tries < 600 && !existsSync(recordFile); tries += 1) await sleep(50);
  return { child, record: JSON.parse(readFileSync(recordFile, "utf8")) as MockRecord };
}

describe("states and buckets", () => {
  const fixtures = join(projectRoot, "__tests__", "fixtures", "existing-state");

  test("each state is put at its key, the bootstrap layer's into its own bucket, and no digest into the lock table", async () => {
    // WHEN
    const keys = await seedStates(mock, fixtures, states);
    // THEN
    expect(keys).toHaveLength(11);
    const s3 = s3Client(mock);
    const key = "lgtm-ecs/prod/60-ecs/terraform.tfstate";
    const body = (await s3.send(new GetObjectCommand({ Bucket: "states", Key: key }))).Body;
    expect(await body?.transformToString()).toBe(readFileSync(join(fixtures, key), "utf8"));
    const boot = await s3.send(new ListObjectVersionsCommand({ Bucket: "boot-states" }));
    expect(boot.Versions?.map(({ Key }) => Key)).toEqual(["bootstrap/terraform.tfstate"]);
    const items = await dynamoDbClient(mock).send(new ScanCommand({ TableName: "locks" }));
    expect(items.Items).toEqual([]);
  });

  test("a folder without states is refused", async () => {
    await expect(seedStates(mock, join(projectRoot, "tools"), states)).rejects.toThrow(/no state file/);
  });

  test("a bucket is emptied of all versions and delete markers, over more than one page", async () => {
    // GIVEN a versioned bucket with 1003 objects, one of them twice, and a delete marker
    const s3 = s3Client(mock);
    const Bucket = "full";
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    const put = (key: string) => s3.send(new PutObjectCommand({ Bucket, Key: key, Body: "x" }));
    // At once, for speed; not on one key, since moto loses versions that are written at the same time.
    for (let part = 0; part < 17; part += 1) {
      await Promise.all(Array.from({ length: 59 }, (_, number) => put(`${part}/${number}`)));
    }
    await put("0/0");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "0/1" }));
    // WHEN
    const removed = await emptyBucket(s3, Bucket);
    // THEN
    expect(removed).toEqual({ versions: 1004, deleteMarkers: 1 });
    const left = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect([left.Versions ?? [], left.DeleteMarkers ?? []]).toEqual([[], []]);
    expect(await emptyBucket(s3, Bucket)).toEqual({ versions: 0, deleteMarkers: 0 });
  });
});
