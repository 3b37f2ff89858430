/**
 * CorpusAdminService.EvaluateCorpus on the wire: progress now and then, the report last. Unsubscribed, it cancels the evaluation.
 */
import { Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { Observable } from 'rxjs';
import { FaqError } from '../../errors.ts';
import type { EvaluateCorpusRequest, EvaluateCorpusResponse, Progress } from '../../generated/faqmatch/v1/admin.ts';
import { collectViolations } from '../edge/violations.ts';
import type { ServerOptions } from '../options.ts';
import { EVALUATOR, OPTIONS } from '../tokens.ts';
import { reportEvents } from './evaluation-events.ts';
import type { Evaluator } from './evaluator.ts';
import { GrpcController } from './grpc-controller.ts';
import { checkNamed } from './names.ts';
import { throttleProgress } from './reload-events.ts';
import { checkShare, checkUtterance } from './request-checks.ts';

const LEAST_FOLDS = 2;
const MOST_FOLDS = 20;

/** @throws InvalidRequest. */
function checkRequest(request: EvaluateCorpusRequest, { limits }: ServerOptions): void {
  const { corpus, folds, minConfidence, minPrecision, utterances } = request;
  const violations = collectViolations();
  checkNamed(corpus, 'corpus', violations);
  const badFolds = folds !== 0 && (folds < LEAST_FOLDS || folds > MOST_FOLDS);
  violations.check(badFolds, 'folds', () => `expected 0 or ${LEAST_FOLDS} to ${MOST_FOLDS}; got ${folds}.`);
  checkShare(minConfidence, 'min_confidence', violations);
  checkShare(minPrecision, 'min_precision', violations);
  for (const [index, { utterance }] of utterances.entries())
    checkUtterance(utterance, { field: `utterances[${index}].utterance`, maxChars: limits.maxUtteranceChars }, violations);
  violations.throwIfAny();
}

/** Checks the request, runs the evaluation, maps what it reports. */
@GrpcController()
export class EvaluateController {
  private readonly evaluator: Evaluator;
  private readonly options: ServerOptions;

  constructor(@Inject(EVALUATOR) evaluator: Evaluator, @Inject(OPTIONS) options: ServerOptions) {
    this.evaluator = evaluator;
    this.options = options;
  }

  @GrpcMethod('CorpusAdminService', 'evaluateCorpus')
  evaluateCorpus(request: EvaluateCorpusRequest): Observable<EvaluateCorpusResponse> {
    checkRequest(request, this.options);
    return new Observable((subscriber) => {
      const controller = new AbortController();
      const tell = throttleProgress<Progress>((value) => subscriber.next({ event: { $case: 'progress', value } }));
      const onProgress = (done: number, total: number, phase: string): void => tell({ phase, done, total });
      const run = async (): Promise<void> => {
        const report = await this.evaluator.evaluate(request, { signal: controller.signal, onProgress });
        for (const event of await reportEvents(report, request.html)) subscriber.next({ event });
        subscriber.complete();
      };
      run().catch((error: unknown) => subscriber.error(error));
      return () => controller.abort(new FaqError('cancelled', 'The client left; the evaluation was cancelled.'));
    });
  }
}
