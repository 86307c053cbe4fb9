import { DeleteItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DeleteObjectCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { profiles } from "../../../common.config";
import { stateLocation } from "../../../stacks/state-location";
import { connectToAws } from "../../../tools/aws/clients";
import { run } from "../../../tools/terminal/process";
import { bootstrap } from "../../../tools/state/bootstrap";
import { makeBackup, readBackup, writeBackup, type Backup } from "../../../tools/state/backup";
import { layerIds } from "../../../tools/state/layer-id";
import { md5Of, readLayerState, readLayerStates } from "../../../tools/state/layer-state";
import { acquireLock, isLockable, readLockRow, releaseLock, type Lock } from "../../../tools/state/lock-table";
import { summarizeLayer } from "../../../tools/state/overview";
import { restore } from "../../../tools/state/restore";
import { unlock } from "../../../tools/state/unlock";
import { UserError } from "../../../tools/terminal/user-error";
import { MockedDeployment } from "../../support/mocked-deployment";
import { startRecorder } from "../../support/recorder";

/** A small layer without upstream. */
const layer = "05-cloudwatch-logs";
const logs = stateLocation(profiles.baseline, layer);
if (!isLockable(logs)) throw new Error("the layer has no lock table");

let deployment: MockedDeployment;
jest.setTimeout(300_000);

beforeAll(async () => {
  deployment = await MockedDeployment.start();
});
afterAll(async () => {
  await deployment.stop();
});

async function failureOf(work: Promise<unknown>): Promise<UserError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("it should have failed");
}

async function stored(id: typeof layer = layer) {
  const state = await readLayerState(await deployment.session({ writes: false }), id);
  if (state.stored === undefined) throw new Error(`${id} has no state`);
  return { ...state, stored: state.stored };
}

async function backUp(): Promise<Backup> {
  const session = await deployment.session({ writes: false });
  return makeBackup(session, await readLayerStates(session, layerIds));
}

const all = { layers: [], allowLowerSerial: false } as const;

/** Changes the state without touching AWS: the resource is forgotten, the serial grows. */
async function forget(address: string): Promise<void> {
  const result = await deployment.raw(layer, "state", "rm", address);
  expect(result).toMatchObject({ code: 0 });
}

describe("before anything is there", () => {
  test("an absent bucket is said with what makes it", async () => {
    const session = await deployment.session({ writes: false });

    const error = await failureOf(readLayerStates(session, layerIds));

    expect(error.what).toContain("jsj-lgtm-terraform-bootstrap does not exist; cannot read the state of 00-bootstrap");
    expect(error.mend).toContain("./lgtm state bootstrap");
  });
});

describe("bootstrap", () => {
  async function runBootstrap() {
    const said: string[] = [];
    const result = await bootstrap(await deployment.session({ writes: true }), (text) => said.push(text));
    return { said, results: Object.fromEntries(result.settings.map((setting) => [setting.name, setting.result])) };
  }

  test("makes the bucket versioned, encrypted and closed", async () => {
    expect((await runBootstrap()).results).toEqual({
      bucket: "created",
      "public access block": "created",
      encryption: "created",
      versioning: "created",
    });
  });

  test("repeated, it changes nothing", async () => {
    const recorder = await startRecorder(deployment.mock.url);
    try {
      const result = await bootstrap(
        await deployment.session({ writes: true, endpoint: recorder.url }),
        () => undefined,
      );

      expect(new Set(result.settings.map((setting) => setting.result))).toEqual(new Set(["as it should be"]));
      expect(recorder.requests.filter((request) => !/^(GET|HEAD) |^GetCallerIdentity$/.test(request))).toEqual([]);
    } finally {
      await recorder.stop();
    }
  });

  test("corrects what differs, after saying so", async () => {
    const { clients } = await deployment.session({ writes: true });
    const Bucket = profiles.baseline.state.bootstrapBucket;
    await clients.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));

    const { said, results } = await runBootstrap();

    expect(results).toMatchObject({
      bucket: "as it should be",
      encryption: "as it should be",
      versioning: "corrected",
    });
    expect(said).toContain("versioning: Suspended; setting it to Enabled");
  });

  test("us-east-1 is not named as a location, and another region is refused", async () => {
    const session = await deployment.session({ writes: true });
    const state = { ...profiles.baseline.state, bootstrapBucket: "lgtm-test-us-east-1" };
    const there = { ...session, profile: { name: "x", config: { ...profiles.baseline, region: "us-east-1", state } } };
    // The mock decides the region by the client's, as S3 does.
    const clients = connectToAws("us-east-1", deployment.env);

    const made = await bootstrap({ ...there, clients }, () => undefined);
    expect(made.settings[0]).toMatchObject({ result: "created" });
    const again = await bootstrap({ ...there, clients }, () => undefined);
    expect(again.settings[0]).toMatchObject({ result: "as it should be", found: "there, in us-east-1" });
    const elsewhere = { ...session, profile: { name: "x", config: { ...profiles.baseline, state } } };
    const error = await failureOf(bootstrap(elsewhere, () => undefined));
    expect(error.what).toContain("is in us-east-1, but the profile is for ap-northeast-2");
  });
});

