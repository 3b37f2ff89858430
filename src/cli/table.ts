/** Plain tables for people: columns padded to their widest cell. */

/** Numbers are set right, text left. */
export type Cell = string | number;

function widthOf(cell: Cell): number {
  return String(cell).length;
}

/** Lines of a table: the heading, then the rows. Every row has as many cells as the heading. */
export function tableLines(heading: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const widths = heading.map((title, column) => rows.reduce((width, row) => Math.max(width, widthOf(row[column] ?? '')), title.length));
  const numeric = heading.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const line = (cells: readonly Cell[]) =>
    cells
      .map((cell, column) =>
        numeric[column] === true ? String(cell).padStart(widths[column] ?? 0) : String(cell).padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(heading), ...rows.map(line)];
}

/** Lines of the same table as markdown. */
export function markdownLines(heading: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)];
}
