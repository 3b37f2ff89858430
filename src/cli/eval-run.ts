/** One measurement of `faqmatch eval`: a corpus built anew, utterances run through it, and the report of that. */
import type { Config } from '../config/schema.ts';
import { FaqError, type Fault } from '../errors.ts';
import type { MeasureOptions } from '../quality/build-and-measure.ts';
import { goldenFaults, type LocatedUtterance } from '../quality/check-golden.ts';
import { evaluateByItself, evaluateWithRows, type VersionEvaluation } from '../quality/evaluate-version.ts';
import type { EvaluationReport } from '../quality/report/evaluation-report.ts';
import { measureTraffic } from '../quality/traffic/measure-traffic.ts';
import type { TrafficReport } from '../quality/traffic/traffic-report.ts';
import { counted } from '../text/counted.ts';
import type { LoadedVersion } from '../versions/contract.ts';
import { reportedSettingsOf } from '../wiring/match-settings.ts';
import { openEncoder } from '../wiring/open-encoder.ts';
import type { OpenedVersions } from '../wiring/open-versions.ts';
import { withThrowawayVersions } from '../wiring/throwaway-versions.ts';
import { type EvalSource, evalSource, goldenRows } from './eval-source.ts';
import { trafficOf } from './eval-traffic.ts';
import { type ProgressDisplay, startProgress } from './progress.ts';
import { faultLine } from './report-error.ts';
import type { Terminal } from './terminal.ts';

/** How one measurement is made. */
export interface EvalPlan {
  readonly corpusOrPath: string;
  /** The corpus beside whose files the golden rows lie; the measured one by default. */
  readonly rowsFrom?: string;
  /** Whether the corpus may lack intents of the rows, as one from before they were added does. */
  readonly mayLackIntents?: boolean;
  /** A golden file instead. */
  readonly golden?: string;
  readonly crossValidate: boolean;
  readonly folds: number;
  readonly seed: number;
  /** Leave whole intents out, too; where undefined, where there are enough of them. */
  readonly unseenIntents?: boolean;
  readonly learningCurve: boolean;
  /** File of utterances without labels, whose out-of-scope share is estimated. */
  readonly traffic?: string;
  /** Measure although labels contradict one another or the corpus. */
  readonly lenient: boolean;
  readonly minConfidence?: number;
  /** Measure at a precision that is asked for instead of a confidence. */
  readonly minPrecision?: number;
  readonly config: Config;
}

/** What came of it: at least one of the two. */
export interface Evaluated {
  /** Undefined where there is traffic and no labelled utterance. */
  readonly report: EvaluationReport | undefined;
  readonly traffic: TrafficReport | undefined;
}

