/**
 * What this server is, on the wire.
 */
import type { EncoderInfo } from '../../encoder/encoder.ts';
import type { GetInfoResponse } from '../../generated/faqmatch/v1/info.ts';
import type { CorpusStatus } from '../../versions/contract.ts';
import type { ServerInfo, ServerLimits } from '../options.ts';
import type { TrafficShares } from '../traffic-shares.ts';
import { toCorpusSummary } from './faq-mapper.ts';

/** What GetInfo is made of. */
export interface InfoFacts {
  readonly model: EncoderInfo;
  readonly corpora: readonly CorpusStatus[];
  readonly limits: ServerLimits;
  readonly info: ServerInfo;
  readonly shares: Pick<TrafficShares, 'of'>;
}

/** Every limit and fact; nothing here is secret. */
export function toInfo({ model, corpora, limits, info, shares }: InfoFacts): GetInfoResponse {
  return {
    version: info.version,
    model,
    corpora: corpora.map((status) => toCorpusSummary(status, shares.of(status))),
    limits: {
      maxUtteranceChars: limits.maxUtteranceChars,
      maxTopK: limits.maxTopK,
      maxBatchRequests: limits.maxBatchRequests,
      maxQueueTexts: info.maxQueueTexts,
      maxBatchTokens: info.maxBatchTokens,
      maxAdminMessageBytes: limits.maxAdminMessageBytes,
      maxMessageBytes: limits.maxMessageBytes,
      keptVersions: info.keptVersions,
      maxPageSize: limits.maxPageSize,
      maxStreamInFlight: limits.maxStreamInFlight,
      maxFilterValues: limits.maxFilterValues,
    },
    index: info.index,
  };
}
