/**
 * Runs EvaluateCorpus: a stored version with labelled utterances, or its corpus by itself in builds that are thrown away. What is served
 * does not change; one evaluation at a time, and few utterances of it on their way, so that matches stay fast.
 */

import type { Match } from '../../answering/match-answer.ts';
import { FaqError } from '../../errors.ts';
import type { EvaluateCorpusRequest } from '../../generated/faqmatch/v1/admin.ts';
import type { MeasureOptions, ThrowawayBuilds } from '../../quality/build-and-measure.ts';
import { goldenFaults } from '../../quality/check-golden.ts';
import { evaluateByItself, evaluateWithRows } from '../../quality/evaluate-version.ts';
import type { LabelledUtterance } from '../../quality/evaluated-row.ts';
import type { EvaluationReport } from '../../quality/report/evaluation-report.ts';
import type { LoadedVersion, Versions } from '../../versions/contract.ts';
import { callNotBuilt, collectViolations } from '../edge/violations.ts';
import type { EvaluationParts } from '../options.ts';
import { existingCorpus, existingVersion } from './names.ts';

/** Fewer than a batch of the encoder, so that utterances of chatbots find room in it. */
const AT_ONCE = 4;
const RETRY_AFTER_MS = 10_000;

/** How an evaluation is run. */
export interface Evaluator {
  /** @throws FaqError not_found, failed_precondition, invalid_argument, resource_exhausted (one is running), cancelled, unimplemented. */
  evaluate(request: EvaluateCorpusRequest, options: Pick<MeasureOptions, 'signal' | 'onProgress'>): Promise<EvaluationReport>;
}

/** What an evaluator stands on. */
export interface EvaluatorOptions {
  readonly match: Match;
  readonly versions: Versions;
  readonly parts: EvaluationParts | undefined;
}

function alreadyRunning(): FaqError {
  const message = 'Another evaluation runs on this server; expected one at a time. Try again when it is done.';
  return new FaqError('resource_exhausted', message, { reason: 'EVALUATION_RUNNING', retryAfterMs: RETRY_AFTER_MS });
}

/** @throws InvalidRequest naming each utterance whose label does not fit the version. */
function requireFittingRows(rows: readonly LabelledUtterance[], { content }: LoadedVersion): void {
  const violations = collectViolations();
  const located = rows.map((row, index) => ({ ...row, file: `utterances[${index}]`, line: 0 }));
  for (const { file, field, message } of goldenFaults(located, content))
    violations.check(true, field === '' ? file : `${file}.${field}`, () => message);
  violations.throwIfAny();
}

/** No labelled utterance can come to a build: cross-validation and learning curves are for calls without them. */
const NO_BUILDS: ThrowawayBuilds = {
  versions: { reload: () => Promise.reject(new FaqError('internal', 'An evaluation with labelled utterances builds nothing.')) },
  match: () => Promise.reject(new FaqError('internal', 'An evaluation with labelled utterances builds nothing.')),
};

/** An evaluator over a server's parts. */
export function createEvaluator({ match, versions, parts }: EvaluatorOptions): Evaluator {
  let running = false;
  async function run(request: EvaluateCorpusRequest, given: Pick<MeasureOptions, 'signal' | 'onProgress'>): Promise<EvaluationReport> {
    if (parts === undefined) throw callNotBuilt('EvaluateCorpus');
    const { minConfidence, minPrecision, folds, seed } = request;
    const version = await versions.acquire(existingCorpus(request.corpus), existingVersion(request.corpus, request.version));
    const options: MeasureOptions = {
      ...given,
      atOnce: AT_ONCE,
      ...(minConfidence === undefined ? {} : { minConfidence }),
      ...(minPrecision === undefined ? {} : { minPrecision }),
    };
    const { settings } = parts;
    const evaluation = { version, name: request.corpus, settings, options, learningCurve: false };
    const rows = request.utterances.map(({ utterance, intent }) => ({ utterance, intent: intent ?? null }));
    if (rows.length > 0) {
      requireFittingRows(rows, version);
      return evaluateWithRows({ ...evaluation, builds: NO_BUILDS }, { match, rows, kind: 'golden' });
    }
    const foldOptions = { ...(folds === 0 ? {} : { folds }), ...(seed === 0 ? {} : { seed }) };
    return parts.withBuilds((builds) => evaluateByItself({ ...evaluation, builds }, foldOptions));
  }
  return {
    async evaluate(request, options) {
      if (running) throw alreadyRunning();
      running = true;
      try {
        return await run(request, options);
      } finally {
        running = false;
      }
    },
  };
}
