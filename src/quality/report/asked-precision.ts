/** A precision that was asked for beside what came of it. Pure. */

import { CERTAINTY } from '../../matching/proven-precision.ts';
import { atShare, controlRisk, fewestAnswers } from '../../matching/selective-risk.ts';
import { bestIsRight, type EvaluatedRow } from '../evaluated-row.ts';
import { wilson } from '../measures/binomial.ts';
import type { AskedPrecisionReport, GuaranteeReport } from './evaluation-report.ts';
import { exactPercent, percentText } from './number-text.ts';

/** What a version made of the wish; undefined where several builds were measured, each with a threshold of its own. */
export interface LearntPrecision {
  /** Least confidence of an answer; undefined where the version found the precision out of reach. */
  readonly confidence: number | undefined;
  /** Share of all traffic that the version expects to answer; 0 where it does not know. */
  readonly coverage: number;
}

/** Least confidences that intents demand themselves, by name; Infinity where a demand cannot be reached. */
export type IntentDemands = ReadonlyMap<string, number>;

/** What precision and coverage are told from. */
export interface AskedPrecisionInput {
  /** In [0, 1]. */
  readonly asked: number;
  readonly learnt: LearntPrecision | undefined;
  /** Nothing by default. */
  readonly demands?: IntentDemands;
  /** The request's own least confidence: the stricter of both rules. */
  readonly minConfidence: number | undefined;
  /** Share of out-of-scope traffic that the promise is made for. */
  readonly outOfScopeShare: number | undefined;
  /** From which share of the best confidence on a second is close; undefined where it is unknown. */
  readonly clarifyRatio: number | undefined;
  /** Decided with the asked precision; at least one. */
  readonly rows: readonly EvaluatedRow[];
  /** Those among them that may prove something (fresh-rows.ts). */
  readonly fresh: readonly EvaluatedRow[];
}

function verdictOf(asked: number, { low, high }: AskedPrecisionReport['reached']): AskedPrecisionReport['verdict'] {
  if (low >= asked) return 'reached';
  return high < asked ? 'missed' : 'open';
}

/** Precision of the answers if the out-of-scope rows counted as the expected share of traffic; null without one of the kinds or without answers. */
function atExpectedShare(rows: readonly EvaluatedRow[], share: number | undefined): number | null {
  const inside = rows.filter(({ intent }) => intent !== null);
  const outside = rows.filter(({ intent }) => intent === null);
  if (share === undefined || inside.length === 0 || outside.length === 0) return null;
  const answered = (of: readonly EvaluatedRow[]) => of.filter(({ decision }) => decision === 'answer');
  const ofTraffic = (count: number, of: readonly EvaluatedRow[], part: number): number => (count / of.length) * part;
  const right = ofTraffic(answered(inside).filter(bestIsRight).length, inside, 1 - share);
  const all = ofTraffic(answered(inside).length, inside, 1 - share) + ofTraffic(answered(outside).length, outside, share);
  return all === 0 ? null : right / all;
}

/** Whether ANSWER is what a low enough least confidence would give: a second that is close is asked about instead (matching/decide.ts). */
function answerable({ confidence, second }: EvaluatedRow, clarifyRatio: number): boolean {
  return confidence > 0 && !(second > 0 && second >= clarifyRatio * confidence);
}

function guaranteed(input: AskedPrecisionInput): GuaranteeReport | null {
  const { asked, learnt, demands = new Map<string, number>(), outOfScopeShare, clarifyRatio, rows, fresh } = input;
  if (learnt === undefined || outOfScopeShare === undefined || clarifyRatio === undefined || asked <= 0 || asked >= 1) return null;
  const traffic = atShare(fresh, outOfScopeShare);
  if (traffic === undefined) return null;
  const answers = traffic
    .filter((row) => answerable(row, clarifyRatio))
    .map((row) => ({
      confidence: row.confidence,
      right: bestIsRight(row),
      demand: row.best === undefined ? undefined : demands.get(row.best),
    }));
  const found = controlRisk(answers, { precision: asked, certainty: CERTAINTY });
  return {
    certainty: CERTAINTY,
    outOfScopeShare,
    utterances: traffic.length,
    given: rows.length,
    proven: found ?? null,
    fewest: fewestAnswers(asked, CERTAINTY),
    demanding: [...demands.keys()],
  };
}

/** Why nothing can be guaranteed; null where it can be tried, or where none is promised anyway. */
function lackOf({ learnt, outOfScopeShare, fresh }: AskedPrecisionInput): string | null {
  if (learnt === undefined || outOfScopeShare === undefined || atShare(fresh, outOfScopeShare) !== undefined) return null;
  const kind = fresh.some(({ intent }) => intent !== null) ? 'out-of-scope' : 'in-scope';
  return `Nothing is guaranteed: there are no ${kind} utterances but such as the corpus stores.`;
}

