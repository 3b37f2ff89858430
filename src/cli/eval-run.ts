/** One measurement of `faqmatch eval`: a corpus built anew, utterances run through it, and the report of that. */
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import { crossValidate, learningCurve, type MeasureOptions } from '../quality/build-and-measure.ts';
import { goldenFaults, type LocatedUtterance } from '../quality/check-golden.ts';
import { divideCorpus, type Fold } from '../quality/cross-validation/folds.ts';
import { evaluateGolden } from '../quality/evaluate-golden.ts';
import type { EvaluatedRow } from '../quality/evaluated-row.ts';
import { buildReport } from '../quality/report/build-report.ts';
import type { EvaluationReport, LearningPoint, ReportSource } from '../quality/report/evaluation-report.ts';
import type { LoadedVersion } from '../versions/contract.ts';
import { evalSource, goldenRows } from './eval-source.ts';
import { openEncoder } from './open-encoder.ts';
import type { OpenedVersions } from './open-versions.ts';
import { type ProgressDisplay, startProgress } from './progress.ts';
import { faultLine } from './report-error.ts';
import type { Terminal } from './terminal.ts';
import { withThrowawayVersions } from './throwaway-versions.ts';

/** How one measurement is made. */
export interface EvalPlan {
  readonly corpusOrPath: string;
  /** The corpus beside whose files the golden rows lie; the measured one by default. */
  readonly rowsFrom?: string;
  /** A golden file instead. */
  readonly golden?: string;
  readonly crossValidate: boolean;
  readonly folds: number;
  readonly seed: number;
  /** Leave whole intents out, too; where undefined, where there are enough of them. */
  readonly unseenIntents?: boolean;
  readonly learningCurve: boolean;
  /** Measure although labels contradict one another or the corpus. */
  readonly lenient: boolean;
  readonly minConfidence?: number;
  readonly config: Config;
}

/** Where it runs. */
export interface EvalPlace {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Rows with where they came from, and what to fit smaller corpora from. */
interface Measured {
  readonly source: ReportSource;
  readonly rows: readonly EvaluatedRow[];
  readonly notes: readonly string[];
  readonly learning: readonly LearningPoint[];
}

interface Running {
  readonly plan: EvalPlan;
  readonly opened: OpenedVersions;
  readonly version: LoadedVersion;
  readonly options: MeasureOptions;
  readonly terminal: Terminal;
}

async function curve({ plan, opened, options }: Running, fold: Fold): Promise<readonly LearningPoint[]> {
  return plan.learningCurve ? learningCurve(opened, fold, options) : [];
}

async function byItself(running: Running): Promise<Measured> {
  const { plan, opened, version, options } = running;
  const { folds, seed } = plan;
  const division = divideCorpus(version.content, {
    folds,
    seed,
    ...(plan.unseenIntents === undefined ? {} : { unseenIntents: plan.unseenIntents }),
  });
  const [first] = division.folds;
  const rows = await crossValidate(opened, division, options);
  if (rows.length === 0)
    throw new FaqError(
      'failed_precondition',
      'Nothing is left to measure: every intent has questions that are near-duplicates only. Name a golden file.',
    );
  const { groups, unseenIntents, unmeasured } = division;
  const notes =
    unmeasured === 0
      ? []
      : [`${unmeasured} questions could not be measured: nothing but near-duplicates of them is stored under their intent.`];
  const learning = first === undefined ? [] : await curve(running, first);
  return { source: { kind: 'cross_validation', folds, seed, groups, unseenIntents }, rows, notes, learning };
}

/** Refuses labels that cannot measure this corpus, or warns of them. */
function checkRows(rows: readonly LocatedUtterance[], { plan, version, terminal }: Running): void {
  if (rows.length === 0) {
    const message =
      'No golden rows: put a golden.yaml beside the FAQ file, name one with --golden, or measure the corpus by itself with --cross-validate.';
    throw new FaqError('invalid_argument', message);
  }
  const faults = goldenFaults(rows, version.content);
  if (faults.length === 0) return;
  const count = faults.length === 1 ? 'One golden row does' : `${faults.length} golden rows do`;
  if (!plan.lenient)
    throw new FaqError('invalid_argument', `${count} not fit the corpus; nothing was measured. --lenient measures all the same.`, {
      faults,
    });
  for (const fault of faults) terminal.err(`warning: ${faultLine(fault)}`);
}

async function byGolden(
  running: Running,
  source: { readonly rows: readonly LocatedUtterance[]; readonly retrieval: boolean },
): Promise<Measured> {
  const { plan, opened, version, options } = running;
  const rows = plan.golden === undefined ? source.rows : await goldenRows(plan.golden);
  checkRows(rows, running);
  const onProgress = (done: number): void => options.onProgress?.(done, rows.length, 'utterances');
  const { rows: measured } = await evaluateGolden({ ...options, match: opened.match, corpus: version.corpus, rows, onProgress });
  const learning = await curve(running, { training: version.content, rows });
  return { source: { kind: source.retrieval && plan.golden === undefined ? 'retrieval' : 'golden' }, rows: measured, notes: [], learning };
}

function settingsOf({ config, minConfidence }: EvalPlan): Readonly<Record<string, number>> {
  const { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio } = config;
  return { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio, ...(minConfidence === undefined ? {} : { minConfidence }) };
}

async function measure(
  opened: OpenedVersions,
  plan: EvalPlan,
  place: EvalPlace & { readonly progress: ProgressDisplay },
): Promise<EvaluationReport> {
  const { terminal, signal, progress } = place;
  const { corpusRoot } = plan.config;
  const source = await evalSource(plan.corpusOrPath, corpusRoot);
  const asked = plan.rowsFrom === undefined ? source : await evalSource(plan.rowsFrom, corpusRoot);
  const { corpus, files } = source;
  await opened.versions.reload(corpus, files, { signal, onProgress: ({ phase, done, total }) => progress.update(done, total, phase) });
  const version = await opened.versions.acquire(corpus);
  const options: MeasureOptions = {
    signal,
    onProgress: (done, total, label) => progress.update(done, total, label),
    ...(plan.minConfidence === undefined ? {} : { minConfidence: plan.minConfidence }),
  };
  const running: Running = { plan, opened, version, options, terminal };
  const measured = plan.crossValidate ? await byItself(running) : await byGolden(running, asked);
  const subject = {
    corpus: plan.corpusOrPath,
    version: version.version,
    model: version.modelDigest,
    entries: version.content.entries.length,
    questions: version.questions.length,
    intents: version.intents.length,
    settings: settingsOf(plan),
    source: measured.source,
  };
  return buildReport({ subject, ...measured });
}

/** Opens an encoder, builds, measures, and leaves nothing but cached embeddings behind. @throws FaqError of every step; cancelled. */
export async function runEvaluation(plan: EvalPlan, place: EvalPlace): Promise<EvaluationReport> {
  const { config } = plan;
  const onProblem = (problem: string): void => place.terminal.err(`warning: ${problem}`);
  const encoder = await openEncoder(config, { ...place, onProblem });
  try {
    return await withThrowawayVersions(config, { encoder, onProblem }, async (opened) => {
      const progress = startProgress(place.terminal, 'Measuring');
      try {
        return await measure(opened, plan, { ...place, progress });
      } finally {
        progress.stop();
      }
    });
  } finally {
    await encoder.close();
  }
}
