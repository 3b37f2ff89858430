/**
 * FaqService on the wire: look-ups in the active version.
 */
import { Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type {
  GetAnswerRequest,
  GetAnswerResponse,
  GetEntryRequest,
  GetEntryResponse,
  ListCorporaResponse,
  ListEntriesRequest,
  ListEntriesResponse,
} from '../../generated/faqmatch/v1/faq.ts';
import type { Versions } from '../../versions/contract.ts';
import type { ServerLimits, ServerOptions } from '../options.ts';
import { OPTIONS, TRAFFIC_SHARES, VERSIONS } from '../tokens.ts';
import type { TrafficShares } from '../traffic-shares.ts';
import { checkGetAnswer, checkGetEntry, getAnswer, getEntry, listEntries, toCorpusSummary, toListing } from './faq-mapper.ts';
import { GrpcController } from './grpc-controller.ts';
import { existingCorpus } from './names.ts';

/** Reads entries and answers; never encodes. */
@GrpcController()
export class FaqController {
  private readonly versions: Versions;
  private readonly limits: ServerLimits;
  private readonly shares: TrafficShares;

  constructor(
    @Inject(VERSIONS) versions: Versions,
    @Inject(OPTIONS) options: ServerOptions,
    @Inject(TRAFFIC_SHARES) shares: TrafficShares,
  ) {
    this.versions = versions;
    this.limits = options.limits;
    this.shares = shares;
  }

  @GrpcMethod('FaqService', 'getEntry')
  async getEntry(request: GetEntryRequest): Promise<GetEntryResponse> {
    checkGetEntry(request);
    return getEntry(await this.versions.acquire(existingCorpus(request.corpus)), request);
  }

  @GrpcMethod('FaqService', 'getAnswer')
  async getAnswer(request: GetAnswerRequest): Promise<GetAnswerResponse> {
    checkGetAnswer(request);
    return getAnswer(await this.versions.acquire(existingCorpus(request.corpus)), request);
  }

  @GrpcMethod('FaqService', 'listEntries')
  async listEntries(request: ListEntriesRequest): Promise<ListEntriesResponse> {
    const listing = toListing(request, this.limits);
    return listEntries(await this.versions.acquire(existingCorpus(request.corpus), listing.position?.version), listing);
  }

  @GrpcMethod('FaqService', 'listCorpora')
  listCorpora(): ListCorporaResponse {
    return { corpora: this.versions.status().map((status) => toCorpusSummary(status, this.shares.of(status))) };
  }
}
