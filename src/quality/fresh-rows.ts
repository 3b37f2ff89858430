/** Which labelled utterances are news to a corpus and stand for one draw of traffic each: the only ones that may prove anything. Pure. */
import type { Corpus } from '../corpus/corpus.ts';
import { exactKey } from '../text/normalise.ts';
import { bestIsRight, type EvaluatedRow } from './evaluated-row.ts';

/** Keys of texts that say nothing of traffic that is news to a corpus. */
export interface KnownKeys {
  /** Stored questions and counter-examples, which equality answers or refuses whatever the scorer thinks. */
  readonly stored: ReadonlySet<string>;
  /** Calibration rows, which confidences were learnt from. */
  readonly taught: ReadonlySet<string>;
}

/** Of rows that are compared with no corpus. */
export const NOTHING_KNOWN: KnownKeys = { stored: new Set(), taught: new Set() };

/** The keys of a corpus. */
export function knownKeys({ entries, counterExamples, calibration = [] }: Corpus): KnownKeys {
  const own = entries.flatMap((entry) => [...entry.questions, ...entry.counterExamples]);
  return {
    stored: new Set([...own, ...counterExamples].map(exactKey)),
    taught: new Set(calibration.map(({ utterance }) => exactKey(utterance))),
  };
}

/** Rows told apart by how much they prove. */
export interface RowSurvey {
  /** Rows that the corpus stores. */
  readonly stored: number;
  /** Rows that are calibration rows of the corpus. */
  readonly taught: number;
  /** Rows that another row says already, stored ones among them. */
  readonly repeated: number;
  /** One row of each text that is neither, in the order of first sight. */
  readonly fresh: readonly EvaluatedRow[];
}

/** Of rows of one text a wrong one stands for all, so that contradicting labels (--lenient) never help a proof; else the first by spelling. */
function spokesman(rows: readonly EvaluatedRow[]): readonly EvaluatedRow[] {
  const ordered = rows.toSorted((a, b) => Number(bestIsRight(a)) - Number(bestIsRight(b)) || (a.utterance < b.utterance ? -1 : 1));
  return ordered.slice(0, 1);
}

/** Tells rows apart. */
export function surveyRows(rows: readonly EvaluatedRow[], { stored, taught }: KnownKeys): RowSurvey {
  const byText = Map.groupBy(rows, ({ utterance }) => exactKey(utterance));
  const count = (keys: ReadonlySet<string>): number => rows.filter(({ utterance }) => keys.has(exactKey(utterance))).length;
  return {
    stored: count(stored),
    taught: count(taught),
    repeated: rows.length - byText.size,
    fresh: [...byText].filter(([key]) => !stored.has(key) && !taught.has(key)).flatMap(([, same]) => spokesman(same)),
  };
}

/** What a reader must know of rows that prove nothing; nothing where there are none. */
export function surveyNotes({ stored, taught, repeated }: RowSurvey, rows: number): readonly string[] {
  const notes: string[] = [];
  if (stored > 0) {
    notes.push(
      `${stored} of ${rows} utterances ${stored === 1 ? 'is' : 'are'} stored in the corpus as questions or counter-examples, case and outer punctuation aside: they are answered by ` +
        'equality, so the figures are better than those of traffic. No guarantee rests on them.',
    );
  }
  if (taught > 0) {
    notes.push(
      `${taught} of ${rows} utterances ${taught === 1 ? 'is a calibration row' : 'are calibration rows'} of the corpus: confidences were learnt from them, so they look more ` +
        'trustworthy here than they are. No guarantee rests on them.',
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
