/** One measurement of `faqmatch eval`: a corpus built anew, utterances run through it, and the report of that. */
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import type { MeasureOptions } from '../quality/build-and-measure.ts';
import { goldenFaults, type LocatedUtterance } from '../quality/check-golden.ts';
import { evaluateByItself, evaluateWithRows, type VersionEvaluation } from '../quality/evaluate-version.ts';
import type { EvaluationReport } from '../quality/report/evaluation-report.ts';
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

interface Running {
  readonly plan: EvalPlan;
  readonly version: LoadedVersion;
  readonly terminal: Terminal;
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

/** The settings that bear on answers; a switch is 1 or 0. */
export function matchSettingsOf(config: Config): Readonly<Record<string, number>> {
  const { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio, readMisspelt } = config;
  return { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio, readMisspelt: Number(readMisspelt) };
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
  const { corpusOrPath: name, config, learningCurve, folds, seed, unseenIntents } = plan;
  const evaluation: VersionEvaluation = { version, name, settings: matchSettingsOf(config), options, builds: opened, learningCurve };
  if (plan.crossValidate) return evaluateByItself(evaluation, { folds, seed, ...(unseenIntents === undefined ? {} : { unseenIntents }) });
  const rows = plan.golden === undefined ? asked.rows : await goldenRows(plan.golden);
  checkRows(rows, { plan, version, terminal });
  const kind = asked.retrieval && plan.golden === undefined ? 'retrieval' : 'golden';
  return evaluateWithRows(evaluation, { match: opened.match, rows, kind });
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
