/** The caller's plain input to the contract's requests. */
import { inspect } from 'node:util';
import { FaqError } from '../errors.ts';
import type { InlineCorpus, ReloadCorpusRequest } from '../generated/faqmatch/v1/admin.ts';
import { MatchRequest } from '../generated/faqmatch/v1/match.ts';
import type { CorpusSource, MatchInput, ReloadInput } from './messages.ts';

const MOST_UINT32 = 0xffff_ffff;

function isWhole(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MOST_UINT32;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** What a program without types may get wrong, and the encoding would only stumble over. */
const CHECKS: readonly (readonly [
  field: string,
  of: (input: MatchInput) => unknown,
  expected: string,
  holds: (value: unknown) => boolean,
])[] = [
  ['corpus', ({ corpus }) => corpus, 'a text', (value) => typeof value === 'string'],
  ['utterance', ({ utterance }) => utterance, 'a text', (value) => typeof value === 'string'],
  ['topK', ({ topK = 0 }) => topK, `a whole number from 0 to ${MOST_UINT32}`, isWhole],
  ['filter.locales', ({ filter }) => filter?.locales ?? [], 'a list of texts', isTexts],
  ['filter.tags', ({ filter }) => filter?.tags ?? [], 'a list of texts', isTexts],
];

/** @throws FaqError invalid_argument with the field. */
function requireInput(input: MatchInput | undefined): MatchInput {
  if (typeof input !== 'object' || input === null) {
    throw new FaqError('invalid_argument', `Expected a request such as { corpus, utterance }, came ${String(input)}.`);
  }
  for (const [field, of, expected, holds] of CHECKS) {
    const value = of(input);
    if (!holds(value)) throw new FaqError('invalid_argument', `${field}: expected ${expected}, came ${inspect(value)}.`, { field });
  }
  return input;
}

/** Fields left out take the contract's zero value, which the server reads as its default. */
export function matchRequest(given: MatchInput): MatchRequest {
  const input = requireInput(given);
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
