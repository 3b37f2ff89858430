/**
 * text-embeddings-inference over gRPC: `tei.v1.Info/Info`, `tei.v1.Embed/Embed` for one text, and for more `EmbedStream`, which answers in the
 * order of its requests and encodes them together.
 */
import { getCACertificates } from 'node:tls';
import { Client, type ClientDuplexStream, credentials, status as grpcStatus, Metadata, type ServiceError } from '@grpc/grpc-js';
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

/** What grpc-js says of a connection that TLS kept from being made, in the details of UNAVAILABLE. */
const TLS_WORDS = /certificate|\bssl\b|altname|wrong version number/iu;

/** Those that Node trusts, NODE_EXTRA_CA_CERTS among them: left to itself grpc-js may read a variable of its own instead. */
function trustedRoots(): Buffer {
  return Buffer.from(getCACertificates('default').join('\n'));
}

function troubleOf(error: ServiceError): RemoteTrouble {
  const untrusted = error.code === grpcStatus.UNAVAILABLE && TLS_WORDS.test(error.details);
  if (untrusted) return new RemoteTrouble('REMOTE_UNTRUSTED', { words: error.details, cause: error });
  // TEI says FAILED_PRECONDITION where its model failed to run, so that is like any other failure.
  return new RemoteTrouble(FAULT_OF_STATUS[error.code] ?? 'REMOTE_FAILED', { words: error.details, cause: error });
}

interface Method<Answer> {
  readonly path: string;
  readonly decode: (bytes: Uint8Array) => Answer;
}

const INFO: Method<ReturnType<typeof decodeInfoResponse>> = { path: '/tei.v1.Info/Info', decode: decodeInfoResponse };
const EMBED: Method<Float32Array> = { path: '/tei.v1.Embed/Embed', decode: decodeEmbedResponse };
const EMBED_STREAM = '/tei.v1.Embed/EmbedStream';

const sameBytes = (bytes: Buffer): Buffer => bytes;

/** @throws RemoteTrouble where nobody waits any more. */
function requireOpen(signal: AbortSignal): void {
  if (signal.aborted) throw new RemoteTrouble('REMOTE_UNREACHABLE', { words: 'given up before it was sent', cause: signal.reason });
}

/** Cancels a call when its signal is aborted, as long as the answer is awaited. */
async function cancellable<Answer>(call: { cancel(): void }, answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  const cancel = (): void => call.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await answer;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Sends all texts on one stream and collects what comes back. */
function exchange(stream: ClientDuplexStream<Buffer, Float32Array>, texts: readonly string[]): Promise<readonly Float32Array[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Float32Array[]>();
  const vectors: Float32Array[] = [];
  stream.on('data', (vector: Float32Array) => vectors.push(vector));
  stream.on('error', (error: ServiceError) => reject(troubleOf(error)));
  stream.on('end', () => resolve(vectors));
  for (const text of texts) stream.write(encodeEmbedRequest(text));
  stream.end();
  return promise;
}

/** Opens no socket yet. */
export function openTeiGrpc({ address, apiKey }: RemoteSettings): RemoteProtocol {
  const channel = address.secure ? credentials.createSsl(trustedRoots()) : credentials.createInsecure();
  const client = new Client(address.target, channel, CHANNEL);
  const metadata = new Metadata();
  if (apiKey !== undefined) metadata.set('authorization', `Bearer ${apiKey}`);

  async function call<Answer>({ path, decode }: Method<Answer>, request: Buffer, signal: AbortSignal): Promise<Answer> {
    requireOpen(signal);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const active = client.makeUnaryRequest(path, sameBytes, decode, request, metadata, {}, (error, answer) => {
      if (error !== null) reject(troubleOf(error));
      else if (answer === undefined) reject(new RemoteTrouble('REMOTE_GARBLED', { words: 'an answer without a message' }));
      else resolve(answer);
    });
    return await cancellable(active, promise, signal);
  }

  return {
    async describe(signal) {
      const info = await call(INFO, encodeInfoRequest(), signal);
      if (info.modelType !== 0) throw new RemoteTrouble('REMOTE_REFUSED', { words: `${info.modelId} is no embedding model` });
      return {
        model: info.modelId,
        revision: `${info.modelSha} ${info.modelDtype}`.trim(),
        maxTokens: info.maxInputLength || undefined,
        // That limit is on the texts of one message, and ours carry one each.
        maxBatch: undefined,
      };
    },
    async embed(texts, signal) {
      const [only] = texts;
      if (only !== undefined && texts.length === 1) return [await call(EMBED, encodeEmbedRequest(only), signal)];
      requireOpen(signal);
      const stream = client.makeBidiStreamRequest(EMBED_STREAM, sameBytes, decodeEmbedResponse, metadata, {});
      return await cancellable(stream, exchange(stream, texts), signal);
    },
    close: () => client.close(),
  };
}
