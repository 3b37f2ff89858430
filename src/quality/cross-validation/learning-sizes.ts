/** Smaller corpora for a learning curve: the same entries with fewer questions each. Pure and seeded. */
import type { Corpus } from '../../corpus/corpus.ts';
import { seededNumbers } from '../measures/bootstrap.ts';

/** Questions an intent that are tried, smallest first. */
const SIZES = [1, 2, 3, 5, 10, 20, 50, 100];

/** Sizes at which most intents would lose questions, so that each is a different corpus; the whole corpus comes after them. */
export function learningSizes({ entries }: Corpus): readonly number[] {
  const perIntent = Map.groupBy(
    entries.flatMap(({ intent, questions }) => questions.map(() => intent)),
    (intent) => intent,
  );
  const counts = [...perIntent.values()].map((list) => list.length).toSorted((a, b) => a - b);
  const middle = counts[Math.floor(counts.length / 2)] ?? 0;
  return SIZES.filter((size) => size < middle);
}

/** At most `size` questions of each intent, drawn by seed; a smaller draw is part of a larger one. Entries without a question fall away. */
export function withFewerQuestions(corpus: Corpus, size: number, seed = 1): Corpus {
  const random = seededNumbers(seed);
  const drawn = corpus.entries.flatMap(({ intent, questions }, entry) =>
    questions.map((text) => ({ intent, entry, text, order: random() })),
  );
  const kept = new Map<number, Set<string>>();
  for (const own of Map.groupBy(drawn, ({ intent }) => intent).values()) {
    for (const { entry, text } of own.toSorted((a, b) => a.order - b.order).slice(0, size))
      kept.set(entry, (kept.get(entry) ?? new Set<string>()).add(text));
  }
  const entries = corpus.entries.flatMap((entry, position) => {
    const questions = entry.questions.filter((text) => kept.get(position)?.has(text) === true);
    return questions.length === 0 ? [] : [{ ...entry, questions }];
  });
  return { ...corpus, entries, golden: [] };
}
