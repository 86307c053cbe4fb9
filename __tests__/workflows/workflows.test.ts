/**
 * The workflows: what they may do, that they call what exists, and that a step which fails fails its job. The steps' own
 * scripts are run, in the shell that the workflow names, with stand-ins for the programs.
 */
import type { Command } from "commander";
import { buildProgram } from "../../tools/commands/program";
import { exitCodes } from "../../tools/terminal/exit-codes";
import { SESSION_SECONDS, type Duty } from "../../tools/account/roles/delivery-roles";
import { hasBash, runScript } from "./run-script";
import {
  missingPermissions,
  readActions,
  readWorkflows,
  scriptsOf,
  unpinned,
  type Job,
  type Script,
  type Step,
  type Workflows,
} from "./workflow-files";

const workflows = readWorkflows();
const actions = readActions();
const scripts = scriptsOf(workflows, actions);
const SHELL = "bash --noprofile --norc -euo pipefail {0}";

/** Exit codes of `./lgtm` that a step takes on purpose, since they mean that the work goes on otherwise. */
const TAKEN: Readonly<Record<string, readonly (keyof typeof exitCodes)[]>> = {
  // The tasks lack images: all else is planned.
  plan: ["notReady"],
  // What is left waits for a second approval.
  apply: ["stopped"],
  // Something drifted, which the issues say.
  drift: ["negative"],
  // What doctor finds in the account is a warning: the plan stops where it must.
  doctor: ["negative"],
};

function jobs(): readonly (readonly [string, Job])[] {
  return Object.entries(workflows).flatMap(([file, workflow]) =>
    Object.entries(workflow.jobs).map(([name, job]) => [`${file} ${name}`, job] as const),
  );
}

function steps(): readonly (readonly [string, Step])[] {
  return jobs().flatMap(([where, { steps: own = [] }]) => own.map((step) => [where, step] as const));
}

/** A copy of the workflows with one job changed. */
function withJob(file: string, name: string, change: Partial<Job>): Workflows {
  const workflow = workflows[file];
  const job = workflow?.jobs[name];
  if (workflow === undefined || job === undefined) throw new Error(`there is no job ${name} in ${file}`);
  return { ...workflows, [file]: { ...workflow, jobs: { ...workflow.jobs, [name]: { ...job, ...change } } } };
}

test("the workflows that there are", () => {
  expect(Object.keys(workflows).sort()).toEqual([
    "apply-approved.yml",
    "apply.yml",
    "ci.yml",
    "deploy.yml",
    "drift.yml",
    "images.yml",
    "plan.yml",
  ]);
});

