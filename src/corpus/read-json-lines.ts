/** JSON lines to a document: a list with one value a line. Blank lines are skipped; a broken line leaves its neighbours readable. */
import type { FaultList } from './fault-list.ts';
import { parseJson } from './read-json.ts';
import { formatPath, type SourceDocument } from './source-document.ts';

/** Reads JSON lines. Always a document; the lines that do not fit are reported and left out. */
export function readJsonLines(file: string, text: string, list: FaultList): SourceDocument {
  const values: unknown[] = [];
  const lines: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = parseJson(line, { file, list, firstLine: index + 1 });
    if (parsed === undefined) continue;
    values.push(parsed.value);
    lines.push(index + 1);
  }
  // The line number names the value, so the field leaves its position out.
  return { file, value: values, lineOf: (path) => lines[Number(path[0])] ?? 0, fieldOf: (path) => formatPath(path.slice(1)) };
}
