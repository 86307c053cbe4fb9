import { readReport } from "../delivery/report/read-report";
import { printReport, type ReportForm } from "./print-report";

/**
 * Prints the report of saved plans: Markdown, plain text, JSON, or one HTML page.
 *
 * @param files plan files (<layer>.plan.json) or a manifest.json
 * @throws UserError when a file is neither, or was changed after it was planned
 */
export function showPlans(files: readonly string[], form: ReportForm): void {
  const report = readReport(files);
  printReport(report, form, report);
}
