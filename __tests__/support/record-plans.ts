/** Plans `target` against the committed states and writes the plans to __tests__/fixtures/plans (see its README). */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFixtures } from "../../tools/delivery/adoption/fixtures";
import { accountEnvironment } from "../../tools/layers/environment";
import { acceptedVersions } from "../../tools/layers/stack-file";
import { synthesize } from "../../tools/layers/synth";
import { makeRunFolder, projectRoot } from "../../tools/terminal/paths";
import { ensureTerraform } from "../../tools/terraform/binary";
import { planInOrder } from "../../tools/terraform/provisional/plan-in-order";
import { setUpProvider } from "../../tools/terraform/provider";

const LEFT_OUT = ["configuration", "prior_state", "planned_values", "relevant_attributes", "timestamp"];

async function record(profile: string): Promise<void> {
  const report = (text: string): void => void process.stderr.write(`${text}\n`);
  const runFolder = makeRunFolder("record-plans");
  const { layers } = await synthesize({ outFolder: join(runFolder, "out"), profile });
  const terraform = await ensureTerraform({ constraint: acceptedVersions(layers), report });
  const providerSetup = await setUpProvider(terraform, { report });
  const fixtures = await startFixtures({ layers, runFolder, report });
  const folder = join(projectRoot, "__tests__", "fixtures", "plans", profile);
  mkdirSync(folder, { recursive: true });
  try {
    const env = { ...accountEnvironment(), ...fixtures.env, ...providerSetup.environment };
    const options = {
      all: layers,
      selected: layers,
      terraform,
      providerSetup,
      env,
      runFolder,
      parallel: 2,
      refresh: false,
    };
    for (const outcome of await planInOrder({ ...options, mode: "lines" })) {
      if (outcome.status !== "done") throw new Error(`${outcome.layer} was not planned`);
      const kept = Object.entries(outcome.value.plan).filter(([key]) => !LEFT_OUT.includes(key));
      const text = `${JSON.stringify(Object.fromEntries(kept), undefined, 1)}\n`;
      writeFileSync(join(folder, `${outcome.layer}.plan.json`), text);
    }
  } finally {
    await fixtures.stop();
  }
}

void record("target");
