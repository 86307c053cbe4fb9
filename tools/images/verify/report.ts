import { renderTable } from "../../terminal/table";
import type { Verification } from "./verify";

const LABELS: Readonly<Record<Verification["result"], string>> = {
  ok: "ok",
  refused: "REFUSED",
  unchecked: "no check of its own",
  missing: "not checked",
};

/** The verifications as a table; below it what was said, and what was checked with another version. */
export function renderVerifications(verifications: readonly Verification[]): string {
  const table = renderTable(
    [
      { title: "service" },
      { title: "version" },
      { title: "program from", width: 24 },
      { title: "checked", width: 44 },
      { title: "result" },
    ],
    verifications.map(({ service, version, standsFor, program, checked, result }) => [
      service,
      standsFor === undefined ? version : `${version} for ${standsFor.wanted} *`,
      program,
      checked,
      LABELS[result],
    ]),
  );
  const notes = verifications.flatMap(({ standsFor, service, version }) =>
    standsFor === undefined ? [] : [`* ${service} ${version} stands for ${standsFor.wanted}: ${standsFor.reason}`],
  );
  const details = verifications
    .filter(({ detail }) => detail !== "")
    .map(({ service, result, detail }) => `${service} (${LABELS[result]}):\n${indented(detail)}`);
  return [table, ...notes, ...details].join("\n\n");
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