/** Where it runs. */
export interface EvalPlace {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

interface Measuring {
  readonly plan: EvalPlan;
  readonly opened: OpenedVersions;
  readonly terminal: Terminal;
}

interface Running {
  readonly plan: EvalPlan;
  readonly version: LoadedVersion;
  readonly terminal: Terminal;
}

/** A corpus that lacks some intents has a fault for each of their rows. */
const SHOWN_FAULTS = 10;

/** Refuses labels that cannot measure this corpus, or warns of them. */
function checkRows(rows: readonly LocatedUtterance[], { plan, version, terminal }: Running): void {
  if (rows.length === 0) {
    const message =
      plan.golden === undefined
        ? 'No golden rows: put a golden.yaml beside the FAQ file, name one with --golden, or measure the corpus by itself with --cross-validate.'
        : `No golden rows in "${plan.golden}": write labelled utterances into it, or measure the corpus by itself with --cross-validate.`;
    throw new FaqError('invalid_argument', message);
  }
  const all = goldenFaults(rows, version.content);
  const faults = plan.mayLackIntents === true ? all.filter(({ code }) => code !== 'unknown_intent') : all;
  const lacking = all.length - faults.length;
  if (lacking > 0)
    terminal.err(`note: "${plan.corpusOrPath}" lacks the intents of ${counted(lacking, 'golden row')}; they count as wrong there.`);
  if (faults.length === 0) return;
  const count = faults.length === 1 ? 'One golden row does' : `${faults.length} golden rows do`;
  if (!plan.lenient)
    throw new FaqError(
      'invalid_argument',
      `${count} not fit the corpus "${plan.corpusOrPath}"; nothing was measured. --lenient measures all the same.`,
      { faults },
    );
  for (const fault of faults.slice(0, SHOWN_FAULTS)) terminal.err(`warning: ${faultLine(fault)}`);
  if (faults.length > SHOWN_FAULTS)
    terminal.err(`warning: ${faults.length - SHOWN_FAULTS} more golden rows do not fit the corpus "${plan.corpusOrPath}"`);
}

interface Place extends EvalPlace {
  readonly progress: ProgressDisplay;
}

async function measureRows(evaluation: VersionEvaluation, source: EvalSource, { plan, opened, terminal }: Measuring) {
  const { folds, seed, unseenIntents } = plan;
  if (plan.crossValidate) return evaluateByItself(evaluation, { folds, seed, ...(unseenIntents === undefined ? {} : { unseenIntents }) });
  const asked =
    plan.rowsFrom === undefined
      ? source
      : await evalSource(plan.rowsFrom, { corpusRoot: plan.config.corpusRoot, rowsMeasure: plan.golden === undefined });
  const warn = (warning: Fault): void => terminal.err(`warning: ${faultLine(warning)}`);
  const rows = plan.golden === undefined ? asked.rows : await goldenRows(plan.golden, warn);
  if (rows.length === 0 && plan.traffic !== undefined) return undefined;
  checkRows(rows, { plan, version: evaluation.version, terminal });
  const kind = asked.retrieval && plan.golden === undefined ? 'retrieval' : 'golden';
  return evaluateWithRows(evaluation, { match: opened.match, rows, kind });
}

async function measure(opened: OpenedVersions, plan: EvalPlan, place: Place): Promise<Evaluated> {
  const { terminal, signal, progress } = place;
  // Read first: a file that is not there is told at once.
  const utterances = plan.traffic === undefined ? undefined : await trafficOf(plan.traffic, plan.config.maxUtteranceChars, terminal);
  const rowsMeasure = !plan.crossValidate && plan.golden === undefined && plan.rowsFrom === undefined;
  const source = await evalSource(plan.corpusOrPath, { corpusRoot: plan.config.corpusRoot, rowsMeasure });
  const { corpus, files } = source;
  const { warnings } = await opened.versions.reload(corpus, files, {
    signal,
    onProgress: ({ phase, done, total }) => progress.update(done, total, phase),
  });
  // Golden rows that are measured are checked by themselves, and those that are not are nobody's concern here.
  for (const warning of warnings) if (warning.code !== 'unknown_intent') terminal.err(`warning: ${faultLine(warning)}`);
  const version = await opened.versions.acquire(corpus);
  const options: MeasureOptions = {
    signal,
    onProgress: (done, total, label) => progress.update(done, total, label),
    ...(plan.minConfidence === undefined ? {} : { minConfidence: plan.minConfidence }),
    ...(plan.minPrecision === undefined ? {} : { minPrecision: plan.minPrecision }),
  };
  const { corpusOrPath: name, config, learningCurve } = plan;
  const evaluation: VersionEvaluation = { version, name, settings: reportedSettingsOf(config), options, builds: opened, learningCurve };
  const report = await measureRows(evaluation, source, { plan, opened, terminal });
  if (utterances === undefined) return { report, traffic: undefined };
  const { match } = opened;
  const serverShare = config.outOfScopeShare;
  return { report, traffic: await measureTraffic({ version, name, match, utterances, serverShare, builds: opened, options }) };
}

/** Opens an encoder, builds, measures, and leaves nothing but cached embeddings behind. @throws FaqError of every step; cancelled. */
export async function runEvaluation(plan: EvalPlan, place: EvalPlace): Promise<Evaluated> {
  const { config } = plan;
  const onProblem = (problem: string): void => place.terminal.err(`warning: ${problem}`);
  const encoder = await openEncoder(config, {
    signal: place.signal,
    showDownload: () => startProgress(place.terminal, 'Downloading'),
    onProblem,
  });
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
