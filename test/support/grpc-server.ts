/** A small real gRPC server for tests of the client: handlers are given, the port is free and loopback. */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Fault } from '../../src/errors.ts';
import { FaultList } from '../../src/generated/faqmatch/v1/admin.ts';
import { BadRequest, ErrorInfo, RetryInfo } from '../../src/generated/google/rpc/error_details.ts';
import { Status } from '../../src/generated/google/rpc/status.ts';

/** A service with its handlers. */
export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
}

/** A running server. */
export interface TestServer {
  readonly address: string;
  /** Cuts everything off. */
  stop(): void;
}

/** @param port 0 for a free one. */
export async function serve(services: readonly ServedService[], port = 0): Promise<TestServer> {
  const server = new Server();
  for (const { definition, handlers } of services) server.addService(definition, handlers);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, chosen) =>
      error === null ? resolve(chosen) : reject(error),
    );
  });
  return { address: `127.0.0.1:${bound}`, stop: () => server.forceShutdown() };
}

/** What a refusal says beside code and message. */
export interface RefusalDetails {
  readonly field?: string;
  readonly reason?: string;
  readonly retryAfterMs?: number;
  readonly faults?: readonly Fault[];
}

function any(typeUrl: string, value: Uint8Array) {
  return { typeUrl: `type.googleapis.com/${typeUrl}`, value: Buffer.from(value) };
}

/** An error as our server sends it: google.rpc.Status in grpc-status-details-bin. */
export function refusal(code: number, message: string, details: RefusalDetails = {}) {
  const packed = [
    ...(details.field === undefined
      ? []
      : [any('google.rpc.BadRequest', BadRequest.encode({ fieldViolations: [{ field: details.field, description: message }] }).finish())]),
    ...(details.reason === undefined
      ? []
      : [any('google.rpc.ErrorInfo', ErrorInfo.encode({ reason: details.reason, domain: 'faqmatch', metadata: {} }).finish())]),
    ...(details.retryAfterMs === undefined
      ? []
      : [
          any(
            'google.rpc.RetryInfo',
            RetryInfo.encode({
              retryDelay: { seconds: Math.floor(details.retryAfterMs / 1000), nanos: (details.retryAfterMs % 1000) * 1e6 },
            }).finish(),
          ),
        ]),
    ...(details.faults === undefined ? [] : [any('faqmatch.v1.FaultList', FaultList.encode({ faults: details.faults }).finish())]),
  ];
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(Status.encode({ code, message, details: packed }).finish()));
  return { code, details: message, metadata };
}
