/** Destroying with the real Terraform, on states in S3 on a mock of AWS: exactly what was approved goes, in reverse order. */
import type { PlanResult } from "../../../tools/delivery/make-plan";
import { applyExitCode, renderApply } from "../../../tools/delivery/apply-report";
import { renderMarkdown } from "../../../tools/delivery/report/markdown";
import { SmallLayers, type SmallLayer } from "../../support/small-layers";

jest.setTimeout(300_000);

let small: SmallLayers;
let plan: PlanResult;

/** Each reads the one before it. */
const layers: Readonly<Record<string, SmallLayer>> = {
  "01-network": { resource: { vpc: { input: "vpc" } }, output: { id: "${terraform_data.vpc.id}" } },
  "20-balancer": {
    reads: { network: "01-network" },
    resource: { alb: { input: "${data.terraform_remote_state.network.outputs.id}" } },
    output: { id: "${terraform_data.alb.id}" },
  },
  "30-tasks": {
    reads: { balancer: "20-balancer" },
    resource: { task: { input: "${data.terraform_remote_state.balancer.outputs.id}" } },
    output: { id: "${terraform_data.task.id}" },
  },
  "90-never": {
    reads: { tasks: "30-tasks" },
    resource: { later: { input: "later" } },
    output: { id: "${terraform_data.later.id}" },
  },
};
const ids = ["01-network", "20-balancer", "30-tasks"];
const destroy = { includeStateful: [] };

async function resources(): Promise<readonly number[]> {
  return Promise.all(
    ids.map(async (id) => (await small.state(id))?.resources.filter(({ mode }) => mode === "managed").length ?? -1),
  );
}

beforeAll(async () => {
  small = await SmallLayers.start();
  await small.deploy(layers, ids);
  plan = await small.plan({ destroy });
});
afterAll(async () => {
  await small.stop();
});

test("what is planned: every layer that exists, in clear words; nothing is touched", async () => {
  expect(plan.manifest).toMatchObject({ purpose: "destroy", scope: "some" });
  expect(plan.manifest.layers.map(({ id, applyable }) => [id, applyable])).toEqual(ids.map((id) => [id, true]));
  expect(renderMarkdown(plan.report)).toMatch(
    /^## Plan to destroy of profile baseline( \(\w+\))?: 0 to create, 0 to change, 0 to replace, 3 to delete/,
  );
  expect(renderMarkdown(plan.report)).toContain("Not there: 90-never.");
  expect(await resources()).toEqual([1, 1, 1]);
});

test("`apply` does not carry it out, `destroy` carries out nothing else, and what moved on stays", async () => {
  expect((await small.refusal(plan)).what).toBe("The approved plans are to destroy, not to apply. Nothing was done.");
  const toApply = await small.plan({ layers: ["01-network"] });
  expect((await small.refusal(toApply, { purpose: "destroy" })).what).toContain("are to apply, not to destroy");
  // One layer is applied once more after the plan.
  const changed = {
    ...layers,
    "01-network": { ...layers["01-network"], output: { id: "${terraform_data.vpc.id}", n: 1 } },
  };
  await small.deploy(changed, ["01-network"]);
  small.define(layers);
  expect((await small.refusal(plan, { purpose: "destroy" })).what).toMatch(/state of 01-network moved on/);
  expect(await resources()).toEqual([1, 1, 1]);
});

test("a layer alone is refused while another stands on it", async () => {
  await expect(small.plan({ destroy, layers: ["01-network"] })).rejects.toThrow(
    "standing on what would be destroyed: 20-balancer, 30-tasks",
  );
});

test("the phrase of another environment is refused before anything is planned", async () => {
  await expect(small.plan({ destroy: { ...destroy, confirm: "destroy staging" } })).rejects.toThrow(
    'The phrase is not the one of this environment: "destroy staging"',
  );
});

test("approved: goes in reverse order, with the plans made before; then there is nothing left to destroy", async () => {
  const fresh = await small.plan({ destroy: { ...destroy, confirm: "destroy prod" } });
  const order: string[] = [];
  const result = await small.apply(fresh, {
    purpose: "destroy",
    parallel: 3,
    beforeLayer: ({ id }) => {
      order.push(id);
      return Promise.resolve();
    },
  });

  expect(order).toEqual([...ids].reverse());
  expect(renderApply(result)).toMatch(/30-tasks +│ destroyed, as approved[^]*3 layers are destroyed, as approved/);
  expect(applyExitCode(result)).toBe(0);
  expect(await resources()).toEqual([0, 0, 0]);
  const nothing = await small.plan({ destroy });
  expect(nothing.manifest.layers).toEqual([]);
  expect(renderMarkdown(nothing.report)).toContain("Nothing is destroyed.");
});
