/**
 * Plan and apply with the real Terraform, S3 states and locks on a mock of AWS: exactly what was approved is applied, and
 * everything else is refused before anything is touched.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { applyExitCode, renderApply } from "../../../tools/delivery/apply-report";
import { sha256Of } from "../../../tools/delivery/manifest";
import type { PlanResult } from "../../../tools/delivery/make-plan";
import { exitCodes } from "../../../tools/terminal/exit-codes";
import { tellApply, tellPlan } from "../../../tools/delivery/github/tell-job";
import { UserError } from "../../../tools/terminal/user-error";
import { processes } from "../../support/processes";
import { SmallLayers, type SmallLayer } from "../../support/small-layers";

jest.setTimeout(300_000);

let small: SmallLayers;

beforeAll(async () => {
  small = await SmallLayers.start();
});
afterAll(async () => {
  await small.stop();
});

let run = 0;

/** Layers of their own for each test: roles, then a load balancer, then tasks that read both and the tags. */
function chain(options: { readonly tempo?: boolean; readonly tag?: string; readonly action?: string } = {}) {
  const name = (id: string): string => `${id}-${run}`;
  const [tags, roles, balancer, tasks] = [name("00-tags"), name("10-roles"), name("20-balancer"), name("30-tasks")];
  const services = options.tempo === true ? ["mimir", "tempo"] : ["mimir"];
  const byService = (value: (service: string) => string): object =>
    Object.fromEntries(services.map((service) => [service, value(service)]));
  const layers: Readonly<Record<string, SmallLayer>> = {
    [tags]: {
      resource: { tag: { input: options.tag ?? "2.16.0" } },
      output: { image_tag: options.tag ?? "2.16.0", allowed_action: options.action ?? "s3:GetObject" },
    },
    [roles]: {
      resource: Object.fromEntries(services.map((service) => [service, { input: service }])),
      output: { role_arns: byService((service) => `arn:aws:iam::123456789012:role/\${terraform_data.${service}.id}`) },
    },
    [balancer]: {
      reads: { roles },
      resource: {
        listener: {
          input: byService((service) => `\${data.terraform_remote_state.roles.outputs.role_arns["${service}"]}`),
        },
      },
      output: { target_arns: byService((service) => `arn:aws:elb:::\${terraform_data.listener.output.${service}}`) },
    },
    [tasks]: {
      reads: { balancer, tags },
      resource: Object.fromEntries(
        services.map((service) => [
          service,
          {
            input: {
              target: `\${data.terraform_remote_state.balancer.outputs.target_arns["${service}"]}`,
              containers: `\${jsonencode([{ name = "${service}", image = "repo:\${data.terraform_remote_state.tags.outputs.image_tag}" }])}`,
              policy: `\${jsonencode({ Statement = [{ Action = data.terraform_remote_state.tags.outputs.allowed_action }] })}`,
            },
          },
        ]),
      ),
      output: { services },
    },
  };
  return { layers, tags, roles, balancer, tasks };
}

beforeEach(() => {
  run += 1;
});

function statuses(result: { readonly outcomes: readonly { readonly layer: string; readonly status: string }[] }) {
  return Object.fromEntries(result.outcomes.map(({ layer, status }) => [layer.replace(/-\d+$/, ""), status]));
}

