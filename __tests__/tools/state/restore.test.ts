/** The way back of states, on buckets and a lock table in memory; with Terraform it is in state.terraform.test.ts. */
import { profiles } from "../../../common.config";
import type { LayerId } from "../../../stacks/outputs";
import { stateLocation } from "../../../stacks/state-location";
import type { Backup } from "../../../tools/state/backup";
import { md5Of } from "../../../tools/state/layer-state";
import { restore, type RestoreOptions } from "../../../tools/state/restore";
import { unlock } from "../../../tools/state/unlock";
import { UserError } from "../../../tools/terminal/user-error";
import { StateStore, stateText } from "../../support/state-store";

const LAYERS = ["00-bootstrap", "01-vpc", "60-ecs"] as const;
const all: RestoreOptions = { layers: [], allowLowerSerial: false };
let store: StateStore;

beforeEach(() => {
  store = new StateStore();
  for (const layer of LAYERS) put(layer, stateText(`lineage of ${layer}`, 5));
});
afterEach(() => {
  store.restore();
});

function path(layer: LayerId): string {
  const { bucket, key } = stateLocation(profiles.target, layer);
  return `${bucket}/${key}`;
}

/** Puts a state into its bucket, with its digest. */
function put(layer: LayerId, text: string): void {
  store.objects.set(path(layer), text);
  if (layer !== "00-bootstrap") store.items.set(`${path(layer)}-md5`, digestItem(layer, md5Of(text)));
}

function digestItem(layer: LayerId, digest: string) {
  return { LockID: { S: `${path(layer)}-md5` }, Digest: { S: digest } };
}

/** A backup of states at a serial; by default of what lies in the buckets, one write later. */
function backupAt(
  serial: number,
  layers: readonly LayerId[] = LAYERS,
  lineage = (layer: string) => `lineage of ${layer}`,
): Backup {
  const saved = layers.map((layer) => {
    const text = stateText(lineage(layer), serial, { back: { value: true } });
    const { bucket, key } = stateLocation(profiles.target, layer);
    return [layer, { bucket, key, serial, lineage: lineage(layer), sha256: "not looked at here", text }] as const;
  });
  return {
    format: "lgtm-state-backup-1",
    environment: "prod",
    profile: "target",
    account: "123456789012",
    madeAt: "2026-01-16T05:30:00.000Z",
    states: Object.fromEntries(saved),
  };
}

async function failureOf(work: Promise<unknown>): Promise<UserError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error("it should have failed in words", { cause: error });
}

/** Locks that are held. */
function locks(): readonly string[] {
  return [...store.items.keys()].filter((id) => !id.endsWith("-md5"));
}

test("a newer state is put back byte for byte, with its digest: all locks before the first write, all released after", async () => {
  const backup = backupAt(6);
  const done = await restore(store.session(), backup, all);

  expect(done).toEqual(LAYERS.map((layer) => ({ layer, result: "restored", serial: 6, before: 5 })));
  for (const layer of LAYERS) expect(store.objects.get(path(layer))).toBe(backup.states[layer]?.text);
  expect(store.items.get(`${path("60-ecs")}-md5`)).toEqual(
    digestItem("60-ecs", md5Of(backup.states["60-ecs"]?.text ?? "")),
  );
  const [vpc, ecs] = [path("01-vpc"), path("60-ecs")];
  expect(store.writes).toEqual([
    `PutItem ${vpc}`,
    `PutItem ${ecs}`,
    `PutObject ${path("00-bootstrap")}`,
    `PutObject ${vpc}`,
    `PutItem ${vpc}-md5`,
    `PutObject ${ecs}`,
    `PutItem ${ecs}-md5`,
    `DeleteItem ${vpc}`,
    `DeleteItem ${ecs}`,
  ]);
});

test("what is as in the backup is left alone; a digest that differs is corrected without a write of the state", async () => {
  const backup = backupAt(6, ["01-vpc", "60-ecs"]);
  await restore(store.session(), backup, all);
  store.items.set(`${path("60-ecs")}-md5`, digestItem("60-ecs", md5Of("another")));
  store.writes.length = 0;

  const done = await restore(store.session(), backup, all);

  expect(done.map(({ layer, result }) => [layer, result])).toEqual([
    ["01-vpc", "unchanged"],
    ["60-ecs", "digest corrected"],
  ]);
  expect(store.writes.filter((write) => write.startsWith("PutObject"))).toEqual([]);
});

test("a layer without a state gets it; named layers alone are touched", async () => {
  store.objects.delete(path("60-ecs"));
  const done = await restore(store.session(), backupAt(2), { ...all, layers: ["60-ecs"] });
  expect(done).toEqual([{ layer: "60-ecs", result: "restored", serial: 2, before: null }]);
  expect(store.writes.filter((write) => !write.includes("60-ecs"))).toEqual([]);
});

