/**
 * The way back to the legacy Terraform by a backup, to its end: the moves are applied, the states of the backup are put back,
 * and the legacy Terraform plans nothing. With the real Terraform, S3 states, locks and digests on a mock.
 */
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFixtures, type FixturesMock } from "../../../tools/delivery/adoption/fixtures";
import { selectLayers, type Layer } from "../../../tools/layers/layers";
import { readStackFacts } from "../../../tools/layers/stack-file";
import { synthesize } from "../../../tools/layers/synth";
import { makeBackup, readBackup, writeBackup } from "../../../tools/state/backup";
import { readLayerStates } from "../../../tools/state/layer-state";
import { restore } from "../../../tools/state/restore";
import { openSession, type StateSession } from "../../../tools/state/session";
import { ensureTerraform } from "../../../tools/terraform/binary";
import { parsePlan } from "../../../tools/terraform/plan-json";
import { countPlan, summarizePlan } from "../../../tools/terraform/plan-summary";
import { lockFile, setUpProvider } from "../../../tools/terraform/provider";
import { Terraform } from "../../../tools/terraform/terraform";
import { LEGACY_LOGS_MODULE, LEGACY_LOGS_OUTPUTS } from "../../support/legacy-logs";
import { UserError } from "../../../tools/terminal/user-error";
import { present } from "../../support/platform";

jest.setTimeout(600_000);

const LAYER = "05-cloudwatch-logs";

let folder: string;
let mock: FixturesMock;
let env: NodeJS.ProcessEnv;
let layer: Layer;
let session: StateSession;
let backup: string;

async function terraformIn(path: string): Promise<Terraform> {
  const { path: binary } = await ensureTerraform();
  const terraform = new Terraform({ binary, layer: LAYER, folder: path, env, logFile: join(folder, "terraform.log") });
  await terraform.init();
  return terraform;
}

async function countsOf(terraform: Terraform) {
  await terraform.plan({ out: "layer.tfplan", refresh: false });
  return countPlan(summarizePlan(parsePlan(await terraform.show("layer.tfplan"))));
}

/** The legacy Terraform of the layer on the same state, as far as it can be told by that state. */
function legacyFolder(): string {
  const { bucket, key, region, lockTable } = readStackFacts(layer);
  const root = {
    terraform: {
      required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.0" } },
      backend: { s3: { bucket, key, region, dynamodb_table: lockTable, encrypt: true } },
    },
    provider: {
      aws: { region, default_tags: { tags: { Project: "lgtm", Environment: "prod", ManagedBy: "Terraform" } } },
    },
    module: { cloudwatch_logs: { source: "./cloudwatch-logs" } },
    output: LEGACY_LOGS_OUTPUTS,
  };
  const path = join(folder, "legacy");
  mkdirSync(join(path, "cloudwatch-logs"), { recursive: true });
  writeFileSync(join(path, "main.tf.json"), JSON.stringify(root));
  writeFileSync(join(path, "cloudwatch-logs", "main.tf.json"), JSON.stringify(LEGACY_LOGS_MODULE));
  copyFileSync(lockFile, join(path, ".terraform.lock.hcl"));
  return path;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-way-back-"));
  const { layers } = await synthesize({ outFolder: join(folder, "out"), profile: "baseline", say: () => undefined });
  layer = present(selectLayers(layers, [LAYER])[0], LAYER);
  mock = await startFixtures({ layers, runFolder: folder, report: () => undefined });
  env = { ...mock.env, ...(await setUpProvider(await ensureTerraform())).environment };
  session = await openSession({ profile: "baseline", writes: true, env });
  backup = join(folder, "before-adoption.json");
  writeBackup(makeBackup(session, await readLayerStates(session, [LAYER])), backup);

  const adopted = await terraformIn(layer.folder);
  expect(await countsOf(adopted)).toMatchObject({ managed: 6, noOp: 6, moved: 6 });
  await adopted.apply("layer.tfplan");
});
afterAll(async () => {
  await mock.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("an object that is copied back without its digest is refused by Terraform", async () => {
  const { bucket, key } = readStackFacts(layer);
  const saved = present(readBackup(backup).states[LAYER], LAYER);
  const { stored } = present((await readLayerStates(session, [LAYER]))[0], LAYER);
  const put = (Body: string) => session.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  try {
    await put(saved.text);
    const error = await terraformIn(legacyFolder()).then(countsOf, (refusal: unknown) => refusal);
    if (!(error instanceof UserError)) throw new Error("Terraform took it");
    expect(`${error.what} ${error.detail ?? ""}`).toMatch(/does not have the expected content|checksum/);
  } finally {
    await put(present(stored, "the state after the moves").text);
  }
});

test("GIVEN the moves were applied WHEN the backup is restored THEN the legacy Terraform plans nothing and moves nothing", async () => {
  await expect(restore(session, readBackup(backup), { layers: [], allowLowerSerial: false })).rejects.toMatchObject({
    what: expect.stringContaining("newer than those in the backup") as string,
  });
  expect(await restore(session, readBackup(backup), { layers: [], allowLowerSerial: true })).toEqual([
    { layer: LAYER, result: "restored", serial: expect.any(Number) as number, before: expect.any(Number) as number },
  ]);

  const legacy = await terraformIn(legacyFolder());
  expect(await countsOf(legacy)).toEqual({
    managed: 6,
    noOp: 6,
    moved: 0,
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    forget: 0,
    imported: 0,
    unknown: 0,
    outputChanges: 0,
  });
  // And it can go on: its apply writes the state with lock and digest, which this project then adopts again.
  await legacy.apply("layer.tfplan");
  expect(await countsOf(await terraformIn(layer.folder))).toMatchObject({ managed: 6, noOp: 6, moved: 6 });
});
