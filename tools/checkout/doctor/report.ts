import { renderTable } from "../../terminal/table";
import type { Finding } from "./checks";

/** The findings as a table, and below it what to do about each lack. */
export function renderFindings(findings: readonly Finding[]): string {
  const columns = [
    { title: "what" },
    { title: "status" },
    { title: "found", width: 62 },
    { title: "needed for", width: 34 },
  ];
  const table = renderTable(
    columns,
    findings.map(({ name, status, found, neededFor }) => [name, status, found, neededFor]),
  );
  const mends = findings
    .filter(({ mend }) => mend !== "")
    .map(({ name, status, mend }) => `  ${name} (${status}): ${mend}`);
  return mends.length === 0 ? `${table}\n\nNothing is lacking.` : `${table}\n\nTo do:\n${mends.join("\n")}`;
}
