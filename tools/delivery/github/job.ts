import { appendFileSync } from "node:fs";
import { UserError } from "../../terminal/user-error";
import { SUMMARY_LIMIT } from "../report/markdown";

/**
 * Hands values to later steps and jobs, as outputs of this step (GITHUB_OUTPUT). They are visible to all who see the run.
 *
 * @param values names and values, each on one line
 * @throws UserError (exit "badInput") outside a job of GitHub Actions
 */
export function writeOutputs(
  values: Readonly<Record<string, string | boolean>>,
  env: NodeJS.ProcessEnv = process.env,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (/[\r\n]/.test(String(value))) throw new Error(`output ${name} has more than one line`);
  }
  const lines = Object.entries(values).map(([name, value]) => `${name}=${String(value)}\n`);
  appendFileSync(fileOf("GITHUB_OUTPUT", env), lines.join(""));
}

/**
 * Adds Markdown to the page that shows the run (GITHUB_STEP_SUMMARY).
 * @throws UserError (exit "badInput") outside a job of GitHub Actions
 */
export function writeSummary(markdown: string, env: NodeJS.ProcessEnv = process.env): void {
  const fits = Buffer.byteLength(markdown) < SUMMARY_LIMIT;
  appendFileSync(fileOf("GITHUB_STEP_SUMMARY", env), fits ? `${markdown}\n` : "The summary is too long for GitHub.\n");
}

function fileOf(variable: string, env: NodeJS.ProcessEnv): string {
  const file = env[variable];
  if (file !== undefined && file !== "") return file;
  throw new UserError({
    what: `There is no ${variable}: this is no job of GitHub Actions.`,
    where: "--github",
    mend: "leave --github out; the results are printed as well",
    exit: "badInput",
  });
}
