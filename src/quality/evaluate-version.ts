/** A loaded version measured with labelled utterances, or its corpus by itself: what both the command line and the server report. */

import type { Match } from '../answering/match-answer.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { FaqError } from '../errors.ts';
import { precisionThreshold } from '../matching/learnt-decisions.ts';
import { counted } from '../text/counted.ts';
import type { LoadedVersion } from '../versions/contract.ts';
import { crossValidate, learningCurve, type MeasureOptions, type ThrowawayBuilds } from './build-and-measure.ts';
import { divideCorpus, type Fold, type FoldOptions } from './cross-validation/folds.ts';
import { evaluateGolden } from './evaluate-golden.ts';
import type { EvaluatedRow, LabelledUtterance } from './evaluated-row.ts';
import { type KnownKeys, knownKeys } from './fresh-rows.ts';
import type { IntentDemands } from './report/asked-precision.ts';
import { buildReport } from './report/build-report.ts';
import type { EvaluationReport, LearningPoint, ReportSource } from './report/evaluation-report.ts';

/** What is measured and how. */
export interface VersionEvaluation {
  readonly version: LoadedVersion;
  /** As the reader of the report knows the corpus. */
  readonly name: string;
  /** Settings that bear on answers, for the report. */
  readonly settings: Readonly<Record<string, number>>;
  readonly options: MeasureOptions;
  /** Where cross-validation and the learning curve build. */
  readonly builds: ThrowawayBuilds;
  /** Measure with fewer questions an intent, too. */
  readonly learningCurve: boolean;
}

interface Measured {
  readonly source: ReportSource;
  readonly rows: readonly EvaluatedRow[];
  /** Of the corpus, where the rows are not its own texts. */
  readonly known?: KnownKeys;
  readonly notes: readonly string[];
  readonly learning: readonly LearningPoint[];
}

/** What the corpus says of deciding itself, under names that stand for the server's settings where both say it. */
function saidByCorpus({ settings = {} }: Corpus): Readonly<Record<string, number>> {
  const { outOfScopeShare, minConfidence, minPrecision } = settings;
  return Object.fromEntries(
    Object.entries({ outOfScopeShare, corpusMinConfidence: minConfidence, corpusMinPrecision: minPrecision }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

/** What intents demand themselves, as confidences of this version: of two demands the stricter. */
function intentDemands({ demands, intents, scorer }: LoadedVersion): IntentDemands {
  const ofIntent = demands.ofIntent.flatMap((own, intent): readonly (readonly [string, number])[] => {
    const name = intents[intent];
    const { minConfidence, minPrecision } = own ?? {};
    if (name === undefined || (minConfidence === undefined && minPrecision === undefined)) return [];
    const ofPrecision = minPrecision === undefined ? 0 : (precisionThreshold(scorer.decisions, minPrecision).confidence ?? Infinity);
    return [[name, Math.max(minConfidence ?? 0, ofPrecision)]];
  });
  return new Map(ofIntent);
}

function report({ version, name, settings, options }: VersionEvaluation, { source, ...measured }: Measured): Promise<EvaluationReport> {
  const { minConfidence, minPrecision } = options;
  const subject = {
    corpus: name,
    // Cross-validation measures builds of its own, none of which is this version.
    version: source.kind === 'cross_validation' ? '' : version.version,
    model: version.modelDigest,
    entries: version.content.entries.length,
    questions: version.questions.length,
    intents: version.intents.length,
    settings: {
      ...settings,
      ...saidByCorpus(version.content),
      ...(minConfidence === undefined ? {} : { minConfidence }),
      ...(minPrecision === undefined ? {} : { minPrecision }),
    },
    source,
  };
  if (minPrecision === undefined) return buildReport({ subject, ...measured });
  // A cross-validation measures builds of parts of the corpus, each with a threshold of its own.
  const learnt = source.kind === 'cross_validation' ? undefined : precisionThreshold(version.scorer.decisions, minPrecision);
  return buildReport({ subject, ...measured, asked: { precision: minPrecision, learnt, demands: intentDemands(version) } });
}

async function curve({ learningCurve: wanted, builds, options }: VersionEvaluation, fold: Fold): Promise<readonly LearningPoint[]> {
  return wanted ? learningCurve(builds, fold, options) : [];
}

/**
 * Measures the version itself with labelled utterances, which were checked to fit it (check-golden.ts).
 * @throws FaqError of the match path; cancelled.
 */
export async function evaluateWithRows(
  evaluation: VersionEvaluation,
  { match, rows, kind }: { readonly match: Match; readonly rows: readonly LabelledUtterance[]; readonly kind: 'golden' | 'retrieval' },
): Promise<EvaluationReport> {
  const { version, options } = evaluation;
  const onProgress = (done: number): void => options.onProgress?.(done, rows.length, 'utterances');
  const result = await evaluateGolden({ ...options, match, corpus: version.corpus, version: version.version, rows, onProgress });
  const learning = await curve(evaluation, { training: version.content, rows });
  return report(evaluation, { source: { kind }, rows: result.rows, known: knownKeys(version.content), notes: [], learning });
}

/**
 * Measures what builds like this version's would say of its own texts, each left out in turn with its near-duplicates.
 * @throws FaqError failed_precondition where nothing can be left out; cancelled.
 */
export async function evaluateByItself(evaluation: VersionEvaluation, foldOptions: FoldOptions): Promise<EvaluationReport> {
  const { version, builds, options } = evaluation;
  const division = await divideCorpus(version.content, foldOptions);
  const { seed, groups, unseenIntents, unmeasured } = division;
  const rows = await crossValidate(builds, division, options);
  if (rows.length === 0) {
    const message =
      'Nothing can be measured by cross-validation: no intent has two questions that are not near-duplicates. Give labelled utterances.';
    throw new FaqError('failed_precondition', message, { reason: 'NOTHING_TO_MEASURE' });
  }
  const [them, their] = unmeasured === 1 ? ['it', 'its'] : ['them', 'their'];
  const lost = `${counted(unmeasured, 'question')} could not be measured: without ${them} and ${their} near-duplicates ${their} intent has none.`;
  const [first] = division.folds;
  const learning = first === undefined ? [] : await curve(evaluation, first);
  const source: ReportSource = { kind: 'cross_validation', folds: division.folds.length, seed, groups, unseenIntents };
  return report(evaluation, { source, rows, notes: unmeasured === 0 ? [] : [lost], learning });
}
