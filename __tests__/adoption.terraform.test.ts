/**
 * The promise of the project: taking over what runs today changes nothing. Real Terraform, the real provider, S3 backend,
 * lock table and remote-state reads, on a mock of AWS that holds the eleven state files.
 */
import { rmSync } from "node:fs";
import type { Adoption } from "../tools/delivery/adoption/report";
import { projectRoot } from "../tools/terminal/paths";
import { run } from "../tools/terminal/process";
import { countPlan } from "../tools/terraform/plan-summary";
import { runInWaves } from "../tools/layers/waves";
import { Planning } from "./support/planning";
import { processes } from "./support/processes";
import { attributesOf, changeState, copyStates, type State } from "./support/states";

jest.setTimeout(1_200_000);

// Skipped elsewhere: without /proc there is no list of processes.
const onLinux = process.platform === "linux" ? test : test.skip;

/** Managed resources of each layer, as the state files hold them; all but those of layer 00 change their address. */
const managed: Readonly<Record<string, number>> = {
  "00-bootstrap": 5,
  "01-vpc": 17,
  "05-cloudwatch-logs": 6,
  "10-ecr": 12,
  "15-s3": 5,
  "20-iam": 10,
  "30-security-groups": 2,
  "35-elasticache": 4,
  "40-cloudmap": 7,
  "50-alb": 11,
  "60-ecs": 14,
};

test("./lgtm adopt --fixtures: 93 of 93 resources stay as they are, and so does every output", async () => {
  const args = ["lgtm", "adopt", "--fixtures", "--profile", "baseline", "--json"];
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd: projectRoot });

  expect(stderr).toBe("Profile baseline (environment prod)\n");
  const adoption = JSON.parse(stdout) as Adoption;
  expect(Object.fromEntries(adoption.layers.map(({ layer, counts }) => [layer, counts?.noOp]))).toEqual(managed);
  for (const { layer, counts, outputs, changes } of adoption.layers) {
    expect(counts?.moved).toBe(layer === "00-bootstrap" ? 0 : managed[layer]);
    expect({ layer, outputs, changes: changes.filter(({ mode }) => mode === "managed") }).toEqual({
      layer,
      outputs: [],
      changes: [],
    });
  }
  expect(adoption).toMatchObject({ unchanged: true, noOp: 93, managed: 93, profile: "baseline" });
  expect(code).toBe(0);
});

test("./lgtm plan --fixtures: the report of a change, without AWS and without a manifest", async () => {
  const args = ["lgtm", "plan", "--fixtures", "--profile", "target", "--layer", "cloudwatch-logs"];
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd: projectRoot });

  expect(code).toBe(0);
  expect(stdout).toContain("Planned on the committed state files, without AWS: nothing can be applied from this.");
  expect(stdout).toContain("05-cloudwatch-logs");
  expect(`${stdout}${stderr}`).not.toMatch(/sha256|--manifest/i);
});

