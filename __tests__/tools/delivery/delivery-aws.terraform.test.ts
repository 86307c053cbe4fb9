/**
 * The commands on real layers, with the real AWS provider, from nothing: neither the state bucket nor the lock table exists
 * when the plan is made. What plan, approval and apply lead to is what a direct apply leads to.
 */
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  type BucketLocationConstraint,
} from "@aws-sdk/client-s3";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profiles } from "../../../common.config";
import { applyPlan } from "../../../tools/delivery/apply-plan";
import { findDrift } from "../../../tools/delivery/drift";
import { makePlan, type PlanResult } from "../../../tools/delivery/make-plan";
import { selectLayers } from "../../../tools/layers/layers";
import { s3Client } from "../../../tools/mock/s3";
import { startMock, type Mock } from "../../../tools/mock/server";
import { synthesize } from "../../../tools/layers/synth";
import { findTerraform } from "../../../tools/terraform/binary";
import { mockEnvironment } from "../../../tools/layers/environment";
import { terraformOfLayers } from "../../../tools/terraform/plan-layers";
import { setUpProvider } from "../../../tools/terraform/provider";
import { readStackFacts } from "../../../tools/layers/stack-file";

jest.setTimeout(600_000);

const { target } = profiles;
const layers = ["00-bootstrap", "05-cloudwatch-logs"];
const folder = mkdtempSync(join(tmpdir(), "lgtm-delivery-"));
const mocks: Mock[] = [];

async function startEmpty(name: string): Promise<{ readonly mock: Mock; readonly env: NodeJS.ProcessEnv }> {
  const mock = await startMock({ region: target.region, logDir: join(folder, name) });
  mocks.push(mock);
  const s3 = s3Client(mock);
  const LocationConstraint = target.region as BucketLocationConstraint;
  await s3.send(
    new CreateBucketCommand({
      Bucket: target.state.bootstrapBucket,
      CreateBucketConfiguration: { LocationConstraint },
    }),
  );
  s3.destroy();
  return { mock, env: mockEnvironment(mock.environment, join(folder, name)) };
}

afterAll(async () => {
  for (const mock of mocks) await mock.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a state says of resources and outputs, without what is made up anew each time. */
async function endState(mock: Mock, Bucket: string, Key: string): Promise<unknown> {
  const s3 = s3Client(mock);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const state = JSON.parse((await Body?.transformToString()) ?? "") as { outputs: unknown; resources: unknown };
  s3.destroy();
  return { outputs: state.outputs, resources: state.resources };
}

describe("from nothing", () => {
  let world: Awaited<ReturnType<typeof startEmpty>>;
  let plan: PlanResult;
  const common = () => ({
    profile: "target",
    parallel: 2,
    mode: "silent" as const,
    env: world.env,
    note: () => undefined,
    source: () => Promise.resolve({ commit: "1".repeat(40), dirty: false }),
  });

  beforeAll(async () => {
    world = await startEmpty("approved");
    plan = await makePlan({ ...common(), layers, out: join(folder, "plans") });
  });

  test("a layer whose state has no bucket yet is planned, provisionally", () => {
    expect(plan.manifest.layers.map(({ id, provisional }) => [id, provisional?.noBucket])).toEqual([
      ["00-bootstrap", undefined],
      ["05-cloudwatch-logs", true],
    ]);
    expect(plan.report.total).toMatchObject({ create: 12, update: 0, replace: 0, delete: 0 });
  });

  test("plan, manifest and apply lead to the same end state as a direct apply", async () => {
    const { manifestPlace: manifest, manifestSha256: sha256 } = plan;
    const { outcomes } = await applyPlan({ ...common(), manifest, sha256 });
    expect(outcomes.map((outcome) => (outcome.status === "done" ? outcome.value.how : outcome))).toEqual([
      "as approved",
      "planned anew",
    ]);

    const direct = await startEmpty("direct");
    const { layers: all } = await synthesize({
      outFolder: join(folder, "direct-out"),
      profile: "target",
      say: () => undefined,
    });
    const terraform = await findTerraform();
    const providerSetup = await setUpProvider(terraform);
    const env = { ...direct.env, ...providerSetup.environment };
    const terraformOf = terraformOfLayers({
      all,
      terraform,
      providerSetup,
      env,
      logFolder: join(folder, "direct-logs"),
    });
    for (const layer of selectLayers(all, layers)) {
      const planFile = join(layer.folder, "direct.tfplan");
      await terraformOf(layer).init();
      await terraformOf(layer).plan({ out: planFile });
      await terraformOf(layer).apply(planFile);
      const { bucket, key } = readStackFacts(layer);
      expect(await endState(world.mock, bucket, key)).toEqual(await endState(direct.mock, bucket, key));
    }
  });

  test("plans can be kept in the state bucket, below the commit, and applied from there", async () => {
    const stored = await makePlan({ ...common(), layers: ["05-cloudwatch-logs"] });

    expect(stored.manifestPlace).toMatch(new RegExp(`^s3://${target.state.bucket}/plans/1{40}/[^/]+/manifest\\.json$`));
    const { outcomes } = await applyPlan({
      ...common(),
      manifest: stored.manifestPlace,
      sha256: stored.manifestSha256,
    });
    expect(outcomes).toMatchObject([{ status: "done", value: { how: "nothing to apply" } }]);
  });

  test("drift: nothing at first; then what someone changed by hand", async () => {
    expect(await findDrift({ ...common(), layers })).toMatchObject({ clean: true });
    const s3 = s3Client(world.mock);
    await s3.send(
      new PutBucketVersioningCommand({ Bucket: target.state.bucket, VersioningConfiguration: { Status: "Suspended" } }),
    );
    s3.destroy();

    const drift = await findDrift({ ...common(), layers });

    expect(drift.layers.map(({ layer, status }) => [layer, status])).toEqual([
      ["00-bootstrap", "drifted"],
      ["05-cloudwatch-logs", "clean"],
    ]);
    expect(drift.layers[0]?.drifted.map(({ address }) => address)).toEqual([
      "aws_s3_bucket_versioning.terraform_state",
    ]);
  });

  test("to destroy: a bucket that is named, but not empty, is refused before anything goes", async () => {
    const named = makePlan({ ...common(), layers: [], refresh: false, destroy: { includeStateful: ["00-bootstrap"] } });
    await expect(named).rejects.toThrow(/bucket \S+ holds objects \(\S+ …\).* Nothing was destroyed/);
  });
});