describe("with applied layers", () => {
  beforeAll(async () => {
    await deployment.apply("00-bootstrap");
    await deployment.apply(layer);
  });

  test("lists serial, Terraform, resources, outputs and digest; a layer that was not applied is empty", async () => {
    const states = await readLayerStates(await deployment.session({ writes: false }), layerIds);
    const summaries = Object.fromEntries(states.map((state) => [state.layer, summarizeLayer(state)]));

    expect(Object.keys(summaries)).toEqual([...layerIds]);
    expect(summaries["00-bootstrap"]).toMatchObject({
      bucket: "jsj-lgtm-terraform-bootstrap",
      lockTable: false,
      digest: "none",
      state: { resources: 5, outputs: 4 },
    });
    expect(summaries[layer]).toMatchObject({
      lock: null,
      lockTable: true,
      digest: "matches",
      state: { terraformVersion: deployment.binary.version, resources: 6, outputs: 2 },
    });
    expect(summaries[layer]?.state?.ageSeconds).toBeLessThan(300);
    expect(summaries["60-ecs"]).toMatchObject({ state: null, lock: null, digest: "none" });
  });

  test("listing, showing and backing up by the command line only read", async () => {
    const recorder = await startRecorder(deployment.mock.url);
    const env = { ...deployment.env, AWS_ENDPOINT_URL: recorder.url };
    const lgtm = (...args: readonly string[]) =>
      run(process.execPath, [join(__dirname, "../../../lgtm"), "state", ...args, "--json", "--profile", "baseline"], {
        env,
      });
    const file = join(deployment.folder, "by-command.json");
    try {
      const list = await lgtm();
      const show = await lgtm(layer);
      const backup = await lgtm("backup", "--out", file);

      expect([list.code, show.code, backup.code]).toEqual([0, 0, 0]);
      expect(JSON.parse(list.stdout)).toMatchObject({ profile: "baseline", target: "mock", account: "123456789012" });
      expect(JSON.parse(show.stdout)).toMatchObject({
        state: { resources: 6 },
        resources: expect.arrayContaining([
          { address: "aws_cloudwatch_log_group.mimir", mode: "managed", id: "/ecs/lgtm-prod/mimir" },
        ]) as unknown,
      });
      expect(JSON.parse(backup.stdout)).toMatchObject({ file, saved: ["00-bootstrap", layer], locked: [] });
      expect(Object.keys(readBackup(file).states)).toEqual(["00-bootstrap", layer]);
      const reads = /^(GET \/|HEAD \/|GetCallerIdentity$|DynamoDB_20120810\.GetItem$)/;
      expect(recorder.requests.length).toBeGreaterThan(60);
      expect(recorder.requests.filter((request) => !reads.test(request))).toEqual([]);
    } finally {
      await recorder.stop();
    }
  });

  test("compares addresses with the synthesized ones", async () => {
    const result = await run(
      process.execPath,
      [join(__dirname, "../../../lgtm"), "state", layer, "--diff", "--json", "--profile", "baseline"],
      { env: deployment.env },
    );

    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      same: true,
      layers: [{ layer, missing: [], extra: [], moved: [] }],
    });
  });
});