describe("a state or a setting that differs", () => {
  let planning: Planning;
  const folders: string[] = [];

  beforeAll(async () => {
    planning = await Planning.start();
  });
  afterAll(async () => {
    await planning.stop();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** Puts the committed states into the mock, one layer's changed. */
  async function seed(layer?: string, change?: (state: State) => void): Promise<void> {
    const folder = copyStates();
    folders.push(folder);
    if (layer !== undefined && change !== undefined) changeState(folder, layer, change);
    await planning.mock.seed(folder);
  }

  describe("the provider that serves all runs", () => {
    test("leads to the same plan of every layer as one that each run starts", async () => {
      expect(planning.baseline).toHaveLength(11);
      // Side by side, so that runs configure the shared provider again while another works with it.
      const plans = await runInWaves(
        planning.baseline,
        async (layer) => [await planning.json(layer, "shared"), await planning.json(layer, "own")] as const,
        { parallel: 4, order: "any" },
      );

      for (const plan of plans) {
        if (plan.status !== "done") throw plan.status === "failed" ? plan.error : new Error(`${plan.layer} not tried`);
        const [shared, own] = plan.value;
        // Apart from the time at which it was made.
        expect(shared).toEqual({ ...own, timestamp: expect.any(String) as string });
        expect(Object.keys(shared)).toContain("planned_values");
      }
    });

    onLinux("starts once: a run that uses it starts none", async () => {
      const [layer] = planning.baseline;
      if (layer === undefined) throw new Error("no layer");
      const providers = (folder = ""): readonly number[] =>
        processes()
          .filter(({ command, folder: own }) => command.includes("terraform-provider-aws") && own.startsWith(folder))
          .map(({ pid }) => pid);
      expect(providers().length).toBeGreaterThan(0);

      const started = new Set<number>();
      const watch = setInterval(() => {
        for (const pid of providers(layer.folder)) started.add(pid);
      }, 50);
      await planning.json(layer, "shared");
      expect([...started]).toEqual([]);
      // The watch sees one that a run starts.
      await planning.json(layer, "own");
      expect(started.size).toBeGreaterThan(0);
      clearInterval(watch);
    });
  });

  test.each(["01-vpc", "60-ecs"])("%s stays a no-op when a newer Terraform has written the state", async (layer) => {
    await seed(layer, (state) => {
      state.terraform_version = "1.13.0";
    });

    expect(await planning.counts(layer)).toMatchObject({
      noOp: managed[layer],
      moved: managed[layer],
      outputChanges: 0,
    });
  });

  test("container definitions as AWS returns them, reordered and with defaults filled in, stay a no-op", async () => {
    await seed("60-ecs", (state) => {
      const attributes = attributesOf(state, "aws_ecs_task_definition");
      expect(attributes).toHaveLength(6);
      for (const one of attributes) one.container_definitions = asAwsReturnsIt(String(one.container_definitions));
    });

    expect(await planning.counts("60-ecs")).toMatchObject({ noOp: 14, update: 0, replace: 0, create: 0 });
  });

  test("a container definition that really differs is not a no-op", async () => {
    await seed("60-ecs", (state) => {
      const [first] = attributesOf(state, "aws_ecs_task_definition");
      if (first !== undefined)
        first.container_definitions = String(first.container_definitions).replace(/:[\d.]+"/, ':0.0.1"');
    });

    const { resources } = await planning.plan("60-ecs");

    const replaced = resources.filter(({ action }) => action === "replace");
    expect(replaced.map(({ type }) => type)).toEqual(["aws_ecs_task_definition"]);
    expect(JSON.stringify(replaced[0]?.differences)).toContain("0.0.1");
  });

  describe("desired_count that people changed", () => {
    beforeAll(() =>
      seed("60-ecs", (state) => {
        for (const service of attributesOf(state, "aws_ecs_service")) service.desired_count = 3;
      }),
    );

    test("is left alone when its owner is outside, as in baseline", async () => {
      expect(await planning.counts("60-ecs")).toMatchObject({ noOp: 14, update: 0 });
    });

    test("is one change in place for each service when its owner is terraform, shown with both values", async () => {
      const layers = await planning.variant("owner", { ecs: { desiredCountOwner: "terraform" } });

      const { resources } = await planning.plan("60-ecs", layers);

      const updates = resources.filter(({ action }) => action !== "no-op");
      expect(updates.map(({ type, action }) => `${action} ${type}`)).toEqual(Array(6).fill("update aws_ecs_service"));
      for (const { differences } of updates) {
        expect(differences).toEqual([{ path: "desired_count", before: "3", after: "1", forcesReplacement: false }]);
      }
    });
  });

  describe("a data bucket whose versioning is Enabled", () => {
    beforeAll(() =>
      seed("15-s3", (state) => {
        for (const one of attributesOf(state, "aws_s3_bucket_versioning")) {
          one.versioning_configuration = [{ mfa_delete: "", status: "Enabled" }];
        }
      }),
    );

    test("says which setting to change to which value", async () => {
      const error = await planning.failure("15-s3");

      expect(error.what).toContain("versioning enabled");
      expect(error.mend).toMatch(/dataBucket\.versioning in common\.config\.ts to "Suspended".*"Enabled"/);
    });

    test.each([
      ["Suspended", { update: 1, noOp: 4 }],
      ["Enabled", { update: 0, noOp: 5 }],
    ])("is planned once the setting says %s", async (versioning, expected) => {
      const layers = await planning.variant(`versioning-${versioning}`, { dataBucket: { versioning } });

      expect(await planning.counts("15-s3", layers)).toMatchObject({ ...expected, replace: 0, delete: 0 });
    });
  });

  test("a state bucket that does not exist names the layer that makes it, and for that layer ./lgtm state bootstrap", async () => {
    const state = { bucket: "not-there", bootstrapBucket: "not-there-either" };
    const layers = await planning.variant("no-bucket", { state });

    const other = await planning.failure("01-vpc", layers);
    expect(other.what).toContain("not-there");
    expect(other.mend).toContain("00-bootstrap");
    const first = await planning.failure("00-bootstrap", layers);
    expect(first.what).toContain("not-there-either");
    expect(first.mend).toContain("./lgtm state bootstrap");
  });

  test("a layer whose upstream has no state names the layer to apply first", async () => {
    const layers = await planning.variant("nothing-applied", { state: { keyPrefix: "lgtm-ecs/empty" } });

    const error = await planning.failure("30-security-groups", layers);

    expect(error.what).toContain("30-security-groups reads from 01-vpc");
    expect(error.mend).toBe("apply 01-vpc first, then 30-security-groups");
  });

  test("a layer whose upstream lacks an output names the layer and the output", async () => {
    await seed("01-vpc", (state) => {
      delete state.outputs.vpc_id;
    });

    const error = await planning.failure("30-security-groups");

    expect(error.what).toContain("30-security-groups reads from 01-vpc");
    expect(error.what).toContain("vpc_id");
    await seed();
  });

  test("the HCL form plans the same moves and nothing else", async () => {
    await seed();

    const plan = await planning.plan("01-vpc", await planning.hcl(), planning.baseline);

    expect(countPlan(plan)).toMatchObject({ managed: 17, moved: 17, noOp: 17, outputChanges: 0 });
  });

  test("credentials of another account are refused", async () => {
    const layers = await planning.variant("account", { accountId: "210987654321" });

    const error = await planning.failure("05-cloudwatch-logs", layers);

    expect(error.what).toContain("account 123456789012");
    expect(error.mend).toContain("accountId");
  });
});

/** What ECS's API adds to a definition and in which order it may come back; the meaning is the same. */
function asAwsReturnsIt(text: string): string {
  const containers = JSON.parse(text) as Record<string, unknown>[];
  const returned = containers.map((container) => {
    const ports = (container.portMappings ?? []) as Record<string, unknown>[];
    return {
      volumesFrom: [],
      systemControls: [],
      mountPoints: [],
      cpu: 0,
      ...Object.fromEntries(Object.entries(container).reverse()),
      portMappings: ports.map((port) => ({ hostPort: port.containerPort, protocol: "tcp", ...port })),
      environment: [...((container.environment ?? []) as object[])].reverse(),
    };
  });
  return JSON.stringify(returned);
}
