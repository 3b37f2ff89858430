/**
 * MatchService on the wire.
 */
import type { Metadata, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import { Inject } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices';
import type {
  MatchBatchRequest,
  MatchBatchResponse,
  MatchRequest,
  MatchResponse,
  MatchStreamRequest,
  MatchStreamResponse,
} from '../../generated/faqmatch/v1/match.ts';
import { withCallSignal } from '../edge/deadlines.ts';
import { MATCH_DESK } from '../tokens.ts';
import { GrpcController } from './grpc-controller.ts';
import { answerBatch } from './match-batch.ts';
import type { MatchDesk } from './match-desk.ts';
import { serveMatchStream } from './match-stream.ts';

/** Three ways in, one desk; each call's deadline and leaving reach the match as a signal. */
@GrpcController()
export class MatchController {
  private readonly desk: MatchDesk;

  constructor(@Inject(MATCH_DESK) desk: MatchDesk) {
    this.desk = desk;
  }

  @GrpcMethod('MatchService', 'match')
  match(request: MatchRequest, _metadata: Metadata, call: ServerUnaryCall<MatchRequest, MatchResponse>): Promise<MatchResponse> {
    return withCallSignal(call, (signal) => this.desk.answer(request, { prefix: '', signal }));
  }

  @GrpcMethod('MatchService', 'matchBatch')
  matchBatch(
    request: MatchBatchRequest,
    _metadata: Metadata,
    call: ServerUnaryCall<MatchBatchRequest, MatchBatchResponse>,
  ): Promise<MatchBatchResponse> {
    return withCallSignal(call, (signal) => answerBatch(request, this.desk, signal));
  }

  @GrpcStreamCall('MatchService', 'matchStream')
  matchStream(call: ServerDuplexStream<MatchStreamRequest, MatchStreamResponse>): Promise<void> {
    return serveMatchStream(call, this.desk);
  }
}
