import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { projectRoot } from "../../tools/terminal/paths";

/** One step of a job or of a composite action. */
export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly "continue-on-error"?: unknown;
}

/** One job. */
export interface Job {
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: unknown;
  readonly "runs-on"?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": unknown };
  readonly outputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

/** One workflow. */
export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: { readonly "cancel-in-progress": unknown };
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** Workflows by file name. */
export type Workflows = Readonly<Record<string, Workflow>>;

const folder = join(projectRoot, ".github");

/** All workflows of the project. */
export function readWorkflows(): Workflows {
  const files = readdirSync(join(folder, "workflows")).filter((name) => name.endsWith(".yml"));
  return Object.fromEntries(
    files.map((name) => [name, parse(readFileSync(join(folder, "workflows", name), "utf8")) as Workflow]),
  );
}

/** Steps of the project's own actions, by the action's name. */
export function readActions(): Readonly<Record<string, readonly Step[]>> {
  return Object.fromEntries(
    readdirSync(join(folder, "actions")).map((name) => {
      const text = readFileSync(join(folder, "actions", name, "action.yml"), "utf8");
      return [name, (parse(text) as { readonly runs: { readonly steps: readonly Step[] } }).runs.steps];
    }),
  );
}

/** A step's script with everything that it is run with. */
export interface Script {
  /** Workflow, job and step, for messages. */
  readonly where: string;
  readonly run: string;
  readonly shell: string | undefined;
  /** Names of the variables that workflow, job and step give it. */
  readonly variables: readonly string[];
}

/** All scripts of workflows and actions. */
export function scriptsOf(workflows: Workflows, actions = readActions()): readonly Script[] {
  const ofWorkflows = Object.entries(workflows).flatMap(([file, workflow]) =>
    Object.entries(workflow.jobs).flatMap(([job, { steps = [], env }]) =>
      steps.flatMap((step) =>
        scriptOf(step, `${file} ${job}`, step.shell ?? workflow.defaults?.run?.shell, { ...workflow.env, ...env }),
      ),
    ),
  );
  const ofActions = Object.entries(actions).flatMap(([name, steps]) =>
    steps.flatMap((step) => scriptOf(step, name, step.shell, {})),
  );
  return [...ofWorkflows, ...ofActions];
}

function scriptOf(step: Step, place: string, shell: string | undefined, outer: Readonly<Record<string, string>>) {
  if (step.run === undefined) return [];
  const where = `${place}: ${step.name ?? step.id ?? step.run}`;
  return [{ where, run: step.run, shell, variables: Object.keys({ ...outer, ...step.env }) }];
}

/** What permissions a job hands to its token, those of the workflows that it calls included. */
export function permissionsNeeded(workflows: Workflows, job: Job): Readonly<Record<string, string>> {
  const called = calledWorkflow(workflows, job);
  if (called === undefined) return job.permissions ?? {};
  return Object.values(called.jobs)
    .map((inner) => permissionsNeeded(workflows, inner))
    .reduce(widest, {});
}

function calledWorkflow(workflows: Workflows, { uses }: Job): Workflow | undefined {
  if (uses === undefined) return undefined;
  const called = workflows[uses.replace("./.github/workflows/", "")];
  if (called === undefined) throw new Error(`there is no workflow ${uses}`);
  return called;
}

const order = ["none", "read", "write"];

function widest(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>) {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const rank = (value: string | undefined): number => order.indexOf(value ?? "none");
  return Object.fromEntries(
    names.map((name) => [name, order[Math.max(rank(a[name]), rank(b[name]))] ?? "none"] as const),
  );
}

/** Calls of reusable workflows that are granted less than the called jobs ask for: GitHub refuses to start these. */
export function missingPermissions(workflows: Workflows): readonly string[] {
  return Object.entries(workflows).flatMap(([file, { jobs }]) =>
    Object.entries(jobs).flatMap(([name, job]) =>
      Object.entries(permissionsNeeded(workflows, job))
        .filter(([right, level]) => order.indexOf(job.permissions?.[right] ?? "none") < order.indexOf(level))
        .map(
          ([right, level]) => `${file}, job ${name}: must grant ${right}: ${level}, which ${job.uses ?? ""} asks for`,
        ),
    ),
  );
}

/** What `uses:` takes from elsewhere without the full hash of a commit. */
export function unpinned(workflows: Workflows, actions = readActions()): readonly string[] {
  const steps = [
    ...Object.values(workflows).flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps: own = [] }) => own)),
    ...Object.values(actions).flat(),
  ];
  const uses = [
    ...steps.map((step) => step.uses),
    ...Object.values(workflows).flatMap(({ jobs }) => Object.values(jobs).map((job) => job.uses)),
  ];
  return uses.filter((one) => one !== undefined).filter((one) => !one.startsWith("./") && !/@[0-9a-f]{40}$/.test(one));
}
