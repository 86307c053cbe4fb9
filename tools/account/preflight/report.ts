import { renderTable } from "../../terminal/table";
import type { Finding, FindingStatus } from "./finding";
import { renderImports } from "./import-blocks";
import type { Preflight } from "./preflight";

const LABELS: Readonly<Record<FindingStatus, string>> = {
  ok: "ok",
  warning: "warning",
  problem: "PROBLEM",
  "not checked": "not checked",
};

/** A preflight for people: all findings in a table, below it what to do, the import blocks and a count. */
export function renderPreflight({ findings }: Preflight): string {
  const table = renderTable(
    [{ title: "check" }, { title: "subject", width: 36 }, { title: "status" }, { title: "found", width: 72 }],
    findings.map(({ check, subject, status, found }) => [check, subject, LABELS[status], found]),
  );
  const imports = findings.flatMap((finding) => finding.imports ?? []);
  return [table, ...toDo(findings), ...(imports.length === 0 ? [] : [renderImports(imports)]), counts(findings)].join(
    "\n\n",
  );
}

function toDo(findings: readonly Finding[]): readonly string[] {
  const lines = findings.flatMap(({ check, subject, mend }) =>
    mend === undefined ? [] : [`${check}, ${subject}:`, ...mend.split("\n").map((line) => `  ${line}`)],
  );
  return lines.length === 0 ? [] : [["To do:", ...lines.map((line) => `  ${line}`)].join("\n")];
}

function counts(findings: readonly Finding[]): string {
  const of = (wanted: FindingStatus) => findings.filter(({ status }) => status === wanted).length;
  return `${of("problem")} problems, ${of("warning")} warnings, ${of("not checked")} not checked, ${of("ok")} ok`;
}
