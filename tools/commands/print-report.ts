import { writeFileSync } from "node:fs";
import { renderHtml } from "../delivery/report/html";
import { renderMarkdown } from "../delivery/report/markdown";
import { renderPlainText } from "../delivery/report/plain-text";
import type { PlanReport } from "../delivery/report/plan-report";
import { exitCodes } from "../terminal/exit-codes";

/** Form in which a report is printed. */
export interface ReportForm {
  /** A file that gets the page; true: the page goes to standard output, in place of the text. */
  readonly html?: string | true;
  readonly json?: true;
  /** Characters of Markdown at most. @default - what a comment on GitHub holds */
  readonly limit?: number;
}

/**
 * Prints a report: plain text to a person at a terminal, Markdown into a file or pipe. A plan that contains what no report
 * can show ends the command with 3.
 *
 * @param report the report
 * @param form what was asked for
 * @param facts what `--json` prints
 */
export function printReport(report: PlanReport, form: ReportForm, facts: object): void {
  if (report.cannotShow.length > 0) process.exitCode = exitCodes.negative;
  if (typeof form.html === "string") {
    writeFileSync(form.html, renderHtml(report));
    process.stderr.write(`Wrote ${form.html}\n`);
  }
  if (form.html === true) process.stdout.write(renderHtml(report));
  else if (form.json === true) process.stdout.write(`${JSON.stringify(facts, undefined, 2)}\n`);
  else if (process.stdout.isTTY && form.limit === undefined) process.stdout.write(`${renderPlainText(report)}\n`);
  else process.stdout.write(renderMarkdown(report, form.limit === undefined ? {} : { limit: form.limit }));
}