describe("a chain of changes over three layers", () => {
  test("from nothing: planned provisionally, approved once, applied to the end; then nothing is left", async () => {
    const { layers, roles, balancer, tasks } = chain();
    small.define(layers);

    const plan = await small.plan();

    const marks = plan.manifest.layers.map(({ provisional }) => provisional?.placeholders.map(({ value }) => value));
    expect(marks).toEqual([
      undefined,
      undefined,
      [`arn:aws:unknown:::__unknown__${roles}.role_arns[mimir]__`],
      [`arn:aws:unknown:::__unknown__${balancer}.target_arns[mimir]__`],
    ]);
    expect(plan.manifest.layers.map((layer) => layer.plan === null)).toEqual([false, false, true, true]);

    const result = await small.apply(plan);

    expect(statuses(result)).toEqual({
      "00-tags": "done",
      "10-roles": "done",
      "20-balancer": "done",
      "30-tasks": "done",
    });
    const [task] = (await small.state(tasks))?.resources.filter(({ name }) => name === "mimir") ?? [];
    const role = (await small.state(roles))?.outputs.role_arns?.value as { readonly mimir: string };
    expect(task?.instances[0]?.attributes.input).toMatchObject({ value: { target: `arn:aws:elb:::${role.mimir}` } });
    expect((await small.plan()).manifest.layers.map(({ applyable, provisional }) => [applyable, provisional])).toEqual(
      Array(4).fill([false, null]),
    );
  });

  test("on what runs: one service more goes through with one approval", async () => {
    await small.deploy(chain().layers);
    const { layers, tasks } = chain({ tempo: true });
    small.define(layers);

    const result = await small.apply(await small.plan());

    expect(statuses(result)).toEqual({
      "00-tags": "done",
      "10-roles": "done",
      "20-balancer": "done",
      "30-tasks": "done",
    });
    expect((await small.state(tasks))?.resources.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["mimir", "tempo"]),
    );
  });

  test.each([
    ["an image tag alone", { tag: "2.17.0" }, /containers\[0\]\.image$/, '"repo:2.16.0"', '"repo:2.17.0"'],
    ["a policy statement alone", { action: "s3:*" }, /policy\.Statement\[0\]\.Action$/, '"s3:GetObject"', '"s3:*"'],
  ])(
    "%s that changes after the approval stops, and takes a second approval",
    async (_what, change, path, approved, now) => {
      const first = chain();
      await small.deploy(first.layers, [first.tags]);
      small.define(first.layers);
      const plan = await small.plan({ layers: [first.roles, first.balancer, first.tasks] });
      // Someone else rolls out another value meanwhile; nothing of what was planned changes by it.
      await small.deploy(chain(change).layers, [first.tags]);

      const result = await small.apply(plan);

      expect(statuses(result)).toEqual({ "10-roles": "done", "20-balancer": "done", "30-tasks": "failed" });
      expect(await small.state(first.tasks)).toBeUndefined();
      const differences = result.stopped.get(first.tasks) ?? [];
      expect(differences).toEqual([
        { address: "terraform_data.mimir", path: expect.stringMatching(path) as string, approved, now },
      ]);
      const { rest } = result;
      expect(rest?.manifest.layers.map(({ id, provisional }) => [id, provisional])).toEqual([[first.tasks, null]]);
      if (rest === undefined) throw new Error("nothing to approve");
      // What the next job of a workflow needs: a code of its own, and the hash to approve.
      expect(applyExitCode(result)).toBe(exitCodes.stopped);
      expect(
        toldBy((env) => {
          tellApply(result, renderApply(result), env);
        }),
      ).toMatchObject({
        outputs: { "rest-manifest": rest.manifestPlace, "rest-sha256": rest.manifestSha256 },
        summary: expect.stringMatching(/^## Applied[^]*approved [^]*, now [^]*## Plan of profile/) as string,
      });

      expect(statuses(await small.apply(rest))).toEqual({ "30-tasks": "done" });
    },
  );
});

/** What a job is told: its outputs by name, and the summary of the run. */
function toldBy(tell: (env: NodeJS.ProcessEnv) => void) {
  const env = { GITHUB_OUTPUT: small.file("output"), GITHUB_STEP_SUMMARY: small.file("summary") };
  for (const file of Object.values(env)) writeFileSync(file, "");
  tell(env);
  const lines = readFileSync(env.GITHUB_OUTPUT, "utf8").trim().split("\n");
  return {
    outputs: Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string])),
    summary: readFileSync(env.GITHUB_STEP_SUMMARY, "utf8"),
  };
}

