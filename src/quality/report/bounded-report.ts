/** A report cut to a number of bytes: figures whole, then as many intents and mistakes as fit; what is left out is said in its notes. Pure. */
import type { EvaluationReport } from './evaluation-report.ts';

/** Lists that may be cut, what is dearest first. Rows are the input once more and go first, all of them. */
const CUT = ['perIntent', 'mistakes'] as const;
const NAMES = { perIntent: 'intents', mistakes: 'mistakes' } as const;
/** Room for the note itself. */
const NOTE_BYTES = 600;

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The first items that fit. */
function fitting<Item>(items: readonly Item[], bytes: number): { readonly kept: readonly Item[]; readonly left: number } {
  let left = bytes;
  let count = 0;
  for (const item of items) {
    // One for the comma.
    const size = bytesOf(item) + 1;
    if (size > left) break;
    left -= size;
    count += 1;
  }
  return { kept: items.slice(0, count), left };
}

/** The report itself where its JSON fits into so many bytes; else without its rows and with as much of its lists as fits. */
export function boundedReport(report: EvaluationReport, maxBytes: number): EvaluationReport {
  if (bytesOf(report) <= maxBytes) return report;
  const bare: EvaluationReport = { ...report, rows: [], mistakes: [], perIntent: [] };
  let left = maxBytes - NOTE_BYTES - bytesOf(bare);
  const lists: Partial<EvaluationReport> = Object.fromEntries(
    CUT.map((name) => {
      const found = fitting<unknown>(report[name], left);
      left = found.left;
      return [name, found.kept];
    }),
  );
  const gone = CUT.flatMap((name) => {
    const count = report[name].length - (lists[name]?.length ?? 0);
    return count === 0 ? [] : [`${count} of ${report[name].length} ${NAMES[name]}`];
  });
  const note =
    `Left out, since a response would not hold them: ${[`all ${report.rows.length} rows`, ...gone].join(', ')}. ` +
    'Figures count every row. "faqmatch eval --json" writes all of them, and is what to compare with later (--baseline).';
  return { ...bare, ...lists, notes: [...report.notes, note] };
}
