/**
 * text-embeddings-inference over gRPC: `tei.v1.Info/Info` and one `tei.v1.Embed/Embed` a text, all texts of a batch on their way together,
 * since the server forms its own batches.
 */
import { Client, credentials, status as grpcStatus, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { RemoteProtocol } from './protocol.ts';
import { type RemoteFault, RemoteTrouble } from './remote-errors.ts';
import type { RemoteSettings } from './settings.ts';
import { decodeEmbedResponse, decodeInfoResponse, encodeEmbedRequest, encodeInfoRequest } from './tei-messages.ts';

/** The channel's own waits between connections grow to two minutes by default: too long for a server that is back. */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.enable_retries': 0,
  // Encoders stand in one's own network; the HTTP transport asks no proxy either.
  'grpc.enable_http_proxy': 0,
  // Where the name stands for several servers, each gets its share.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
} as const;

const FAULT_OF_STATUS: Readonly<Record<number, RemoteFault>> = {
  [grpcStatus.UNAVAILABLE]: 'REMOTE_UNREACHABLE',
  [grpcStatus.CANCELLED]: 'REMOTE_UNREACHABLE',
  [grpcStatus.DEADLINE_EXCEEDED]: 'REMOTE_SLOW',
  [grpcStatus.RESOURCE_EXHAUSTED]: 'REMOTE_BUSY',
  [grpcStatus.INVALID_ARGUMENT]: 'TEXT_REFUSED',
  [grpcStatus.OUT_OF_RANGE]: 'TEXT_REFUSED',
  [grpcStatus.UNAUTHENTICATED]: 'REMOTE_FORBIDDEN',
  [grpcStatus.PERMISSION_DENIED]: 'REMOTE_FORBIDDEN',
  [grpcStatus.UNIMPLEMENTED]: 'REMOTE_UNKNOWN_CALL',
  [grpcStatus.NOT_FOUND]: 'REMOTE_UNKNOWN_CALL',
};

function troubleOf(error: ServiceError): RemoteTrouble {
  // TEI says FAILED_PRECONDITION where its model failed to run, so that is like any other failure.
  return new RemoteTrouble(FAULT_OF_STATUS[error.code] ?? 'REMOTE_FAILED', { words: error.details, cause: error });
}

interface Method<Answer> {
  readonly path: string;
  readonly decode: (bytes: Uint8Array) => Answer;
}

const INFO: Method<ReturnType<typeof decodeInfoResponse>> = { path: '/tei.v1.Info/Info', decode: decodeInfoResponse };
const EMBED: Method<Float32Array> = { path: '/tei.v1.Embed/Embed', decode: decodeEmbedResponse };

/** Opens no socket yet. */
export function openTeiGrpc({ address, apiKey }: RemoteSettings): RemoteProtocol {
  const channel = address.secure ? credentials.createSsl() : credentials.createInsecure();
  const client = new Client(address.target, channel, CHANNEL);
  const metadata = new Metadata();
  if (apiKey !== undefined) metadata.set('authorization', `Bearer ${apiKey}`);

  function call<Answer>({ path, decode }: Method<Answer>, request: Buffer, signal: AbortSignal): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    if (signal.aborted) return Promise.reject(new RemoteTrouble('REMOTE_UNREACHABLE', { cause: signal.reason }));
    const send = (bytes: Buffer): Buffer => bytes;
    const active = client.makeUnaryRequest(path, send, decode, request, metadata, {}, (error, answer) => {
      signal.removeEventListener('abort', cancel);
      if (error !== null) reject(troubleOf(error));
      else if (answer === undefined) reject(new RemoteTrouble('REMOTE_GARBLED', { words: 'an answer without a message' }));
      else resolve(answer);
    });
    const cancel = (): void => active.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    return promise;
  }

  return {
    async describe(signal) {
      const info = await call(INFO, encodeInfoRequest(), signal);
      if (info.modelType !== 0) throw new RemoteTrouble('REMOTE_REFUSED', { words: `${info.modelId} is no embedding model` });
      return {
        model: info.modelId,
        revision: `${info.modelSha} ${info.modelDtype}`.trim(),
        maxTokens: info.maxInputLength || undefined,
        // A call carries one text, so the server's limit on texts of a call does not bound a batch.
        maxBatch: undefined,
      };
    },
    async embed(texts, signal) {
      // One failure gives up the others: the batch is asked for again as a whole.
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      try {
        return await Promise.all(texts.map((text) => call(EMBED, encodeEmbedRequest(text), either)));
      } catch (error) {
        failed.abort();
        throw error;
      }
    },
    close: () => client.close(),
  };
}
