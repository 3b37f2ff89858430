/** The caller's plain input to the contract's requests. */
import type { InlineCorpus, ReloadCorpusRequest } from '../generated/faqmatch/v1/admin.ts';
import { MatchRequest } from '../generated/faqmatch/v1/match.ts';
import type { CorpusSource, MatchInput, ReloadInput } from './messages.ts';

/** Fields left out take the contract's zero value, which the server reads as its default. */
export function matchRequest(input: MatchInput): MatchRequest {
  return MatchRequest.fromPartial({
    corpus: input.corpus,
    utterance: input.utterance,
    topK: input.topK ?? 0,
    ...(input.minConfidence === undefined ? {} : { minConfidence: input.minConfidence }),
    ...(input.minPrecision === undefined ? {} : { minPrecision: input.minPrecision }),
    ...(input.context === undefined ? {} : { context: input.context }),
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    explain: input.explain ?? false,
    version: input.version ?? '',
  });
}

/** The `source` of a reload or validation. */
export function corpusSource(source: CorpusSource): NonNullable<ReloadCorpusRequest['source']> {
  if ('path' in source) return { $case: 'path', value: source.path };
  const { format, data, name, files = [] } = source.inline;
  const value: InlineCorpus = {
    format,
    data: Buffer.from(data),
    files: files.map((file) => ({ name: file.name, data: Buffer.from(file.data) })),
    ...(name === undefined ? {} : { name }),
  };
  return { $case: 'inline', value };
}

/** A reload. */
export function reloadRequest(input: ReloadInput): ReloadCorpusRequest {
  return { corpus: input.corpus, source: corpusSource(input.source), stageOnly: input.stageOnly ?? false, force: false };
}
