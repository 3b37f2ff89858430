/** Labelled rows of the public sets under FAQMATCH_EVAL_DATA, as the benches draw them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One row of a set; an intent of null is out of scope. */
export interface LabelledRow {
  readonly text: string;
  readonly intent: string | null;
}

/** Reads files of JSON lines. @param evalData FAQMATCH_EVAL_DATA. */
export function rowReader(evalData: string | undefined): (file: string) => Promise<readonly LabelledRow[]> {
  if (evalData === undefined) throw new Error('Expected FAQMATCH_EVAL_DATA to name the folder of public sets; it is not set.');
  return async (file) => {
    const lines = (await readFile(join(evalData, file), 'utf8')).trim().split('\n');
    return lines.map((line) => JSON.parse(line) as LabelledRow);
  };
}

/** The first rows of each intent. */
export function firstOfEach(rows: readonly LabelledRow[], most: number): readonly LabelledRow[] {
  return Array.from(Map.groupBy(rows, ({ intent }) => intent).values()).flatMap((own) => own.slice(0, most));
}

/** Every so manieth intent by name, beginning with the last of the first so many. */
export function everyIntent(rows: readonly LabelledRow[], step: number): ReadonlySet<string | null> {
  const intents = [...new Set(rows.map(({ intent }) => intent))].sort();
  return new Set(intents.filter((_, at) => at % step === step - 1));
}

/** A FAQ file of stored rows and counter-examples. */
export function faqFile(
  stored: readonly LabelledRow[],
  counterExamples: readonly LabelledRow[],
): { readonly name: string; readonly data: Uint8Array } {
  const rows = [...stored, ...counterExamples.map(({ text }) => ({ text, intent: null }))];
  return { name: 'faq.jsonl', data: new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join('\n')) };
}