describe("restore", () => {
  async function restoreAs(backup: Backup, options: { allowLowerSerial?: boolean; layers?: [typeof layer] } = {}) {
    return restore(await deployment.session({ writes: true }), backup, { ...all, ...options });
  }

  async function expectFree(): Promise<void> {
    const { lock } = await readLockRow((await deployment.session({ writes: false })).clients, logs);
    expect(lock).toBeUndefined();
  }

  test("an older state comes back only when told, and Terraform plans on it at once", async () => {
    const backup = await backUp();
    const file = join(deployment.folder, "backup.json");
    writeBackup(backup, file);
    await forget("aws_cloudwatch_log_group.mimir");
    const newer = await stored();

    const refusal = await failureOf(restoreAs(readBackup(file)));
    expect(refusal.detail).toContain(`${layer}: the state has serial ${newer.stored.file.serial}`);
    expect(refusal.mend).toContain("--allow-lower-serial");
    expect((await stored()).stored.text).toBe(newer.stored.text);

    const restored = await restoreAs(readBackup(file), { allowLowerSerial: true });
    expect(restored).toEqual([
      expect.objectContaining({ layer: "00-bootstrap", result: "unchanged" }),
      expect.objectContaining({ layer, result: "restored", before: newer.stored.file.serial }),
    ]);
    expect((await stored()).stored.text).toBe(backup.states[layer]?.text);
    expect(await stored()).toMatchObject({ digest: "matches" });
    await expectFree();
    expect(await deployment.plan(layer)).toMatchObject({ managed: 6, noOp: 6 });
  });

  test("a state that is gone, with the digest left behind, comes back", async () => {
    const backup = await backUp();
    const { clients } = await deployment.session({ writes: true });
    await clients.s3.send(new DeleteObjectCommand({ Bucket: logs.bucket, Key: logs.key }));

    const restored = await restoreAs(backup, { layers: [layer] });

    expect(restored).toEqual([expect.objectContaining({ result: "restored", before: null })]);
    expect(await deployment.plan(layer)).toMatchObject({ managed: 6, noOp: 6 });
  });

  test("a digest that makes Terraform refuse is corrected even if the state is right", async () => {
    const backup = await backUp();
    const { clients } = await deployment.session({ writes: true });
    const item = { LockID: { S: `${logs.bucket}/${logs.key}-md5` }, Digest: { S: md5Of("something else") } };
    await clients.dynamo.send(new PutItemCommand({ TableName: logs.lockTable, Item: item }));
    expect((await stored()).digest).toBe("differs");

    expect(await restoreAs(backup, { layers: [layer] })).toMatchObject([{ result: "digest corrected" }]);
    expect((await stored()).digest).toBe("matches");
  });

  test("a held lock refuses always, and names the holder", async () => {
    const backup = await backUp();
    const { clients } = await deployment.session({ writes: true });
    const lock = await acquireLock(clients, logs, "OperationTypeApply");
    if (lock === undefined) throw new Error("the lock is not free");
    try {
      const error = await failureOf(restoreAs(backup, { allowLowerSerial: true }));

      expect(error.what).toBe("States are locked; nothing was written.");
      expect(error.detail).toContain(lock.who);
      expect(error.detail).toContain(lock.id);
      expect((await readLockRow(clients, logs)).lock?.id).toBe(lock.id);
    } finally {
      await releaseLock(clients, logs, lock);
    }
  });

  test("another lineage refuses always", async () => {
    const backup = await backUp();
    const saved = backup.states[layer];
    if (saved === undefined) throw new Error("no state in the backup");
    const foreign = { ...saved, lineage: "another", serial: saved.serial + 5 };

    const error = await failureOf(restoreAs({ ...backup, states: { [layer]: foreign } }, { allowLowerSerial: true }));

    expect(error.what).toContain("another lineage");
    expect(error.detail).toContain("the backup another");
    await expectFree();
  });

  test("the same serial with another content is refused like a lower one", async () => {
    const backup = await backUp();
    const saved = backup.states[layer];
    if (saved === undefined) throw new Error("no state in the backup");
    const other = { ...saved, text: `${saved.text}\n` };

    const error = await failureOf(restoreAs({ ...backup, states: { [layer]: other } }));

    expect(error.detail).toContain("but another content");
  });

  test("a backup of another environment is refused", async () => {
    const backup = await backUp();

    const error = await failureOf(restoreAs({ ...backup, environment: "staging" }));

    expect(error.what).toContain("another deployment");
    expect(error.detail).toContain("from staging, to prod");
  });

  test("when writing fails, the locks are released", async () => {
    const backup = await backUp();
    const session = await deployment.session({ writes: true });
    const saved = backup.states[layer];
    if (saved === undefined) throw new Error("no state in the backup");
    const next = {
      ...saved,
      serial: saved.serial + 1,
      text: saved.text.replace(/"serial": \d+/, `"serial": ${saved.serial + 1}`),
    };
    session.clients.s3.middlewareStack.add(
      (onward, context) => async (args) => {
        if (context.commandName !== "PutObjectCommand") return onward(args);
        throw Object.assign(new Error("no"), { name: "SlowDown", $metadata: {} });
      },
      { step: "initialize" },
    );

    await failureOf(restore(session, { ...backup, states: { [layer]: next } }, all));

    await expectFree();
    expect((await stored()).stored.text).toBe(saved.text);
  });
});

