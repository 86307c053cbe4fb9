import { writeFileSync } from "node:fs";
import { renderHtml } from "../delivery/report/html";
import { renderMarkdown } from "../delivery/report/markdown";
import { readReport } from "../delivery/report/read-report";

/** Form of the report that `./lgtm plan --show` prints. */
export interface ShowOptions {
  readonly html?: string | true;
  readonly json?: true;
  /** Characters of Markdown at most. @default - what a comment on GitHub holds */
  readonly limit?: number;
}

/**
 * Prints the report of saved plans: Markdown, JSON, or one HTML page.
 *
 * @param files plan files (<layer>.plan.json) or a manifest.json
 * @throws UserError (exit "badInput") when a file is neither
 */
export function showPlans(files: readonly string[], options: ShowOptions): void {
  const report = readReport(files);
  if (typeof options.html === "string") {
    writeFileSync(options.html, renderHtml(report));
    process.stderr.write(`Wrote ${options.html}\n`);
  } else if (options.html === true) process.stdout.write(renderHtml(report));
  else if (options.json === true) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else process.stdout.write(renderMarkdown(report, options.limit));
}
