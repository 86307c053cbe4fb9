import type { ApplyResult } from "../delivery/apply-plan";
import { applyExitCode, applyFacts } from "../delivery/apply-report";
import { tellApply } from "../delivery/github/tell-job";

/** Prints the result of `apply` and `destroy`. */
export interface PrintOptions {
  readonly json?: true;
  readonly github?: true;
}

/**
 * Prints what was applied or destroyed, tells the job of a workflow, and sets the exit code.
 *
 * @param result what was done
 * @param text the same for people
 * @param more facts for `--json` beside those of the result
 */
export function printApplied(result: ApplyResult, text: string, options: PrintOptions, more: object = {}): void {
  if (options.github === true) tellApply(result, text);
  const facts = options.json === true ? JSON.stringify({ ...applyFacts(result), ...more }, undefined, 2) : undefined;
  process.stdout.write(`${facts ?? text}\n`);
  process.exitCode = applyExitCode(result);
}