describe("locks", () => {
  const no = () => undefined;

  async function lockOf(): Promise<Lock | undefined> {
    return (await readLockRow((await deployment.session({ writes: false })).clients, logs)).lock;
  }

  test("Terraform respects a lock of ours and tells who holds it", async () => {
    const { clients } = await deployment.session({ writes: true });
    const lock = await acquireLock(clients, logs, "state restore");
    if (lock === undefined) throw new Error("the lock is not free");
    try {
      expect(await acquireLock(clients, logs, "state restore")).toBeUndefined();
      const error = await failureOf(deployment.plan(layer));

      expect(error.what).toContain(`is locked by ${lock.who}`);
      expect(error.what).toContain(lock.id);
    } finally {
      expect(await releaseLock(clients, logs, lock)).toBe(true);
    }
    expect(await releaseLock(clients, logs, lock)).toBe(false);
  });

  test("a lock that a killed Terraform left is shown, kept on a wrong id, and removed on the right one", async () => {
    // Without -auto-approve and with an open input it waits for an answer, with the lock held.
    const child = spawn(deployment.binary.path, ["apply", "-no-color", "-replace=aws_cloudwatch_log_group.loki"], {
      cwd: deployment.layer(layer).folder,
      env: deployment.env,
      stdio: ["pipe", "pipe", "ignore"],
    });
    const exited = new Promise((resolve) => child.once("exit", resolve));
    await new Promise<void>((resolve) => {
      let text = "";
      child.stdout.on("data", (part: Buffer) => {
        text += part.toString();
        if (text.includes("Only 'yes' will be accepted")) resolve();
      });
      child.once("exit", () => {
        resolve();
      });
    });
    child.kill("SIGKILL");
    await exited;
    const left = await lockOf();
    expect(left).toMatchObject({ operation: "OperationTypeApply" });
    const session = await deployment.session({ writes: true });
    expect(summarizeLayer(await readLayerState(session, layer)).lock).toMatchObject({
      operation: "apply",
      id: left?.id,
      who: left?.who,
    });

    const shown: Lock[] = [];
    const show = (lock: Lock): void => void shown.push(lock);
    const wrong = await failureOf(unlock(session, layer, { show, confirm: () => Promise.resolve("wrong") }));
    expect(wrong.what).toContain("not wrong; nothing was removed");
    expect(shown).toEqual([left]);
    expect((await lockOf())?.id).toBe(left?.id);

    const removed = await unlock(session, layer, { show: no, confirm: () => Promise.resolve(left?.id ?? "") });
    expect(removed?.id).toBe(left?.id);
    expect(await lockOf()).toBeUndefined();
    expect(await deployment.plan(layer)).toMatchObject({ managed: 6, noOp: 6 });
    expect(await unlock(session, layer, { show: no, confirm: () => Promise.resolve("any") })).toBeUndefined();
  });

  test("a lock that changes while it is being confirmed stays", async () => {
    const session = await deployment.session({ writes: true });
    const Key = { LockID: { S: `${logs.bucket}/${logs.key}` } };
    const put = (id: string) =>
      session.clients.dynamo.send(
        new PutItemCommand({ TableName: logs.lockTable, Item: { ...Key, Info: { S: JSON.stringify({ ID: id }) } } }),
      );
    await put("first");

    const error = await failureOf(
      unlock(session, layer, { show: no, confirm: async () => (await put("second"), "first") }),
    );

    expect(error.what).toContain("has changed since it was read");
    const item = await session.clients.dynamo.send(new GetItemCommand({ TableName: logs.lockTable, Key }));
    expect(item.Item?.Info?.S).toContain("second");
    await session.clients.dynamo.send(new DeleteItemCommand({ TableName: logs.lockTable, Key }));
  });

  test("layer 00 has no lock to remove", async () => {
    const session = await deployment.session({ writes: true });

    const error = await failureOf(unlock(session, "00-bootstrap", { show: no, confirm: () => Promise.resolve("") }));

    expect(error.what).toContain("has no lock");
  });
});

test("a backup file is private to its owner", async () => {
  const file = join(deployment.folder, "private.json");
  writeBackup(await backUp(), file);

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(() => {
    writeBackup(JSON.parse(readFileSync(file, "utf8")) as Backup, file);
  }).toThrow(/the file exists/);
});
