/** A corpus as one FAQ file, so that parts of it can be built like any other. */
import type { AnswerDemands, Corpus, SourceFile } from '../../corpus/corpus.ts';

function writtenDemands({ minConfidence, minPrecision }: AnswerDemands) {
  return { min_confidence: minConfidence, min_precision: minPrecision };
}

/** JSON that parses to the same corpus; golden rows are left out. */
export function corpusFile({ entries, counterExamples, settings }: Corpus): SourceFile {
  const written = entries.map(({ counterExamples: own, locale, demands = {}, ...entry }) => ({
    ...entry,
    ...(locale === '' ? {} : { locale }),
    counter_examples: own,
    ...writtenDemands(demands),
  }));
  const said = settings === undefined ? {} : { settings: { ...writtenDemands(settings), out_of_scope_share: settings.outOfScopeShare } };
  const content = { entries: written, counter_examples: counterExamples, ...said };
  return { name: 'faq.json', data: new TextEncoder().encode(JSON.stringify(content)) };
}
