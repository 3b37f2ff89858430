/** Which labelled utterances are news to a corpus and stand for one draw of traffic each: the only ones that may prove anything. Pure. */
import type { Corpus } from '../corpus/corpus.ts';
import { exactKey } from '../text/normalise.ts';
import { bestIsRight, type EvaluatedRow } from './evaluated-row.ts';

/** Keys of all stored questions and counter-examples, which equality answers or refuses whatever the scorer thinks. */
export function storedKeys({ entries, counterExamples }: Corpus): ReadonlySet<string> {
  const own = entries.flatMap((entry) => [...entry.questions, ...entry.counterExamples]);
  return new Set([...own, ...counterExamples].map(exactKey));
}

/** Rows told apart by how much they prove. */
export interface RowSurvey {
  /** Rows that the corpus stores. */
  readonly stored: number;
  /** Rows that another row says already, stored ones among them. */
  readonly repeated: number;
  /** One row of each text that is not stored, in the order of first sight. */
  readonly fresh: readonly EvaluatedRow[];
}

/** Of rows of one text a wrong one stands for all, so that contradicting labels (--lenient) never help a proof; else the first by spelling. */
function spokesman(rows: readonly EvaluatedRow[]): readonly EvaluatedRow[] {
  const ordered = rows.toSorted((a, b) => Number(bestIsRight(a)) - Number(bestIsRight(b)) || (a.utterance < b.utterance ? -1 : 1));
  return ordered.slice(0, 1);
}

/** @param stored of storedKeys. */
export function surveyRows(rows: readonly EvaluatedRow[], stored: ReadonlySet<string>): RowSurvey {
  const byText = Map.groupBy(rows, ({ utterance }) => exactKey(utterance));
  const unknown = [...byText].filter(([key]) => !stored.has(key)).map(([, same]) => same);
  return {
    stored: rows.length - unknown.reduce((sum, { length }) => sum + length, 0),
    repeated: rows.length - byText.size,
    fresh: unknown.flatMap(spokesman),
  };
}

/** What a reader must know of rows that prove nothing; nothing where there are none. */
export function surveyNotes({ stored, repeated }: RowSurvey, rows: number): readonly string[] {
  const notes: string[] = [];
  if (stored > 0) {
    notes.push(
      `${stored} of ${rows} utterances ${stored === 1 ? 'is' : 'are'} stored in the corpus as questions or counter-examples, case and outer punctuation aside: they are answered by ` +
        'equality, so the figures are better than those of traffic. No guarantee rests on them.',
    );
  }
  if (repeated > 0) {
    notes.push(
      `${repeated} of ${rows} utterances ${repeated === 1 ? 'repeats another' : 'repeat others'}, case and outer punctuation aside: the ranges are narrower than they should be. ` +
        'A guarantee counts each text once.',
    );
  }
  return notes;
}
