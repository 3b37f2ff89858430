/** What the readers gather from all files before anything is compared: drafts that still know their places. */
import type { FaultList } from './fault-list.ts';
import { MAX_TEXTS } from './limits.ts';
import type { Place } from './source-document.ts';

/** A normalised text and where it stood. */
export interface LocatedText {
  readonly text: string;
  readonly place: Place;
}

/** A setting as FAQ files name it. */
export type ShareName = 'min_confidence' | 'min_precision' | 'out_of_scope_share';

/** A setting's value, in its range, and where it stood. */
export interface LocatedShare {
  readonly name: ShareName;
  readonly share: number;
  readonly place: Place;
}

/**
 * How an entry was written. A whole entry and a table's rows are complete in one file; `rows` are {"text","intent"} lines, which may lie in
 * many files and add their texts to a whole entry of the same id and intent.
 */
export type DraftKind = 'whole' | 'table' | 'rows';

/** An entry under construction. Blank strings stand for what is absent. */
export interface EntryDraft {
  readonly kind: DraftKind;
  readonly place: Place;
  readonly id: string;
  readonly intent: string;
  /** Undefined where one was refused, which its own fault says. */
  readonly answer: string | undefined;
  readonly locale: string;
  readonly questions: readonly LocatedText[];
  readonly tags: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly counterExamples: readonly LocatedText[];
  /** Of its intent. */
  readonly demands: readonly LocatedShare[];
}

/** A golden or calibration row and where it stood. */
export interface LabelledDraft {
  readonly utterance: string;
  readonly intent: string | null;
  readonly place: Place;
}

/** Everything gathered so far. The arrays grow while files are read. */
export interface Collection {
  readonly list: FaultList;
  readonly drafts: EntryDraft[];
  readonly counterExamples: LocatedText[];
  readonly golden: LabelledDraft[];
  readonly calibration: LabelledDraft[];
  /** Of the corpus. */
  readonly settings: LocatedShare[];
  /** Texts of {"text","intent"} rows by intent, in order of first sight. */
  readonly rows: Map<string, { readonly draft: EntryDraft; readonly texts: LocatedText[] }>;
  /** Counts a text; false once there are too many, which is reported once. */
  room(place: Place): boolean;
  /** The same gathering, what is wrong told to another list. */
  reportingTo(list: FaultList): Collection;
}

/** An empty collection. */
export function createCollection(list: FaultList): Collection {
  let texts = 0;
  const gathered = { drafts: [], counterExamples: [], golden: [], calibration: [], settings: [], rows: new Map() };
  const reportingTo = (other: FaultList): Collection => ({
    ...gathered,
    list: other,
    room(place) {
      texts += 1;
      if (texts === MAX_TEXTS + 1) {
        other.fault('too_many', place, `Expected at most ${MAX_TEXTS} texts in one corpus, came more; split the corpus.`);
      }
      return texts <= MAX_TEXTS;
    },
    reportingTo,
  });
  return reportingTo(list);
}
