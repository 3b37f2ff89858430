/** Corpora made from a public set: fewer questions, intents taken out, names that say nothing. Pure and seeded. */
import type { Corpus } from '../../src/corpus/corpus.ts';
import { withFewerQuestions } from '../../src/quality/cross-validation/learning-sizes.ts';
import type { LabelledUtterance } from '../../src/quality/evaluated-row.ts';
import { seededNumbers } from '../../src/quality/measures/bootstrap.ts';
import { exactKey } from '../../src/text/normalise.ts';
import type { ConfidenceCase } from './confidence-cases.ts';

/** A corpus with utterances to measure it by. */
export interface MeasuredCorpus {
  readonly corpus: Corpus;
  readonly rows: readonly LabelledUtterance[];
}

function intentsOf({ entries }: Corpus): readonly string[] {
  return [...new Set(entries.map(({ intent }) => intent))].sort();
}

/** Takes a share of the intents out, at least one: their questions leave the corpus, their utterances mean "none of these". */
export function withoutIntents(
  { corpus, rows }: MeasuredCorpus,
  { share, seed }: { readonly share: number; readonly seed: number },
): MeasuredCorpus {
  const random = seededNumbers(seed);
  const drawn = intentsOf(corpus).map((intent) => ({ intent, order: random() }));
  const count = Math.max(1, Math.round(share * drawn.length));
  const gone = new Set(
    drawn
      .toSorted((a, b) => a.order - b.order)
      .slice(0, count)
      .map(({ intent }) => intent),
  );
  return {
    corpus: { ...corpus, entries: corpus.entries.filter(({ intent }) => !gone.has(intent)) },
    rows: rows.map((row) => (row.intent !== null && gone.has(row.intent) ? { ...row, intent: null } : row)),
  };
}

/** Renames intents, and the entries that are named like them, to q001, q002, … in the order of their names. */
export function withOpaqueNames({ corpus, rows }: MeasuredCorpus): MeasuredCorpus {
  const names = new Map(intentsOf(corpus).map((intent, i) => [intent, `q${String(i + 1).padStart(3, '0')}`]));
  const renamed = (name: string): string => names.get(name) ?? name;
  return {
    corpus: { ...corpus, entries: corpus.entries.map((entry) => ({ ...entry, id: renamed(entry.id), intent: renamed(entry.intent) })) },
    rows: rows.map((row) => (row.intent === null ? row : { ...row, intent: renamed(row.intent) })),
  };
}

/** Without rows that equal a stored question: text equality answers those, whatever confidence is worth. */
export function withoutStored({ corpus, rows }: MeasuredCorpus): MeasuredCorpus {
  const stored = new Set(corpus.entries.flatMap(({ questions }) => questions.map(exactKey)));
  return { corpus, rows: rows.filter(({ utterance }) => !stored.has(exactKey(utterance))) };
}

/** How a corpus is made from a public set. */
export type Making = Pick<ConfidenceCase, 'group' | 'questions' | 'removed' | 'opaque' | 'seed'>;

/** What a case measures. Public sets as they are keep all rows, so that their figures stand beside published ones. */
export function madeCorpus(whole: MeasuredCorpus, { group, questions, removed, opaque, seed = 1 }: Making): MeasuredCorpus {
  let made = whole;
  if (removed !== undefined) made = withoutIntents(made, { share: removed, seed });
  if (questions !== undefined) made = { ...made, corpus: withFewerQuestions(made.corpus, questions, seed) };
  if (opaque === true) made = withOpaqueNames(made);
  return group === 'set' ? made : withoutStored(made);
}
