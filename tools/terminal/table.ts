import Table from "cli-table3";

/** A column of a report. */
export interface Column {
  readonly title: string;
  /** @default "left" */
  readonly align?: "left" | "right";
  /**
   * Characters after which the text is wrapped; a longer word is never cut.
   * @default - as wide as the text
   */
  readonly width?: number;
}

/** One cell: text or a number. */
export type Cell = string | number;

type Row = readonly Cell[];

/** Columns where the output is no terminal (a pipe, a log) and COLUMNS asks for no more: those of the narrowest terminal. */
const DEFAULT_WIDTH = 80;

/**
 * Renders a table for people, no wider than the terminal: texts are wrapped between words, and where that does not do, each
 * row becomes a record of lines. It has no colours: the same text goes to terminals, log files and job summaries.
 *
 * @param columns titles and alignment, left to right; the first names the row
 * @param rows one array of cells a row, as many cells as columns
 * @param footer a last row below a rule, for totals
 * @param width columns of the terminal
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly Row[],
  footer?: Row,
  width: number = terminalWidth(),
): string {
  const all = footer === undefined ? rows : [...rows, footer];
  const sizes = columns.map((column, index) =>
    sizeOf(
      column,
      all.map((row) => String(row[index] ?? "")),
    ),
  );
  // Cells stand between bars, with a space on either side.
  const widths = fitWidths(sizes, width - 3 * columns.length - 1);
  if (widths === undefined) return renderRecords(columns, all, width);
  const table = new Table({
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align ?? "left"),
    colWidths: widths.map((characters) => characters + 2),
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const row of all) table.push([...row]);
  return table.toString();
}

function terminalWidth(): number {
  if (process.stdout.isTTY) return process.stdout.columns;
  const asked = Number(process.env.COLUMNS);
  return Number.isInteger(asked) && asked >= DEFAULT_WIDTH ? asked : DEFAULT_WIDTH;
}

interface Size {
  /** Characters that the column takes if it has room. */
  readonly wanted: number;
  /** Characters of its longest word: with fewer, text would be cut. */
  readonly least: number;
}

function sizeOf({ title, width = Infinity }: Column, cells: readonly string[]): Size {
  const texts = [title, ...cells];
  const longest = (parts: readonly string[]): number => Math.max(...parts.map(({ length }) => length));
  const least = longest(texts.flatMap((text) => text.split(/\s+/)));
  return { least, wanted: Math.max(least, Math.min(width, longest(texts.flatMap((text) => text.split("\n"))))) };
}

/** Takes from the widest column until all fit; undefined if they cannot without cutting a word. */
function fitWidths(sizes: readonly Size[], room: number): readonly number[] | undefined {
  const widths = sizes.map(({ wanted }) => wanted);
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess -= 1) {
    const shrinkable = widths.map((width, index) => (width > (sizes[index]?.least ?? 0) ? width : 0));
    const widest = Math.max(...shrinkable);
    if (widest === 0) return undefined;
    widths[shrinkable.indexOf(widest)] = widest - 1;
  }
  return widths;
}

/** Each row as lines of its own, below the cell that names it; empty cells are left out. */
function renderRecords([name, ...columns]: readonly Column[], rows: readonly Row[], width: number): string {
  const titleWidth = Math.max(...columns.map(({ title }) => title.length));
  return rows
    .map(([first = "", ...cells]) => {
      const lines = columns.flatMap(({ title }, index) => {
        const text = String(cells[index] ?? "");
        return text === "" ? [] : hang(`  ${title.padEnd(titleWidth)}  `, text, width);
      });
      return [`${name?.title ?? ""} ${first}`.trim(), ...lines].join("\n");
    })
    .join("\n\n");
}

/** Wraps a text between words behind a label; further lines are indented as far. */
function hang(label: string, text: string, width: number): readonly string[] {
  const room = width - label.length;
  const lines = text.split("\n").flatMap((paragraph) =>
    paragraph.split(/\s+/).reduce<string[]>((wrapped, word) => {
      const last = wrapped.at(-1);
      if (last === undefined || last.length + 1 + word.length > room) return [...wrapped, word];
      return [...wrapped.slice(0, -1), `${last} ${word}`];
    }, []),
  );
  return lines.map((line, index) => `${index === 0 ? label : " ".repeat(label.length)}${line}`);
}
