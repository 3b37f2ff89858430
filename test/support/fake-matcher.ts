/**
 * The match path over made-up versions: scores are given, vectors are a fake encoder's.
 */

import type { MatchCall } from '../../src/answering/match-answer.ts';
import { createMatch } from '../../src/composition.ts';
import { FaqError } from '../../src/errors.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import type { CounterExamples } from '../../src/matching/counter-examples.ts';
import type { IntentScorer } from '../../src/matching/scorer.ts';
import type { LoadedVersion, Versions } from '../../src/versions/contract.ts';
import { createFakeEncoder } from './fake-encoder.ts';
import { entry, fakeVersion } from './fake-version.ts';
import { fixedScorer } from './fixed-scorer.ts';

const settings = { ...DEFAULT_MATCH_SETTINGS, answerConfidence: 0.5, clarifyConfidence: 0.3, clarifyRatio: 0.6 };

/** Three intents, one of them in two languages. */
export const ENTRIES = [
  entry('invoice', ['where do I find my invoice', 'send me the bill'], { metadata: { team: 'billing' }, tags: ['money'] }),
  entry('refund', ['when do I get my refund', 'money back please'], { locale: 'en', tags: ['money', 'returns'] }),
  entry('rueckgabe', ['wo ist mein geld'], { intent: 'refund', locale: 'de', tags: ['money'] }),
  entry('password', ['I forgot my password', 'reset login'], { counterExamples: ['forget it'] }),
];

/** Scores by intent name; whatever is not named scores 0. */
export const scoring =
  (scores: Readonly<Record<string, number>>, options: Parameters<typeof fixedScorer>[1] = {}) =>
  (intents: readonly string[], counterExamples: CounterExamples): IntentScorer =>
    fixedScorer(
      Float32Array.from(intents, (intent) => scores[intent] ?? 0),
      { counterExamples, ...options },
    );

/** ENTRIES under the given scores. */
export const sample = (
  scores: Readonly<Record<string, number>> = { invoice: 0.9 },
  rest: Partial<Parameters<typeof fakeVersion>[0]> = {},
) => fakeVersion({ entries: ENTRIES, scorer: scoring(scores), ...rest });

/** How a matcher differs from the default. */
export interface MatcherOptions {
  /** Words of the encoder's vocabulary; none: it is elsewhere. */
  readonly vocabulary?: readonly string[];
  readonly readMisspelt?: boolean;
}

/** The match path over the given versions, the first one active, with the texts that went through the encoder and the signals that came along. */
export function matcher(versions: readonly LoadedVersion[], { vocabulary, readMisspelt = true }: MatcherOptions = {}) {
  const encoder = createFakeEncoder();
  const encoded: string[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const store: Pick<Versions, 'acquire' | 'active'> = {
    active: (corpus) => (corpus === 'test' ? versions[0] : undefined),
    async acquire(_corpus, name) {
      const found = name === undefined ? undefined : versions.find((version) => version.version === name);
      if (found === undefined) throw new FaqError('not_found', 'no such version');
      return found;
    },
  };
  const match = createMatch({
    encoder: {
      info: encoder.info,
      encode(text, options) {
        encoded.push(text);
        signals.push(options?.signal);
        return encoder.encode(text, options);
      },
      ...(vocabulary === undefined ? {} : { hasWord: (word: string) => vocabulary.includes(word) }),
    },
    versions: store,
    settings: { ...settings, readMisspelt },
  });
  const call = (utterance: string, changes: Partial<MatchCall> = {}) =>
    match({
      corpus: 'test',
      utterance,
      topK: 5,
      minConfidence: undefined,
      filter: undefined,
      explain: false,
      version: undefined,
      ...changes,
    });
  return { call, encoded, signals };
}

/** A filter of a request. */
export const filterOf = (locales: readonly string[], tags: readonly string[] = []) => ({ locales, tags });
