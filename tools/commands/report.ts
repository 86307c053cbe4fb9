import type { Command } from "commander";
import { Option } from "commander";
import { writeFileSync } from "node:fs";
import { exitCodes } from "../terminal/exit-codes";
import { jsonOption } from "./options";
import { renderHtml } from "../delivery/report/html";
import { COMMENT_LIMIT, renderMarkdown } from "../delivery/report/markdown";
import { readReport } from "../delivery/report/read-report";

interface Options {
  readonly html?: string | true;
  readonly json?: true;
  readonly limit: number;
}

/** `./lgtm report`: saved plans in words, for whoever approves. */
export function registerReport(program: Command): void {
  program
    .command("report")
    .summary("show saved plans as Markdown, JSON or one HTML page")
    .description(
      "Reads plans as `terraform show -json` writes them, or a manifest of `./lgtm plan` with the plans beside it, and prints a report. Sensitive values " +
        "are masked. Markdown fits into a comment on GitHub; the HTML page shows the layers, coloured by what happens to them.",
    )
    .argument("<files...>", "plan files (<layer>.plan.json) or a manifest.json")
    .option("--html [file]", "write one self-contained HTML page (default: on standard output)")
    .addOption(
      new Option("--limit <characters>", "how long the Markdown may be")
        .default(COMMENT_LIMIT, "65536, a comment's limit")
        .argParser(Number),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExample:\n  $ ./lgtm report plans/manifest.json\n  $ ./lgtm report --html report.html plans/*.plan.json",
    )
    .action(runReport);
}

function runReport(files: readonly string[], options: Options): void {
  const report = readReport(files);
  if (report.cannotShow.length > 0) process.exitCode = exitCodes.negative;
  if (typeof options.html === "string") {
    writeFileSync(options.html, renderHtml(report));
    process.stderr.write(`Wrote ${options.html}\n`);
  } else if (options.html === true) process.stdout.write(renderHtml(report));
  else if (options.json === true) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  else process.stdout.write(renderMarkdown(report, { limit: options.limit }));
}
