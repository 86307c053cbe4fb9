/**
 * What others run is taken over without a change: the real Terraform plans each layer against states that the legacy
 * Terraform left with other variables, all of them at once. One by one: stacks/legacy-variations.test.ts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFixtures } from "../tools/delivery/adoption/fixtures";
import { judgeAdoption, type Adoption } from "../tools/delivery/adoption/report";
import { synthesize } from "../tools/layers/synth";
import { ensureTerraform } from "../tools/terraform/binary";
import { planInOrder } from "../tools/terraform/provisional/plan-in-order";
import { setUpProvider } from "../tools/terraform/provider";
import { variationStates } from "./support/existing-state";

jest.setTimeout(1_200_000);

async function adopt(name: string): Promise<Adoption> {
  const runFolder = mkdtempSync(join(tmpdir(), "lgtm-variation-"));
  process.env.LGTM_TEST_VARIATION = name;
  try {
    const app = join(__dirname, "support", "variation-app.ts");
    const { layers } = await synthesize({
      outFolder: join(runFolder, "out"),
      app,
      profile: "baseline",
      say: () => undefined,
    });
    const terraform = await ensureTerraform();
    const providerSetup = await setUpProvider(terraform);
    const fixtures = await startFixtures({ layers, runFolder, report: () => undefined, folder: variationStates(name) });
    try {
      const env = { ...fixtures.env, ...providerSetup.environment };
      const how = { parallel: 2, refresh: false, mode: "silent", lock: false } as const;
      return judgeAdoption(
        name,
        await planInOrder({ all: layers, selected: layers, terraform, providerSetup, env, runFolder, ...how }),
        0,
      );
    } finally {
      await fixtures.stop();
    }
  } finally {
    delete process.env.LGTM_TEST_VARIATION;
    rmSync(runFolder, { recursive: true, force: true });
  }
}

test.each([
  ["acme", 94],
  ["wide", 101],
])("%s: %i resources stay as they are, and so does every output", async (name, count) => {
  const { layers, ...adoption } = await adopt(name);

  expect(layers.filter(({ error }) => error !== undefined)).toEqual([]);
  const changes = layers.flatMap(({ layer, changes, outputs }) => [
    ...changes.filter(({ mode }) => mode === "managed").map(({ address, action }) => `${layer}: ${action} ${address}`),
    ...outputs.map((output) => `${layer}: output ${output.name}`),
  ]);
  expect(changes).toEqual([]);
  expect(adoption).toMatchObject({ unchanged: true, noOp: count, managed: count });
  // All but those of layer 00 come from their address in a module.
  expect(layers.reduce((sum, { counts }) => sum + (counts?.moved ?? 0), 0)).toBe(count - 5);
});