describe("is refused, and nothing is written:", () => {
  async function expectRefusal(work: Promise<unknown>, what: RegExp, detail = /^/): Promise<void> {
    const before = new Map(store.objects);
    const error = await failureOf(work);
    expect(error.what).toMatch(what);
    expect(error.detail ?? "").toMatch(detail);
    expect(store.objects).toEqual(before);
    expect(store.writes.filter((write) => write.startsWith("PutObject"))).toEqual([]);
    expect(locks()).toEqual(held);
  }
  let held: readonly string[] = [];
  beforeEach(() => {
    held = [];
  });

  test("a lower serial, unless it is allowed", async () => {
    await expectRefusal(
      restore(store.session(), backupAt(4), all),
      /newer than those/,
      /60-ecs: the state has serial 5, the backup 4/,
    );
    expect(await restore(store.session(), backupAt(4), { ...all, allowLowerSerial: true })).toHaveLength(3);
  });

  test("the same serial with another content", async () => {
    await expectRefusal(
      restore(store.session(), backupAt(5), all),
      /newer than those/,
      /both have serial 5, but another content/,
    );
  });

  test("another lineage, whatever is allowed", async () => {
    const other = backupAt(9, ["60-ecs"], () => "another");
    await expectRefusal(
      restore(store.session(), other, { ...all, allowLowerSerial: true }),
      /another lineage/,
      /60-ecs: the state has lineage lineage of 60-ecs, the backup another/,
    );
  });

  test("a lock that is held, with its holder", async () => {
    const Info = { S: JSON.stringify({ ID: "id-1", Who: "ann@laptop", Operation: "OperationTypeApply" }) };
    store.items.set(path("60-ecs"), { LockID: { S: path("60-ecs") }, Info });
    held = [path("60-ecs")];
    await expectRefusal(restore(store.session(), backupAt(6), all), /States are locked/, /60-ecs: .*ann@laptop.*id-1/);
  });

  test("a lock that is taken while the others are, which are released again", async () => {
    const Info = { S: JSON.stringify({ ID: "id-2", Who: "ben@laptop" }) };
    store.beforeWrite = (write) => {
      if (write === `PutItem ${path("01-vpc")}`)
        store.items.set(path("60-ecs"), { LockID: { S: path("60-ecs") }, Info });
    };
    held = [path("60-ecs")];
    await expectRefusal(restore(store.session(), backupAt(6), all), /States are locked/, /ben@laptop/);
  });

  test("a state that somebody wrote between the first look and the lock", async () => {
    store.beforeWrite = (write) => {
      if (write === `PutItem ${path("60-ecs")}`) put("60-ecs", stateText("lineage of 60-ecs", 8));
    };
    const error = await failureOf(restore(store.session(), backupAt(6), all));
    expect(error.detail).toContain("60-ecs: the state has serial 8, the backup 6");
    expect(store.writes.filter((write) => write.startsWith("PutObject"))).toEqual([]);
    expect(locks()).toEqual([]);
  });

  test("a backup of another environment, account or place", async () => {
    const other = { ...backupAt(6), environment: "staging", account: "999999999999" };
    await expectRefusal(
      restore(store.session(), other, all),
      /another deployment/,
      /account: from 999999999999[^]*environment: from staging/,
    );
    const [saved] = Object.values(backupAt(6, ["60-ecs"]).states);
    if (saved === undefined) throw new Error("no state");
    const elsewhere = { ...backupAt(6), states: { "60-ecs": { ...saved, bucket: "others" } } };
    await expectRefusal(restore(store.session(), elsewhere, all), /another deployment/, /from others\//);
  });

  test("a layer that the backup lacks", async () => {
    await expectRefusal(
      restore(store.session(), backupAt(6, ["01-vpc"]), { ...all, layers: ["60-ecs"] }),
      /holds no state of 60-ecs/,
    );
  });
});

test("a mock takes the backup of an account, to rehearse on it", async () => {
  const other = { ...backupAt(6), account: "999999999999" };
  expect(await restore(store.session("target", "mock"), other, all)).toHaveLength(3);
});

test("what stops in the middle says what is back and what is not, and leaves no lock", async () => {
  store.beforeWrite = (write) => {
    if (write === `PutObject ${path("60-ecs")}`) throw Object.assign(new Error("slow down"), { name: "SlowDown" });
  };
  const error = await failureOf(restore(store.session(), backupAt(6), all));
  expect(error.what).toBe("Only some states were put back: 00-bootstrap, 01-vpc; not 60-ecs.");
  expect(locks()).toEqual([]);
});

describe("a lock", () => {
  const id = "id-1";
  const Info = { S: JSON.stringify({ ID: id, Who: "ann@laptop" }) };
  const remove = (confirmed: string) =>
    unlock(store.session(), "60-ecs", { show: () => undefined, confirm: () => Promise.resolve(confirmed) });
  beforeEach(() => {
    store.items.set(path("60-ecs"), { LockID: { S: path("60-ecs") }, Info });
  });

  test("is removed by its id alone", async () => {
    const error = await failureOf(remove("id-2"));
    expect(error.what).toContain("has the id id-1, not id-2; nothing was removed");
    expect(locks()).toHaveLength(1);
    expect(await remove(id)).toMatchObject({ id, who: "ann@laptop" });
    expect(locks()).toEqual([]);
    expect(await remove(id)).toBeUndefined();
  });

  test("is not there for the layer that makes the lock table", async () => {
    const options = { show: () => undefined, confirm: () => Promise.resolve(id) };
    const error = await failureOf(unlock(store.session(), "00-bootstrap", options));
    expect(error.what).toContain("has no lock");
  });
});