describe("what they may do", () => {
  test("nothing, unless the job says so; nothing that its duty does not need", () => {
    for (const { permissions } of Object.values(workflows)) expect(permissions).toEqual({});
    const granted = new Map<string, string[]>();
    for (const [where, { permissions }] of jobs()) {
      expect([where, permissions]).toEqual([where, expect.any(Object)]);
      for (const [right, level] of Object.entries(permissions ?? {})) {
        if (level === "write") granted.set(right, [...(granted.get(right) ?? []), where]);
      }
    }
    expect(Object.fromEntries(granted)).toEqual({
      "id-token": [
        "apply-approved.yml apply",
        "apply.yml deploy",
        "deploy.yml plan",
        "deploy.yml apply",
        "deploy.yml rest",
        "deploy.yml destroy",
        "drift.yml drift",
        "images.yml release",
        "images.yml propose",
        "plan.yml plan",
      ],
      contents: ["images.yml propose"],
      issues: ["drift.yml drift"],
      "pull-requests": ["images.yml propose", "plan.yml plan"],
    });
  });

  test("every reusable workflow is granted what its jobs ask for", () => {
    expect(missingPermissions(workflows)).toEqual([]);
  });

  test("I23: a caller that grants less than a called job asks for is found", () => {
    expect(missingPermissions(withJob("apply.yml", "deploy", { permissions: { contents: "read" } }))).toEqual([
      "apply.yml, job deploy: must grant id-token: write, which ./.github/workflows/deploy.yml asks for",
      "apply.yml, job deploy: must grant actions: read, which ./.github/workflows/deploy.yml asks for",
    ]);
    // Two levels deep: what is called asks for more than its caller hands on.
    const deeper = { contents: "read", "id-token": "write", "pull-requests": "write" };
    expect(missingPermissions(withJob("apply-approved.yml", "apply", { permissions: deeper }))).toEqual([
      "apply.yml, job deploy: must grant pull-requests: write, which ./.github/workflows/deploy.yml asks for",
      "deploy.yml, job apply: must grant pull-requests: write, which ./.github/workflows/apply-approved.yml asks for",
      "deploy.yml, job rest: must grant pull-requests: write, which ./.github/workflows/apply-approved.yml asks for",
    ]);
  });

  test("what comes from elsewhere is pinned by the hash of a commit; a tag is found", () => {
    expect(unpinned(workflows, actions)).toEqual([]);
    expect(unpinned(withJob("ci.yml", "check", { steps: [{ uses: "actions/checkout@v6" }] }))).toEqual([
      "actions/checkout@v6",
    ]);
  });

  test("no checkout leaves credentials behind, no secret is passed on, a token only to what speaks to GitHub", () => {
    for (const [where, step] of steps()) {
      if (step.uses?.startsWith("actions/checkout@") === true) {
        expect([where, step.with?.["persist-credentials"]]).toEqual([where, false]);
      }
      const hasToken = JSON.stringify(step.env ?? {}).includes("token");
      const speaks = /\.\/lgtm (ci (comment|drift-issues|propose)|apply|destroy)\b/.test(step.run ?? "");
      expect([where, step.name, hasToken]).toEqual([where, step.name, speaks]);
    }
    expect(JSON.stringify(workflows)).not.toMatch(/secrets[.[]/);
    for (const [, job] of jobs()) expect(job.secrets).toBeUndefined();
  });

  test("no package runs a script of its own at the install, and only what the commands need is installed with a role", () => {
    const installs = scripts.filter(({ run }) => /\bnpm\b/.test(run));
    expect(installs.map(({ where, run }) => [where, run])).toEqual([
      ["set-up: Install what the lock file names", "npm ci --ignore-scripts"],
    ]);
    const omitting = Object.entries(workflows).flatMap(([file, { env }]) =>
      env?.NPM_CONFIG_OMIT === "dev" ? [file] : [],
    );
    const takingRoles = jobs().filter(([, { steps: own = [] }]) =>
      own.some(({ uses }) => uses === "./.github/actions/aws"),
    );
    expect(new Set(omitting)).toEqual(new Set(takingRoles.map(([where]) => where.split(" ")[0])));
  });

  test("credentials live at least as long as the job that takes them", () => {
    const lacking = jobs().flatMap(([where, { steps: own = [], "timeout-minutes": minutes = 360 }]) =>
      own.flatMap(({ uses, with: given }) => {
        if (uses !== "./.github/actions/aws") return [];
        const duty = /roleVariables\.(\w+)|(roleVariable)\b/.exec(String(given?.role));
        const allowed = SESSION_SECONDS[(duty?.[1] ?? "release") as Duty];
        const seconds = Number(given?.seconds ?? 3600);
        return minutes * 60 <= seconds && seconds <= allowed
          ? []
          : [`${where}: ${minutes} min, ${seconds} s, ${allowed} s`];
      }),
    );
    expect(lacking).toEqual([]);
  });

  test("a pull request plans under its own role and without locks; no other workflow leaves locks out", () => {
    const roles = jobs().flatMap(([where, { steps: own = [] }]) =>
      own.flatMap(({ with: given }) => (String(given?.role).includes("roleVariables.review") ? [where] : [])),
    );
    expect(roles).toEqual(["plan.yml plan"]);
    const unlocked = Object.entries(workflows).filter(([, workflow]) =>
      JSON.stringify(workflow).includes("LGTM_PLAN_LOCK"),
    );
    expect(unlocked.map(([file, { env, on }]) => [file, env?.LGTM_PLAN_LOCK, Object.keys(on)])).toEqual([
      ["plan.yml", "off", ["pull_request"]],
    ]);
  });

  test("nothing that can take a role starts before LGTM_DELIVERY is on, not by dispatch either", () => {
    const starting = jobs().filter(
      ([where, { needs }]) => needs === undefined && !/^(ci|deploy|apply-approved)\.yml|plan\.yml fork$/.test(where),
    );
    expect(starting.map(([where, job]) => [where, job.if?.split(" && ")[0]])).toEqual([
      ["apply.yml deployments", "vars.LGTM_DELIVERY == 'on'"],
      ["drift.yml deployments", "vars.LGTM_DELIVERY == 'on'"],
      ["images.yml list", "vars.LGTM_DELIVERY == 'on'"],
      ["plan.yml deployments", "vars.LGTM_DELIVERY == 'on'"],
    ]);
    for (const [, job] of starting) expect(job.if).not.toContain("||");
  });

  test("nothing that others write (titles, inputs, branches) becomes a part of a script", () => {
    for (const { where, run } of scripts) expect([where, run.includes("${{")]).toEqual([where, false]);
  });
});

describe("what is released", () => {
  const names =
    workflows["images.yml"]?.jobs.release?.steps?.map(({ name, uses }) => name ?? uses?.split("@")[0]) ?? [];

  test("is built and judged, then scanned, then pushed; only then handed to the job that proposes it", () => {
    const order = ["Build, and let", "Scan for critical", "Push", "Hand tag and digest"];
    const places = order.map((begin) => names.findIndex((name) => name?.startsWith(begin)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  test("only without critical vulnerabilities that have a fix; waivers are in a file that has a review", () => {
    const scan = workflows["images.yml"]?.jobs.release?.steps?.find(({ uses = "" }) => uses.includes("trivy-action"));
    expect(scan?.with).toMatchObject({
      severity: "CRITICAL",
      "ignore-unfixed": true,
      "exit-code": "1",
      trivyignores: ".trivyignore.yaml",
    });
  });

  test("I11: tag and digest are recorded by a pull request, by a job that builds nothing", () => {
    const proposing = workflows["images.yml"]?.jobs.propose;
    const run = proposing?.steps?.map((step) => step.run ?? "").join("\n") ?? "";
    expect(run).toMatch(/lgtm release .* --record-only --tag .* --digest [^]*lgtm ci propose --file releases\.json/);
    expect(run).not.toMatch(/docker|--build-only|--built/);
  });
});

describe("what is approved", () => {
  test("whatever changes an account waits for the environment's reviewers", () => {
    const changing = jobs().filter(([, { steps: own = [] }]) =>
      own.some(({ run = "" }) => /\.\/lgtm (apply|destroy)\b/.test(run)),
    );
    expect(changing.map(([where]) => where)).toEqual(["apply-approved.yml apply", "deploy.yml destroy"]);
    for (const [, { environment }] of changing) {
      expect(environment).toBe("${{ fromJSON(inputs.deployment).gitHubEnvironment }}");
    }
    const takesRole = jobs().filter(([, job]) => JSON.stringify(job).includes("roleVariables.apply"));
    expect(takesRole.map(([where]) => where)).toEqual(changing.map(([where]) => where));
  });

  test("two applies never overlap, and a waiting one is not cancelled", () => {
    for (const name of ["apply-approved.yml apply", "deploy.yml destroy"]) {
      const job = jobs().find(([where]) => where === name)?.[1];
      expect(job?.concurrency).toEqual({
        group: "apply-${{ fromJSON(inputs.deployment).environment }}",
        "cancel-in-progress": false,
      });
    }
  });

  test("the hash goes from the job that planned to the job that applies, through GitHub", () => {
    const { plan, apply, rest, destroy } = workflows["deploy.yml"]?.jobs ?? {};
    expect(plan?.outputs?.sha256).toContain("steps.plan.outputs.sha256");
    expect(apply?.with?.sha256).toBe("${{ needs.plan.outputs.sha256 }}");
    expect(rest?.with?.sha256).toBe("${{ needs.apply.outputs.rest-sha256 }}");
    const destroying = destroy?.steps?.find(({ run = "" }) => run.includes("./lgtm destroy"));
    expect(destroying?.env?.SHA256).toBe("${{ needs.plan.outputs.sha256 }}");
  });

  test("the page for whoever approves is attached to every plan, and to what is left for a second approval", () => {
    const pages = jobs().flatMap(([where, { steps: own = [] }]) =>
      own
        .filter(
          ({ uses = "", with: given }) =>
            uses.startsWith("actions/upload-artifact@") && String(given?.path).endsWith("report.html"),
        )
        .map((step) => [where, String(step.with?.path)]),
    );
    expect(pages).toEqual([
      ["apply-approved.yml apply", "${{ runner.temp }}/report.html"],
      ["deploy.yml plan", "${{ runner.temp }}/report.html"],
      ["plan.yml plan", "${{ runner.temp }}/plans/report.html"],
    ]);
    const written = jobs().flatMap(([, { steps: own = [] }]) => own.flatMap(({ run = "" }) => run.split("\n")));
    for (const line of written.filter((one) => /\.\/lgtm (plan|apply) /.test(one))) {
      expect(line).toMatch(/--html "\$RUNNER_TEMP\/report\.html"|--out "\$RUNNER_TEMP\/plans"/);
    }
  });

  test("I24: no approval before there is a plan: the jobs that wait for one need the job that planned", () => {
    const { apply, rest, destroy } = workflows["deploy.yml"]?.jobs ?? {};
    expect([apply?.needs, rest?.needs, destroy?.needs]).toEqual(["plan", ["plan", "apply"], "plan"]);
  });
});

/** A program whose commands do nothing but check their words. */
function idle(): Command {
  const program = buildProgram();
  const quieten = (command: Command): void => {
    command.action(() => undefined).configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.commands.forEach(quieten);
  };
  program.commands.forEach(quieten);
  return program;
}

async function refusalOf(words: readonly string[]): Promise<string | undefined> {
  try {
    await idle().parseAsync([...words], { from: "user" });
    return undefined;
  } catch (error) {
    return String(error);
  }
}

// A machine without bash runs no workflow either.
const withBash = hasBash ? describe : describe.skip;

withBash("the steps' scripts", () => {
  test("run in a shell that stops at the first failure, also of a variable or within a pipe", () => {
    for (const { where, shell } of scripts) expect([where, shell]).toEqual([where, SHELL]);
    for (const { where, run } of scripts) expect([where, /[^|]\|[^|]/.test(run)]).toEqual([where, false]);
    for (const [where, step] of steps()) expect([where, step["continue-on-error"]]).toEqual([where, undefined]);
  });

  test("every command and option that they call exists, and takes these words", async () => {
    const called = new Set<string>();
    for (const script of scripts) {
      for (const [program, ...words] of runScript(script, () => 0).calls) {
        if (program !== "lgtm") continue;
        called.add(words.slice(0, words[0] === "ci" ? 2 : 1).join(" "));
        expect([script.where, words, await refusalOf(words)]).toEqual([script.where, words, undefined]);
      }
    }
    expect([...called].sort()).toEqual([
      "adopt",
      "apply",
      "ci comment",
      "ci deployments",
      "ci drift-issues",
      "ci images",
      "ci propose",
      "destroy",
      "diagnose",
      "doctor",
      "drift",
      "plan",
      "release",
      "smoke",
      "synth",
    ]);
    expect(await refusalOf(["plan", "--no-such-option"])).toContain("unknown option");
  });

  test("succeed when what they call does", () => {
    for (const script of scripts) {
      if (runScript(script, () => 0).calls.length === 0) continue;
      expect([script.where, runScript(script, () => 0).code]).toEqual([script.where, 0]);
    }
  });

  const calling = scripts.filter((script) => runScript(script, () => 0).calls.length > 0);

  test.each(calling.map((script) => [script.where, script] as const))(
    "fail their job when what they call fails, whatever the code: %s",
    (_where, script: Script) => {
      for (const [name, code] of Object.entries(exitCodes)) {
        if (code === 0) continue;
        const { calls, code: ended } = runScript(script, () => code);
        const [program, command = ""] = calls.at(-1) ?? [];
        const taken = program === "lgtm" ? (TAKEN[command] ?? []) : [];
        // A plan to destroy leaves nothing out.
        const isTaken =
          (taken as readonly string[]).includes(name) && !calls.some((words) => words.includes("--destroy"));
        expect([name, ended === 0]).toEqual([name, isTaken]);
      }
    },
  );

  test("I24: a script that pipes an apply into something else would be found", () => {
    const piped: Script = { where: "x", run: "./lgtm apply | tee log", shell: "bash -e {0}", variables: [] };
    expect(runScript(piped, () => exitCodes.failed).code).toBe(0);
    expect(runScript({ ...piped, shell: SHELL }, () => exitCodes.failed).code).not.toBe(0);
    expect(/[^|]\|[^|]/.test(piped.run)).toBe(true);
  });

  test("a role that nobody set up is said by the variable's name", () => {
    const script = scripts.find(({ where }) => where.includes("See whether the role is known"));
    if (script === undefined) throw new Error("there is no such step");
    expect(runScript(script, () => 0).code).toBe(0);
    const lacking = runScript(script, () => 0, ["ROLE"]);
    expect(lacking.code).toBe(1);
    expect(lacking.output).toContain("::error::The variable some VARIABLE is not set");
  });

  test("a second stop fails the job with what to do", () => {
    const script = scripts.find(({ where }) => where.includes("Stop after the second approval"));
    if (script === undefined) throw new Error("there is no such step");
    expect(runScript(script, () => 0)).toMatchObject({
      code: 1,
      output: expect.stringContaining("dispatch the workflow again") as string,
    });
  });
});
