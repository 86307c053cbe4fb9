/** The promise of the shared provider: what is planned with it is what Terraform plans by itself. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFixtures, type FixturesMock } from "../../../tools/delivery/adoption/fixtures";
import type { Layer } from "../../../tools/layers/layers";
import { synthesize } from "../../../tools/layers/synth";
import { runInWaves } from "../../../tools/layers/waves";
import { ensureTerraform, type TerraformBinary } from "../../../tools/terraform/binary";
import { terraformOfLayers } from "../../../tools/terraform/plan-layers";
import { setUpProvider, type ProviderSetup } from "../../../tools/terraform/provider";
import type { Terraform } from "../../../tools/terraform/terraform";
import { processes } from "../../support/processes";

jest.setTimeout(1_200_000);

let folder: string;
let layers: readonly Layer[];
let terraform: TerraformBinary;
let providerSetup: ProviderSetup;
let mock: FixturesMock;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lgtm-shared-"));
  ({ layers } = await synthesize({ outFolder: folder, profile: "baseline", say: () => undefined }));
  terraform = await ensureTerraform();
  providerSetup = await setUpProvider(terraform);
  mock = await startFixtures({ layers, runFolder: folder, report: () => undefined });
});
afterAll(async () => {
  await mock.stop();
  rmSync(folder, { recursive: true });
});

function terraformOf(layer: Layer, provider: Pick<ProviderSetup, "packageFolder">): Terraform {
  const env = { ...mock.env, ...providerSetup.environment };
  const logFolder = join(folder, "logs");
  return terraformOfLayers({ all: layers, terraform, providerSetup: provider, env, logFolder })(layer);
}

/** Its plan as JSON, but for the time at which it was made. */
async function planned(layer: Layer, provider: Pick<ProviderSetup, "packageFolder">): Promise<unknown> {
  const { packageFolder } = provider;
  const out = join(layer.folder, packageFolder === undefined ? "own.tfplan" : "shared.tfplan");
  await terraformOf(layer, provider).plan({ out, refresh: false });
  // A plan of either kind is read with the shared provider: reading takes only the schema.
  const { timestamp, ...plan } = JSON.parse(await terraformOf(layer, providerSetup).show(out)) as Record<
    string,
    unknown
  >;
  expect(timestamp).toEqual(expect.any(String));
  return plan;
}

test("all eleven layers: the plan is the same as with a provider that each run starts", async () => {
  expect(layers).toHaveLength(11);
  // Side by side, so that runs configure the shared provider again while another works with it.
  const plans = await runInWaves(
    layers,
    async (layer) => {
      await terraformOf(layer, providerSetup).init();
      return {
        shared: await planned(layer, providerSetup),
        own: await planned(layer, { packageFolder: undefined }),
      };
    },
    { parallel: 4, order: "any" },
  );

  for (const plan of plans) {
    if (plan.status !== "done") throw plan.status === "failed" ? plan.error : new Error(`${plan.layer} not tried`);
    expect({ layer: plan.layer, plan: plan.value.shared }).toEqual({ layer: plan.layer, plan: plan.value.own });
  }
});

test("a run with the shared provider starts none", async () => {
  const [layer] = layers;
  if (layer === undefined) throw new Error("no layer");
  const before = processesNamed("terraform-provider-aws");

  const plan = terraformOf(layer, providerSetup).plan({ out: "once-more.tfplan", refresh: false });
  const seen = new Set<number>();
  const watch = setInterval(() => {
    for (const pid of processesNamed("terraform-provider-aws", layer.folder)) seen.add(pid);
  }, 50);
  await plan.finally(() => {
    clearInterval(watch);
  });

  expect(before.length).toBeGreaterThan(0);
  expect([...seen]).toEqual([]);
});

/** Processes of that name, with a folder: those that work in it. */
function processesNamed(name: string, inFolder = ""): readonly number[] {
  return processes()
    .filter(({ command, folder: own }) => command.includes(name) && own.startsWith(inFolder))
    .map(({ pid }) => pid);
}
