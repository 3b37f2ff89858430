/** Estimates the out-of-scope share of unlabelled utterances, and builds the corpus once more for it to see what would change. */
import pLimit from 'p-limit';
import type { Match, MatchAnswer } from '../../answering/match-answer.ts';
import { FaqError, throwIfAborted } from '../../errors.ts';
import { estimateShare, type SharePosteriors, toldShare } from '../../matching/out-of-scope-share.ts';
import type { LoadedVersion } from '../../versions/contract.ts';
import type { MeasureOptions, ThrowawayBuilds } from '../build-and-measure.ts';
import { corpusAsFiles } from '../cross-validation/corpus-as-files.ts';
import type { DecisionCounts } from '../metrics.ts';
import { percentText } from '../report/number-text.ts';
import { type ChangedUtterance, MOST_CHANGED, SHARE_METHOD, type TrafficDecision, type TrafficReport } from './traffic-report.ts';

/** What is measured. */
export interface TrafficMeasurement {
  readonly version: LoadedVersion;
  /** As the reader of the report knows the corpus. */
  readonly name: string;
  /** Answers from the version. */
  readonly match: Match;
  /** As they came, repeats among them, none blank. */
  readonly utterances: readonly string[];
  /** The server's share, which stands where the corpus names none. */
  readonly serverShare: number;
  readonly builds: ThrowawayBuilds;
  readonly options: MeasureOptions;
}

/** One text with how often it came and what was said of it. */
interface Measured {
  readonly utterance: string;
  readonly count: number;
  readonly none: number;
  readonly decision: TrafficDecision;
}

const AT_ONCE = 16;
const REBUILT = 'measured-part';
/** With fewer different utterances no share is advised: on 82 of them a share of .17 was estimated where .33 was true. */
const LEAST_FOR_ADVICE = 200;
/** One text that makes up more of the traffic is a button or a probe rather than what users type. */
const MOST_OF_ONE = 0.1;
/** A share at its end would leave one side of the calibrator without weight. */
const LEAST_SHARE = 0.01;

function counts(utterances: readonly string[]): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const utterance of utterances) count.set(utterance, (count.get(utterance) ?? 0) + 1);
  return count;
}

function measured(utterance: string, count: number, { noneConfidence: none, decision, candidates }: MatchAnswer): Measured {
  const [best] = candidates;
  return { utterance, count, none, decision: { decision, best: best?.intent ?? null, confidence: best?.confidence ?? 0 } };
}

/** Each distinct text through the match path once, in order of first sight. */
async function run(
  match: Match,
  where: Pick<Parameters<Match>[0], 'corpus' | 'version'>,
  { utterances, options }: TrafficMeasurement,
): Promise<readonly Measured[]> {
  const limit = pLimit(options.atOnce ?? AT_ONCE);
  const distinct = [...counts(utterances)];
  const { signal, minConfidence, minPrecision } = options;
  let done = 0;
  const one = ([utterance, count]: readonly [string, number]) =>
    limit(async () => {
      throwIfAborted(signal);
      const call = { ...where, utterance, topK: 1, minConfidence, minPrecision, filter: undefined, explain: false };
      const answer = await match({ ...call, ...(signal === undefined ? {} : { signal }) });
      done += 1;
      options.onProgress?.(done, distinct.length, 'traffic');
      return measured(utterance, count, answer);
    });
  try {
    return await Promise.all(distinct.map(one));
  } finally {
    limit.clearQueue();
  }
}

/**
 * Posteriors of the different texts, which weigh as often as they came. Repeats say nothing new of the share, so weights sum to no more than
 * the texts that would tell as much if each had come once (Kish's effective size): a file read thirty times is the file read once.
 */
function posteriors(rows: readonly Measured[], fittedShare: number): SharePosteriors {
  const [sum, squares] = [1, 2].map((power) => rows.reduce((total, { count }) => total + count ** power, 0)) as [number, number];
  return {
    none: Float64Array.from(rows, ({ none }) => none),
    weights: Float64Array.from(rows, ({ count }) => (count * sum) / squares),
    fittedShare,
  };
}

/** The text that came most often, where it came too often. */
function dominant(rows: readonly Measured[]): Measured | undefined {
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  return rows.find(({ count }) => count > 1 && count > MOST_OF_ONE * all);
}

function decisionCounts(rows: readonly Measured[]): DecisionCounts {
  const sum = { answer: 0, clarify: 0, no_match: 0 };
  for (const { decision, count } of rows) sum[decision.decision] += count;
  return sum;
}