/** What the answers of rows come to. */
export function askedPrecision(input: AskedPrecisionInput): AskedPrecisionReport {
  const { asked, learnt, minConfidence, outOfScopeShare, rows } = input;
  const answers = rows.filter(({ decision }) => decision === 'answer');
  const reached = wilson(answers.filter(bestIsRight).length, answers.length);
  // A stricter least confidence answers less than was learnt for the precision alone.
  const stricter = learnt?.confidence !== undefined && minConfidence !== undefined && minConfidence >= learnt.confidence;
  return {
    asked,
    threshold: stricter ? minConfidence : (learnt?.confidence ?? null),
    reachable: learnt === undefined ? null : learnt.confidence !== undefined,
    expectedAnswered: stricter || learnt === undefined || learnt.coverage === 0 ? null : learnt.coverage,
    answers: answers.length,
    answered: answers.length / rows.length,
    reached,
    atExpectedShare: atExpectedShare(rows, outOfScopeShare),
    verdict: verdictOf(asked, reached),
    guarantee: guaranteed(input),
    noGuarantee: lackOf(input),
  };
}

/** Intents that a sentence names. */
const MOST_NAMED = 5;

/** Where the number must stand to keep what is promised. */
function placeText(demanding: GuaranteeReport['demanding']): string {
  if (demanding.length === 0) return '';
  const more = demanding.length > MOST_NAMED ? ` and ${demanding.length - MOST_NAMED} more` : '';
  const names = `${demanding
    .slice(0, MOST_NAMED)
    .map((name) => `"${name}"`)
    .join(', ')}${more}`;
  return (
    ` Write it into the corpus's settings: the demands of ${names} are counted in. ` +
    'A request that sends it sets them aside, for which nothing is promised here.'
  );
}

const VERDICTS = {
  reached: 'reached',
  missed: 'missed',
  open: 'too few answers to tell whether it is reached',
} as const;

function guaranteeText({ guarantee, noGuarantee }: AskedPrecisionReport): string {
  if (guarantee === null) return noGuarantee ?? '';
  const { certainty, outOfScopeShare, utterances, given, proven, fewest, demanding } = guarantee;
  const share = `${percentText(outOfScopeShare, 0)} out of scope`;
  const traffic =
    utterances === given ? `your ${given} utterances, ${share}` : `${utterances} of your ${given} utterances, thinned to ${share}`;
  if (proven === null)
    return `An estimate: ${traffic}, prove no min_confidence; that takes ${fewest} answers without a mistake, more with some.`;
  const { confidence, answers, right } = proven;
  return (
    `Guaranteed with ${percentText(certainty, 0)} certainty for traffic like this: a min_confidence of ${confidence.toFixed(2)} ` +
    `(${right} of ${answers} answers right, from ${traffic}).${placeText(demanding)}`
  );
}

/** The same for a person: what was asked, what came true, how much was answered, and what is guaranteed; each in a sentence or two. */
export function askedPrecisionSentences(report: AskedPrecisionReport): readonly string[] {
  const { asked, threshold, reachable, expectedAnswered, answers, answered, reached, verdict } = report;
  const refused = reachable === false ? ' The corpus found that out of reach: nothing but stored questions is answered.' : '';
  const wish = `Asked: ${exactPercent(asked)} of answers right.${refused}`;
  const promise = [guaranteeText(report)].filter((text) => text !== '');
  if (answers === 0) return [wish, 'Nothing was answered.', ...promise];
  const range = `${(reached.low * 100).toFixed(1)} to ${percentText(reached.high)}`;
  const weighed =
    report.atExpectedShare === null ? '' : `, ${percentText(report.atExpectedShare)} at the expected share of out-of-scope traffic`;
  const from = threshold === null ? '' : ` from confidence ${threshold.toFixed(2)} on`;
  const expected = expectedAnswered === null ? '' : `, ${percentText(expectedAnswered)} expected`;
  return [
    wish,
    `Came true: ${percentText(reached.value)} of ${answers} answers (95 % range ${range})${weighed}: ${VERDICTS[verdict]}.`,
    `Answered${from}: ${percentText(answered)} of the utterances${expected}.`,
    ...promise,
  ];
}

/** The same in one line. */
export function askedPrecisionText(report: AskedPrecisionReport): string {
  return askedPrecisionSentences(report).join(' ');
}

/** What to write to get it: the proven number where there is one, else the wish itself. */
export function toWrite({ asked, guarantee }: AskedPrecisionReport): string {
  const proven = guarantee?.proven ?? undefined;
  const [name, value] = proven === undefined ? ['min_precision', String(asked)] : ['min_confidence', proven.confidence.toFixed(2)];
  const setting = `"settings: {${name}: ${value}}" in the FAQ file, then reload`;
  // A request's own number sets aside what intents demand, for which nothing is promised.
  const inRequest = guarantee !== null && guarantee.demanding.length > 0 ? '' : `; or ${name} ${value} in a request`;
  return `What to write: ${setting}${inRequest}.`;
}
