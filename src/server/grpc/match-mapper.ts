/**
 * MatchRequest to MatchCall, with every check of the border, and MatchAnswer to MatchResponse.
 */

import type { AnswerExplanation, MatchAnswer, MatchCall } from '../../answering/match-answer.ts';
import { MAX_NAME_CHARACTERS } from '../../corpus/limits.ts';
import { Decision, type Explanation, type Filter, type MatchRequest, MatchResponse } from '../../generated/faqmatch/v1/match.ts';
import type { RowFilter } from '../../index/contract.ts';
import { canonicalLocale } from '../../text/locale.ts';
import { normaliseText } from '../../text/normalise.ts';
import { MAX_RESPONSE_BYTES, responseTooLarge } from '../edge/response-size.ts';
import { collectViolations, type Violations } from '../edge/violations.ts';
import type { ServerLimits } from '../options.ts';
import { checkNamed, existingCorpus, existingVersion } from './names.ts';
import { checkLocale, checkShare, checkUtterance } from './request-checks.ts';

/** What top_k 0 stands for. */
const DEFAULT_TOP_K = 5;

/**
 * @param prefix path of the request within the message sent, with its dot.
 * @throws InvalidRequest with every refused field; FaqError not_found.
 */
export function toMatchCall(request: MatchRequest, limits: ServerLimits, prefix = ''): MatchCall {
  const { minConfidence, minPrecision, topK } = request;
  const violations = collectViolations(prefix);
  checkNamed(request.corpus, 'corpus', violations);
  checkUtterance(request.utterance, { field: 'utterance', maxChars: limits.maxUtteranceChars }, violations);
  violations.check(topK > limits.maxTopK, 'top_k', () => `expected 0 to ${limits.maxTopK} (0 means ${DEFAULT_TOP_K}); got ${topK}.`);
  checkShare(minConfidence, 'min_confidence', violations);
  checkShare(minPrecision, 'min_precision', violations);
  checkFilter(request.filter, limits.maxFilterValues, violations);
  violations.throwIfAny();
  return {
    corpus: existingCorpus(request.corpus),
    utterance: request.utterance,
    topK: topK === 0 ? Math.min(DEFAULT_TOP_K, limits.maxTopK) : topK,
    minConfidence,
    minPrecision,
    context: request.context,
    filter: toRowFilter(request.filter),
    explain: request.explain,
    version: existingVersion(request.corpus, request.version),
  };
}

/** Longest filter value that is looked at: normalising may take the square of a text's length. */
const MAX_VALUE_UNITS = 2 * MAX_NAME_CHARACTERS;

/** Refuses long lists, empty values, values longer than any that is stored, and what is no locale. */
export function checkFilter(filter: Filter | undefined, maxValues: number, violations: Violations): void {
  const { locales, tags } = filter ?? { locales: [], tags: [] };
  checkValues(locales, { field: 'filter.locales', maxValues }, violations);
  const stranger = locales
    .slice(0, maxValues)
    .find((value) => value !== '' && value.length <= MAX_VALUE_UNITS && canonicalLocale(value) === undefined);
  if (stranger !== undefined) checkLocale(stranger, 'filter.locales', violations);
  checkValues(tags, { field: 'filter.tags', maxValues }, violations);
}

function checkValues(
  values: readonly string[],
  { field, maxValues }: { readonly field: string; readonly maxValues: number },
  violations: Violations,
): void {
  violations.check(values.length > maxValues, field, () => `expected at most ${maxValues} values; got ${values.length}.`);
  const longest = Math.max(0, ...values.slice(0, maxValues).map(({ length }) => length));
  violations.check(longest > MAX_VALUE_UNITS, field, () => `expected values of at most ${MAX_NAME_CHARACTERS} characters; got ${longest}.`);
  violations.check(values.includes(''), field, () => 'expected no empty value; leave the list empty to filter nothing.');
}

function toRowFilter(filter: Filter | undefined): RowFilter | undefined {
  if (filter === undefined || (filter.locales.length === 0 && filter.tags.length === 0)) return undefined;
  return storedForm(filter);
}

/** A checked filter's values as entries store them, so that `pt-br` finds `pt-BR`. */
export function storedForm({ locales, tags }: RowFilter): RowFilter {
  return { locales: locales.map((locale) => canonicalLocale(locale) ?? locale), tags: tags.map(normaliseText) };
}

const DECISIONS = {
  answer: Decision.DECISION_ANSWER,
  clarify: Decision.DECISION_CLARIFY,
  no_match: Decision.DECISION_NO_MATCH,
} as const satisfies Record<MatchAnswer['decision'], Decision>;

/** Bytes that a character of a text takes on the wire at most, for each of its code units. */
const MOST_UNIT_BYTES = 3;

/** Whether answers and metadata may be too much; all else is small beside the limit, so that most answers need no counting. */
function mayBeTooLarge({ candidates }: MatchAnswer): boolean {
  let units = 0;
  for (const { answer, metadata } of candidates) {
    units += answer.length;
    for (const value of Object.values(metadata)) units += value.length;
  }
  return units * MOST_UNIT_BYTES > MAX_RESPONSE_BYTES / 2;
}

/** The answer on the wire. @throws FaqError resource_exhausted RESPONSE_TOO_LARGE. */
export function toMatchResponse(matchId: string, answer: MatchAnswer): MatchResponse {
  const response: MatchResponse = {
    matchId,
    decision: DECISIONS[answer.decision],
    candidates: answer.candidates,
    clarifyIntents: answer.clarifyIntents,
    versions: answer.versions,
    timings: answer.timings,
    explanation: answer.explanation === undefined ? undefined : toExplanation(answer.explanation),
    truncated: answer.truncated,
  };
  if (mayBeTooLarge(answer) && MatchResponse.encode(response).finish().length > MAX_RESPONSE_BYTES)
    throw responseTooLarge(`Ask for fewer than ${answer.candidates.length} candidates with top_k, or shorten the answers of the corpus.`);
  return response;
}

function toExplanation(explanation: AnswerExplanation): Explanation {
  return { ...explanation, changes: explanation.changes.map((change) => ({ ...change, decision: DECISIONS[change.decision] })) };
}