/** Both lists hold the same texts in the same order. Only another decision, or an answer with another intent, counts as a change. */
function changes(before: readonly Measured[], after: readonly Measured[]): readonly ChangedUtterance[] {
  const changed = before.flatMap(({ utterance, count, decision: old }, at) => {
    const now = after[at]?.decision;
    if (now === undefined || (old.decision === now.decision && (old.decision !== 'answer' || old.best === now.best))) return [];
    return [{ utterance, count, before: old, after: now }];
  });
  return changed.toSorted((a, b) => b.count - a.count);
}

/** The same corpus made for another share, and what it says. */
async function rebuilt(measurement: TrafficMeasurement, outOfScopeShare: number): Promise<readonly Measured[]> {
  const { version, builds, options } = measurement;
  const { content } = version;
  const files = corpusAsFiles({ ...content, settings: { ...content.settings, outOfScopeShare } });
  await builds.versions.reload(REBUILT, files, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    onProgress: ({ done, total, phase }) => options.onProgress?.(done, total, `estimated share: ${phase}`),
  });
  return run(builds.match, { corpus: REBUILT, version: undefined }, measurement);
}

/** Whether a corpus's own questions taught its confidences something; one question per intent teaches nothing. */
function isTaught({ scorer }: LoadedVersion): boolean {
  return scorer.decisions !== undefined;
}

/** Whether the utterances tell enough of the share to act on it: many of them, some clearly in or out of scope, and none that outweighs the rest. */
function tellsEnough(version: LoadedVersion, rows: readonly Measured[]): boolean {
  return isTaught(version) && rows.length >= LEAST_FOR_ADVICE && rows.some(isClear) && dominant(rows) === undefined;
}

function isClear({ none }: Measured): boolean {
  return none <= 0.05 || none >= 0.95;
}

function notesOn(measurement: TrafficMeasurement, rows: readonly Measured[]): readonly string[] {
  const notes: string[] = [];
  if (rows.length < LEAST_FOR_ADVICE) {
    const many = rows.length === 1 ? 'one utterance' : `${rows.length} different utterances`;
    notes.push(`Only ${many}, and ${LEAST_FOR_ADVICE} at least are needed to advise a share. Some thousand of a whole week tell more.`);
    notes.push('The estimate leans on the configured share as if that were ten more utterances; the range does not.');
  }
  const often = dominant(rows);
  if (often !== undefined) {
    const share = percentText(often.count / measurement.utterances.length, 0);
    notes.push(
      `${share} of the traffic is one text, ${JSON.stringify(often.utterance)}: no share is advised. Leave out what nobody types, such as buttons.`,
    );
  }
  if (!isTaught(measurement.version)) {
    notes.push(
      'The corpus’s own questions taught its confidences nothing (one question per intent): the estimate rests on general constants, and no share is advised.',
    );
  }
  if (!rows.some(isClear)) notes.push('No utterance is clearly in or out of scope: the estimate says little.');
  notes.push('The range takes in chance in these utterances, and confidences that are off by as much as those of small corpora can be.');
  return notes;
}

/** To two digits: the estimate knows no more. */
function writtenShare(share: number): number {
  return Math.round(Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share)) * 100) / 100;
}

/** @throws FaqError invalid_argument for no utterances; of match and reload; cancelled. */
export async function measureTraffic(measurement: TrafficMeasurement): Promise<TrafficReport> {
  const { version, name, match, utterances, serverShare } = measurement;
  if (utterances.length === 0) {
    throw new FaqError('invalid_argument', 'Expected utterances, one a line, came none; write what users typed into the file.');
  }
  const own = version.content.settings?.outOfScopeShare;
  const configured = own ?? serverShare;
  const before = await run(match, { corpus: version.corpus, version: version.version }, measurement);
  const said = posteriors(before, configured);
  const estimate = toldShare(said);
  const share = writtenShare(estimate.value);
  const after = await rebuilt(measurement, share);
  const changed = changes(before, after);
  return {
    corpus: name,
    version: version.version,
    utterances: utterances.length,
    distinct: before.length,
    method: SHARE_METHOD,
    configured,
    configuredBy: own === undefined ? 'server' : 'corpus',
    estimate,
    estimatedAgain: estimateShare(posteriors(after, share)),
    decisions: { before: decisionCounts(before), after: decisionCounts(after) },
    changedUtterances: changed.reduce((sum, { count }) => sum + count, 0),
    changed: changed.slice(0, MOST_CHANGED),
    advised: !tellsEnough(version, before) || (configured >= estimate.low && configured <= estimate.high) ? null : share,
    notes: notesOn(measurement, before),
  };
}
