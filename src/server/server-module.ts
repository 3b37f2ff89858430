/**
 * The one Nest module: controllers over the parts given, nothing made here that could be made without Nest.
 */
import { type DynamicModule, Module } from '@nestjs/common';
import type { Admission } from './edge/admission.ts';
import type { ReportFailure } from './edge/failure-log.ts';
import { CorpusAdminController } from './grpc/corpus-admin-controller.ts';
import { CorpusAdminLaterController } from './grpc/corpus-admin-later-controller.ts';
import { EvaluateController } from './grpc/evaluate-controller.ts';
import { createEvaluator } from './grpc/evaluator.ts';
import { FaqController } from './grpc/faq-controller.ts';
import { FeedbackController } from './grpc/feedback-controller.ts';
import { InfoController } from './grpc/info-controller.ts';
import { toInfo } from './grpc/info-mapper.ts';
import { MatchController } from './grpc/match-controller.ts';
import { createMatchDesk } from './grpc/match-desk.ts';
import type { HealthState } from './health/health-state.ts';
import { HttpHealthController } from './health/http-health-controller.ts';
import type { ServerParts } from './options.ts';
import { EVALUATOR, HEALTH_STATE, INFO_READER, MATCH_DESK, OPTIONS, REPORT_FAILURE, TRAFFIC_SHARES, VERSIONS } from './tokens.ts';
import { createTrafficShares } from './traffic-shares.ts';

/** What the controllers stand on. */
export interface ModuleParts extends ServerParts {
  readonly health: HealthState;
  readonly admission: Admission;
  readonly report: ReportFailure;
}

/** Nest wants a class to name a module by. */
@Module({})
class ServerModule {}

/** The module over these parts. */
export function serverModule(parts: ModuleParts): DynamicModule {
  const { match, versions, encoder, options, info, health, admission, report, evaluation } = parts;
  const { limits } = options;
  const shares = createTrafficShares(versions);
  return {
    module: ServerModule,
    controllers: [
      MatchController,
      FaqController,
      InfoController,
      CorpusAdminController,
      EvaluateController,
      CorpusAdminLaterController,
      FeedbackController,
      HttpHealthController,
    ],
    providers: [
      {
        provide: MATCH_DESK,
        useFactory: () => createMatchDesk({ match, limits, report, draining: admission.draining, onAnswer: shares.observe }),
      },
      { provide: INFO_READER, useValue: () => toInfo({ model: encoder.info, corpora: versions.status(), limits, info, shares }) },
      { provide: TRAFFIC_SHARES, useValue: shares },
      { provide: VERSIONS, useValue: versions },
      { provide: OPTIONS, useValue: options },
      { provide: EVALUATOR, useFactory: () => createEvaluator({ match, versions, parts: evaluation }) },
      { provide: REPORT_FAILURE, useValue: report },
      { provide: HEALTH_STATE, useValue: health },
    ],
  };
}
