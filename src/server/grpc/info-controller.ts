/**
 * InfoService on the wire.
 */
import { Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { GetInfoResponse } from '../../generated/faqmatch/v1/info.ts';
import { INFO_READER } from '../tokens.ts';
import { GrpcController } from './grpc-controller.ts';

/** Answers with the facts as they are at the call. */
@GrpcController()
export class InfoController {
  private readonly readInfo: () => GetInfoResponse;

  constructor(@Inject(INFO_READER) readInfo: () => GetInfoResponse) {
    this.readInfo = readInfo;
  }

  @GrpcMethod('InfoService', 'getInfo')
  getInfo(): GetInfoResponse {
    return this.readInfo();
  }
}
