/**
 * Ties encoder, versions and matching together for reading: utterance in, answer out.
 * Knows nothing of transport; a match reads one version and keeps it to the end.
 */
import { answer } from './answering/answer.ts';
import { explain } from './answering/explain.ts';
import type { Match } from './answering/match-answer.ts';
import { reasonOf } from './answering/reason.ts';
import { search } from './answering/search.ts';
import type { Encoder } from './encoder/encoder.ts';
import { FaqError, throwIfAborted } from './errors.ts';
import type { MatchSettings } from './matching/contract.ts';
import { normaliseText } from './text/normalise.ts';
import { wordTerms } from './text/terms.ts';
import type { Versions } from './versions/contract.ts';
import { readUtterance } from './versions/read-utterance.ts';
import { viewVersion } from './versions/version-view.ts';

/** What a match needs. */
export interface MatchParts {
  readonly encoder: Pick<Encoder, 'encode' | 'info' | 'hasWord'>;
  readonly versions: Pick<Versions, 'acquire' | 'active'>;
  readonly settings: MatchSettings;
}

/** The match path over an encoder and the loaded versions. */
export function createMatch(parts: MatchParts): Match {
  return async (call) => {
    const started = performance.now();
    throwIfAborted(call.signal);
    const text = normaliseText(call.utterance);
    if (text === '') {
      const message = 'utterance: expected some text, got nothing but spaces and control characters; send what the user typed.';
      throw new FaqError('invalid_argument', message, { field: 'utterance' });
    }
    const active = call.version === undefined ? parts.versions.active(call.corpus) : undefined;
    const version = active ?? (await parts.versions.acquire(call.corpus, call.version));
    const reading = readUtterance(text, version.spelling, parts);
    const encodingComes = parts.encoder.encode(reading.text, call.signal === undefined ? {} : { signal: call.signal });
    // The text's own part is computed while the encoder works in its thread.
    const view = viewVersion(version, call.filter);
    const prepared = version.scorer.prepare(reading.text);
    const terms = wordTerms(reading.text);
    const encoding = await encodingComes;
    const searchStarted = performance.now();
    const state = await search({ call, text, reading, terms, view, prepared, encoding });
    const answered = await answer(state, parts.settings);
    const { judgement, candidates } = answered;
    const ended = performance.now();
    return {
      decision: judgement.verdict.decision,
      candidates,
      clarifyIntents: judgement.clarify.map((intent) => version.intents[intent] ?? ''),
      noneConfidence: judgement.none,
      versions: { corpus: version.version, model: version.modelDigest, calibrator: version.calibratorDigest },
      timings: { ...encoding.timings, searchMs: ended - searchStarted, totalMs: ended - started },
      explanation: call.explain ? await explain(state, answered, parts.settings) : undefined,
      ...(call.reason === true ? { reason: reasonOf(state, answered) } : {}),
      truncated: encoding.truncated,
    };
  };
}
