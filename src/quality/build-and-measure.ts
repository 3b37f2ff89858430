/**
 * Builds corpora for measuring only and runs rows through them: cross-validation and the learning curve. Every build goes into versions
 * that the caller throws away.
 */

import type { Match } from '../answering/match-answer.ts';
import type { Corpus } from '../corpus/corpus.ts';
import type { ReloadProgress, Versions } from '../versions/contract.ts';
import { corpusAsFiles } from './cross-validation/corpus-as-files.ts';
import type { Division, Fold } from './cross-validation/folds.ts';
import { learningSizes, withFewerQuestions } from './cross-validation/learning-sizes.ts';
import { evaluateGolden } from './evaluate-golden.ts';
import type { EvaluatedRow } from './evaluated-row.ts';
import type { LearningPoint } from './report/evaluation-report.ts';

/** Where to build. */
export interface ThrowawayBuilds {
  readonly versions: Pick<Versions, 'reload'>;
  readonly match: Match;
}

/** How a measurement runs. */
export interface MeasureOptions {
  readonly minConfidence?: number;
  /** Least precision of answers; each build has its own threshold for it. */
  readonly minPrecision?: number;
  /** Utterances on their way at a time. */
  readonly atOnce?: number;
  readonly signal?: AbortSignal;
  /** @param label what is done now. */
  readonly onProgress?: (done: number, total: number, label: string) => void;
}

/** One name for all builds: the one before is let go when the next is active. */
const CORPUS = 'measured-part';

/** Builds one corpus and measures rows with it. @throws FaqError of reload and match; cancelled. */
async function buildAndMeasure(
  { versions, match }: ThrowawayBuilds,
  { training, rows }: Fold,
  options: MeasureOptions & { readonly title: string },
) {
  const { onProgress = () => undefined, title, signal, ...rest } = options;
  const cancel = signal === undefined ? {} : { signal };
  const told = ({ done, total, phase }: ReloadProgress): void => onProgress(done, total, `${title}: ${phase}`);
  await versions.reload(CORPUS, corpusAsFiles(training), { ...cancel, onProgress: told });
  const measured = (done: number): void => onProgress(done, rows.length, `${title}: utterances`);
  return evaluateGolden({ ...rest, ...cancel, match, corpus: CORPUS, rows, onProgress: measured });
}

/** Measures every fold with the build of the others. @returns rows in the order of the folds. */
export async function crossValidate(
  builds: ThrowawayBuilds,
  { folds }: Division,
  options: MeasureOptions = {},
): Promise<readonly EvaluatedRow[]> {
  const rows: EvaluatedRow[] = [];
  for (const [index, fold] of folds.entries()) {
    if (fold.training.entries.length === 0 || fold.rows.length === 0) continue;
    const title = `fold ${index + 1} of ${folds.length}`;
    rows.push(...(await buildAndMeasure(builds, fold, { ...options, title })).rows);
  }
  return rows;
}

/** The same rows measured with fewer and fewer questions an intent; the whole corpus last. */
export async function learningCurve(
  builds: ThrowawayBuilds,
  { training, rows }: Fold,
  options: MeasureOptions = {},
): Promise<readonly LearningPoint[]> {
  const sizes = learningSizes(training);
  const points: LearningPoint[] = [];
  for (const size of [...sizes, null]) {
    const smaller: Corpus = size === null ? training : withFewerQuestions(training, size);
    const title = size === null ? 'all questions' : `${size} questions an intent`;
    const { metrics } = await buildAndMeasure(builds, { training: smaller, rows }, { ...options, title });
    points.push({
      questionsPerIntent: size,
      questions: smaller.entries.reduce((sum, { questions }) => sum + questions.length, 0),
      rows: metrics.rows,
      accuracy: metrics.inScope.accuracy,
      intentAccuracy: metrics.inScope.intentAccuracy,
      refused: metrics.outOfScope.refused,
    });
  }
  return points;
}