test("a job is told what to approve, and when there is nothing to approve", async () => {
  const { layers } = chain();
  small.define(layers);
  const plan = await small.plan();
  const { manifestPlace: manifest, manifestSha256: sha256 } = plan;
  const told = toldBy((env) => {
    tellPlan(plan, env);
  });
  expect(told.outputs).toEqual({ manifest, sha256, changes: "true", complete: "true" });
  expect(told.summary).toContain(sha256);

  const nothing = await small.plan({ destroy: { includeStateful: [] } });
  expect(
    toldBy((env) => {
      tellPlan(nothing, env);
    }).outputs.changes,
  ).toBe("false");
  const lacking = new UserError({ what: "tempo has no image", mend: "./lgtm release tempo", exit: "notReady" });
  const partly = toldBy((env) => {
    tellPlan({ ...nothing, notReady: new Map([["60-ecs", lacking]]) }, env);
  });
  expect(partly.outputs.complete).toBe("false");
  expect(partly.summary).toMatch(/Left out: \*\*60-ecs\*\*[^]*tempo has no image[^]*lgtm release tempo/);
});

test("only what changed since a commit: the app is the same at HEAD", async () => {
  small.define(chain().layers);
  const { manifest, report } = await small.plan({ changedSince: "HEAD" });
  // Who has other packages than HEAD just now gets all layers.
  const [selection, layers] = report.facts.selection?.startsWith("All") === true ? ["All layers", 4] : ["No layer", 0];
  expect(report.facts.selection).toMatch(selection);
  expect(manifest).toMatchObject({ scope: layers === 4 ? "all" : "some" });
  expect(manifest.layers).toHaveLength(layers);
});

describe("is refused, and nothing is applied", () => {
  let plan: PlanResult;
  let names: ReturnType<typeof chain>;
  const ids = (): readonly string[] => [names.tags, names.roles, names.balancer, names.tasks];

  beforeEach(async () => {
    names = chain();
    small.define(names.layers);
    plan = await small.plan();
  });

  async function expectRefusal(
    reason: RegExp,
    options: Parameters<SmallLayers["refusal"]>[1] = {},
    of = plan,
  ): Promise<void> {
    const before = await small.serials(...ids());
    const error = await small.refusal(of, options);
    expect(error.exit).toBe("negative");
    expect(`${error.what}\n${error.detail ?? ""}`).toMatch(reason);
    expect(error.what).toContain("Nothing was applied");
    expect(await small.serials(...ids())).toEqual(before);
  }

  test("a plan file that was altered by one byte", async () => {
    const file = join(dirname(plan.manifestPlace), `${names.tags}.tfplan`);
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expectRefusal(/file 00-tags-\d+\.tfplan of layer 00-tags-\d+ was changed/);
  });

  test("a manifest that was altered", async () => {
    appendFileSync(plan.manifestPlace, "\n");
    await expectRefusal(/manifest is not the approved one: its SHA-256 is [0-9a-f]{64}, approved was/);
  });

  test("a manifest of another commit", async () => {
    const other = "2".repeat(40);
    await expectRefusal(new RegExp(`plans are of commit 1{40}, but this checkout is at ${other}`), {
      source: () => Promise.resolve({ commit: other, dirty: false }),
    });
  });

  test("plans of another profile", async () => {
    await expectRefusal(/plans are of profile baseline, but target would be applied/, { profile: "target" });
  });

  test("a state that moved on", async () => {
    await small.deploy({ [names.tags]: { output: { image_tag: "x" } } });
    small.define(names.layers);
    await expectRefusal(/state of 00-tags-\d+ moved on: it is at serial \d+, planned on absent/);
  });

  test("a layer whose file is missing", async () => {
    rmSync(join(dirname(plan.manifestPlace), `${names.roles}.tfplan`));
    await expectRefusal(/Layer 10-roles-\d+ is missing/);
  });

  test("a layer that the manifest does not hold", async () => {
    const layers = plan.manifest.layers.slice(0, 3);
    const steps = plan.manifest.order.steps.filter(({ layer }) => layers.some(({ id }) => id === layer));
    const manifest = { ...plan.manifest, layers, order: { ...plan.manifest.order, steps } };
    const text = JSON.stringify(manifest);
    writeFileSync(plan.manifestPlace, text);
    await expectRefusal(
      /Layer 30-tasks-\d+ is missing in the manifest/,
      {},
      { ...plan, manifestSha256: sha256Of(text) },
    );
  });

  test("a configuration that was changed without a commit", async () => {
    small.define(chain({ tag: "3.0.0" }).layers);
    await expectRefusal(/Layer 00-tags-\d+ is synthesized otherwise here than it was planned/);
  });
});

