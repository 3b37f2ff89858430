/** A corpus as FAQ files, so that parts of it can be built like any other. */
import type { AnswerDemands, Corpus, SourceFile } from '../../corpus/corpus.ts';

function writtenDemands({ minConfidence, minPrecision }: AnswerDemands) {
  return { min_confidence: minConfidence, min_precision: minPrecision };
}

function jsonFile(name: string, content: unknown): SourceFile {
  return { name, data: new TextEncoder().encode(JSON.stringify(content)) };
}

/** JSON that parses to the same corpus; golden rows are left out. */
export function corpusAsFiles({ entries, counterExamples, calibration, settings }: Corpus): readonly SourceFile[] {
  const written = entries.map(({ counterExamples: own, locale, demands = {}, ...entry }) => ({
    ...entry,
    ...(locale === '' ? {} : { locale }),
    counter_examples: own,
    ...writtenDemands(demands),
  }));
  const said = settings === undefined ? {} : { settings: { ...writtenDemands(settings), out_of_scope_share: settings.outOfScopeShare } };
  const faq = jsonFile('faq.json', { entries: written, counter_examples: counterExamples, ...said });
  return calibration === undefined ? [faq] : [faq, jsonFile('calibration.json', calibration)];
}
