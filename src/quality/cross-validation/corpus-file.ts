/** A corpus as one FAQ file, so that parts of it can be built like any other. */
import type { Corpus, SourceFile } from '../../corpus/corpus.ts';

/** JSON that parses to the same corpus; golden rows are left out. */
export function corpusFile({ entries, counterExamples }: Corpus): SourceFile {
  const written = entries.map(({ counterExamples: own, locale, ...entry }) => ({
    ...entry,
    ...(locale === '' ? {} : { locale }),
    counter_examples: own,
  }));
  return { name: 'faq.json', data: new TextEncoder().encode(JSON.stringify({ entries: written, counter_examples: counterExamples })) };
}
