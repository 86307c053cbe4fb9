import Table from "cli-table3";

/** A column of a report. */
export interface Column {
  readonly title: string;
  /** @default "left" */
  readonly align?: "left" | "right";
  /**
   * Wraps text that is longer, in characters.
   * @default - as wide as the text
   */
  readonly width?: number;
}

/** One cell: text or a number. */
export type Cell = string | number;

/**
 * Renders a table for people. It has no colours: the same text goes to terminals, log files and job summaries.
 * @param columns titles and alignment, left to right
 * @param rows one array of cells a row, as many cells as columns
 * @param footer a last row below a rule, for totals
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  footer?: readonly Cell[],
): string {
  const table = new Table({
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align ?? "left"),
    colWidths: columns.map((column) => column.width ?? null),
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  if (footer !== undefined) table.push([...footer]);
  return table.toString();
}
