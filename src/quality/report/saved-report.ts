/** The report of an earlier run, read back to compare with: the JSON that `faqmatch eval --json` printed. */
import { z } from 'zod';
import { FaqError } from '../../errors.ts';
import type { EvaluatedRow } from '../evaluated-row.ts';
import { REPORT_FORMAT } from './evaluation-report.ts';

const QUESTION = z.object({
  question: z.string(),
  intent: z.string(),
  entryId: z.string(),
  similarity: z.number(),
  confidence: z.number(),
});

const ROW = z.object({
  utterance: z.string(),
  intent: z.string().nullable(),
  decision: z.enum(['answer', 'clarify', 'no_match']),
  best: z.string().optional(),
  confidence: z.number(),
  clarifyIntents: z.array(z.string()),
  relevant: z.array(z.string()),
  ranking: z.array(z.string()),
  second: z.number().default(0),
  nearest: QUESTION.optional(),
  meant: QUESTION.optional(),
});

const REPORT = z.object({
  format: z.literal(REPORT_FORMAT),
  corpus: z.string(),
  version: z.string(),
  model: z.string(),
  rows: z.array(ROW),
});

/** What is kept of an earlier report. */
export interface SavedReport {
  readonly corpus: string;
  readonly version: string;
  readonly model: string;
  readonly rows: readonly EvaluatedRow[];
}

/** @param name of the file, for messages. @throws FaqError invalid_argument where the text is no such report. */
export function parseSavedReport(text: string, name: string): SavedReport {
  const refuse = (what: string): FaqError =>
    new FaqError(
      'invalid_argument',
      `Expected the report of an earlier run, came ${what} in "${name}"; write one with "faqmatch eval … --json > report.json".`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('no JSON');
  }
  const parsed = REPORT.safeParse(value);
  if (!parsed.success) throw refuse(`something else (at "${parsed.error.issues[0]?.path.join('.') ?? ''}")`);
  const rows = parsed.data.rows.map(({ best, nearest, meant, ...row }): EvaluatedRow => ({ ...row, best, nearest, meant }));
  return { ...parsed.data, rows };
}