test("Terraform's own refusal of a stale plan is explained", async () => {
  const { layers, tags } = chain();
  const others = chain({ tag: "9.9.9" }).layers;
  small.define(layers);
  const plan = await small.plan({ layers: [tags] });

  const result = await small.apply(plan, {
    // Between the checks and the apply someone else is quicker.
    beforeLayer: async () => {
      await small.deploy(others, [tags]);
      small.define(layers);
    },
  });

  const [outcome] = result.outcomes;
  expect(outcome?.status === "failed" ? String(outcome.error) : "").toMatch(
    /Terraform refuses the saved plan of 00-tags/,
  );
  expect((await small.state(tags))?.outputs.image_tag?.value).toBe("9.9.9");
});

const onLinux = process.platform === "linux" ? test : test.skip;
const reason =
  process.platform === "linux" ? "" : " (skipped: without /proc it cannot find the Terraform that it kills)";

onLinux(
  `Terraform killed in mid-apply: a leftover lock is not broken, and --resume finishes what was approved${reason}`,
  async () => {
    const { layers, roles } = chain();
    const slow = `second-${run}`;
    // The first resource is made at once, the second only in a minute; the layers after it are not reached.
    const resource = {
      ...layers[roles]?.resource,
      slow: {
        input: "${terraform_data.mimir.id}",
        provisioner: {
          "local-exec": { command: `test -e ${small.file(slow)} || { touch ${small.file(slow)}; sleep 60; }` },
        },
      },
    };
    small.define({ ...layers, [roles]: { ...layers[roles], resource } });
    const plan = await small.plan();

    const [cut] = await Promise.all([small.apply(plan), killWhenThere(small.file(slow), roles)]);
    expect(statuses(cut)).toEqual({
      "00-tags": "done",
      "10-roles": "failed",
      "20-balancer": "not tried",
      "30-tasks": "not tried",
    });

    const again = await small.apply(plan, { resume: true });
    const [, held] = again.outcomes;
    expect(held?.status === "failed" ? String(held.error) : "").toMatch(
      /The state of 10-roles-\d+ is locked by .*lock id/,
    );
    expect(await small.locks()).toEqual([expect.stringContaining(roles) as string]);

    await small.unlock();
    expect((await small.refusal(plan)).mend).toContain("--resume");
    const resumed = await small.apply(plan, { resume: true });

    expect(statuses(resumed)).toEqual({
      "00-tags": "done",
      "10-roles": "done",
      "20-balancer": "done",
      "30-tasks": "done",
    });
    expect((await small.plan()).manifest.layers.map(({ applyable }) => applyable)).toEqual(Array(4).fill(false));
  },
);

test("what was changed by others meanwhile is not taken for a part of the approved plan", async () => {
  const { layers, tags } = chain();
  small.define(layers);
  const plan = await small.plan();
  await small.deploy(chain({ tag: "9.9.9" }).layers, [tags]);
  small.define(layers);

  const { outcomes, stopped } = await small.apply(plan, { resume: true });

  expect(statuses({ outcomes })).toMatchObject({ "00-tags": "failed", "30-tasks": "not tried" });
  expect(stopped.get(tags)).toContainEqual({
    address: "terraform_data.tag",
    path: "action",
    approved: "create",
    now: "update",
  });
});

/** Kills the Terraform that applies a layer, once it has made a file. */
async function killWhenThere(file: string, layer: string): Promise<void> {
  while (!existsSync(file)) await sleep(100);
  for (const { pid, command, folder } of processes()) {
    if (command.includes("terraform apply") && folder.endsWith(`/${layer}`)) process.kill(pid, "SIGKILL");
  }
}
