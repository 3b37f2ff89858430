/**
 * CorpusAdminService on the wire, as far as it is built; the rest is in corpus-admin-later-controller.ts.
 */
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Observable } from 'rxjs';
import type {
  ActivateVersionRequest,
  ActivateVersionResponse,
  ListVersionsRequest,
  ListVersionsResponse,
  ReloadCorpusRequest,
  ReloadCorpusResponse,
  RollbackCorpusRequest,
  RollbackCorpusResponse,
  ValidateCorpusRequest,
  ValidateCorpusResponse,
} from '../../generated/faqmatch/v1/admin.ts';
import type { Versions } from '../../versions/contract.ts';
import { withCallSignal } from '../edge/deadlines.ts';
import { createIds } from '../edge/ids.ts';
import type { ServerOptions } from '../options.ts';
import { OPTIONS, VERSIONS } from '../tokens.ts';
import {
  checkActivate,
  checkCorpusNamed,
  checkReload,
  checkSource,
  sourceFiles,
  toValidation,
  toVersionInfo,
} from './corpus-admin-mapper.ts';
import { GrpcController } from './grpc-controller.ts';
import { existingCorpus, existingVersion } from './names.ts';
import { reloadEvents } from './reload-events.ts';

/** Checks requests, calls the versions, maps what they report. */
@GrpcController()
export class CorpusAdminController {
  private readonly versions: Versions;
  private readonly corpusRoot: string;
  private readonly nextOperationId = createIds('op');

  constructor(@Inject(VERSIONS) versions: Versions, @Inject(OPTIONS) options: ServerOptions) {
    this.versions = versions;
    this.corpusRoot = options.corpusRoot;
  }

  @GrpcMethod('CorpusAdminService', 'reloadCorpus')
  reloadCorpus(request: ReloadCorpusRequest): Observable<ReloadCorpusResponse> {
    checkReload(request);
    const { corpus, source, stageOnly } = request;
    return reloadEvents(this.nextOperationId(), async (signal, onProgress) => {
      const files = await sourceFiles(source, this.corpusRoot, signal);
      return this.versions.reload(corpus, files, { stageOnly, signal, onProgress });
    });
  }

  @GrpcMethod('CorpusAdminService', 'validateCorpus')
  validateCorpus(
    request: ValidateCorpusRequest,
    _metadata: Metadata,
    call: ServerUnaryCall<ValidateCorpusRequest, ValidateCorpusResponse>,
  ): Promise<ValidateCorpusResponse> {
    checkSource(request);
    return withCallSignal(call, async (signal) =>
      toValidation(await this.versions.validate(await sourceFiles(request.source, this.corpusRoot, signal), signal)),
    );
  }

  @GrpcMethod('CorpusAdminService', 'listVersions')
  async listVersions({ corpus }: ListVersionsRequest): Promise<ListVersionsResponse> {
    checkCorpusNamed(corpus);
    const versions = await this.versions.list(existingCorpus(corpus));
    return { versions: versions.map(toVersionInfo) };
  }

  @GrpcMethod('CorpusAdminService', 'activateVersion')
  async activateVersion(request: ActivateVersionRequest): Promise<ActivateVersionResponse> {
    checkActivate(request);
    const { version, previous } = await this.versions.activate(
      existingCorpus(request.corpus),
      existingVersion(request.corpus, request.version) ?? '',
    );
    return { version, previousVersion: previous ?? '' };
  }

  @GrpcMethod('CorpusAdminService', 'rollbackCorpus')
  async rollbackCorpus(request: RollbackCorpusRequest): Promise<RollbackCorpusResponse> {
    checkCorpusNamed(request.corpus);
    const { version, previous } = await this.versions.rollback(
      existingCorpus(request.corpus),
      existingVersion(request.corpus, request.version),
    );
    return { version, previousVersion: previous ?? '' };
  }
}
