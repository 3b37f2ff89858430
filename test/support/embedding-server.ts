/**
 * Servers that encode for others, with real vectors of a real encoder: text-embeddings-inference over HTTP and gRPC, and OpenAI's embeddings.
 * Each can be told to misbehave.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { status as grpcStatus, loadPackageDefinition, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Encoder } from '../../src/encoder/encoder.ts';
import type { RemoteKind } from '../../src/encoder/remote/address.ts';
import type { Certificate } from './self-signed-certificate.ts';

/** What goes wrong with one request. */
export type Misdeed =
  | { readonly how: 'slow'; readonly ms: number }
  | { readonly how: 'status'; readonly status: number; readonly retryAfter?: string; readonly body?: string }
  /** One number too many in each vector. */
  | { readonly how: 'dimension' }
  /** The first vector holds no number at one place; `text` only where its text is among the texts. */
  | { readonly how: 'nan'; readonly text?: string }
  /** Half of the answer, under a length that fits. */
  | { readonly how: 'cut' }
  | { readonly how: 'closed' }
  | { readonly how: 'fewer' }
  /** The connection ends in the middle of the answer. */
  | { readonly how: 'broken' };

export interface EmbeddingServer extends AsyncDisposable {
  readonly kind: RemoteKind;
  /** For FAQMATCH_ENCODER_URL. */
  readonly url: string;
  readonly port: number;
  /** Texts of each request for vectors, in order of arrival. */
  readonly requests: (readonly string[])[];
  /** Value of the authorization header of the newest request. */
  readonly authorization: string | undefined;
  /** Most requests that were on their way at once. */
  readonly most: number;
  /** Requests whose caller left before the answer. */
  readonly abandoned: number;
  /** Asked for each request for vectors; undefined behaves. */
  misdeed: (texts: readonly string[]) => Misdeed | undefined;
  /** Gives the vectors; may be changed while it runs. */
  encoder: Encoder;
  info: { model: string; sha: string; maxBatch: number; maxTokens: number };
  /** Key that is asked for; none by default. */
  key: string | undefined;
}

export interface EmbeddingServerOptions {
  /** A port that a server had before. */
  readonly port?: number;
  /** Speaks TLS with this certificate. */
  readonly tls?: Certificate;
}

interface State {
  requests: (readonly string[])[];
  authorization: string | undefined;
  most: number;
  running: number;
  abandoned: number;
  misdeed: (texts: readonly string[]) => Misdeed | undefined;
  encoder: Encoder;
  info: { model: string; sha: string; maxBatch: number; maxTokens: number };
  key: string | undefined;
}

function newState(encoder: Encoder): State {
  const info = { model: encoder.info.name, sha: 'rev-1', maxBatch: 32, maxTokens: 256 };
  return {
    requests: [],
    authorization: undefined,
    most: 0,
    running: 0,
    abandoned: 0,
    misdeed: () => undefined,
    encoder,
    info,
    key: undefined,
  };
}

async function vectorsOf(texts: readonly string[], { encoder }: State, misdeed: Misdeed | undefined): Promise<(number | null)[][]> {
  const flat = await encoder.encodeAll(texts);
  const { dimension } = encoder.info;
  const vectors: (number | null)[][] = texts.map((_, row) => Array.from(flat.subarray(row * dimension, (row + 1) * dimension)));
  if (misdeed?.how === 'dimension') for (const vector of vectors) vector.push(0);
  if (misdeed?.how === 'fewer') vectors.pop();
  if (misdeed?.how === 'nan') {
    const row = misdeed.text === undefined ? 0 : texts.indexOf(misdeed.text);
    const vector = vectors[row];
    if (vector !== undefined) vector[3] = Number.NaN;
  }
  return vectors;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return pieces.length === 0 ? undefined : JSON.parse(Buffer.concat(pieces).toString('utf8'));
}

/** As Python writes it: NaN stands in it as it is. */
function pythonJson(value: unknown): string {
  return JSON.stringify(value, (_, element: unknown) => (Number.isNaN(element) ? '@NaN@' : element)).replaceAll('"@NaN@"', 'NaN');
}

function send(response: ServerResponse, text: string, misdeed: Misdeed | undefined): void {
  const half = text.slice(0, text.length / 2);
  if (misdeed?.how === 'broken') {
    response.writeHead(200, { 'content-length': text.length });
    response.write(half, () => response.socket?.destroy());
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(misdeed?.how === 'cut' ? half : text);
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  state.authorization = request.headers.authorization;
  if (state.key !== undefined && request.headers.authorization !== `Bearer ${state.key}`) {
    response.writeHead(401).end(`{"error":"the key ${request.headers.authorization} is not known"}`);
    return;
  }
  if (request.url === '/info') {
    const { model, sha, maxBatch, maxTokens } = state.info;
    const info = { model_id: model, model_sha: sha, model_dtype: 'float32', model_type: { embedding: { pooling: 'mean' } } };
    response.end(JSON.stringify({ ...info, max_input_length: maxTokens, max_client_batch_size: maxBatch, version: '1.9.0' }));
    return;
  }
  const openAi = request.url === '/v1/embeddings';
  if (!openAi && request.url !== '/embed') {
    response.writeHead(404).end('{"error":"not here"}');
    return;
  }
  const body = (await bodyOf(request)) as Readonly<Record<string, unknown>>;
  if (openAi && body.model !== state.info.model) {
    response.writeHead(404).end(`{"error":{"message":"The model ${String(body.model)} does not exist."}}`);
    return;
  }
  const texts = (openAi ? body.input : body.inputs) as readonly string[];
  state.requests.push(texts);
  const misdeed = state.misdeed(texts);
  if (misdeed?.how === 'closed') {
    request.socket.destroy();
    return;
  }
  if (misdeed?.how === 'slow') await sleep(misdeed.ms);
  if (misdeed?.how === 'status') {
    response.writeHead(misdeed.status, misdeed.retryAfter === undefined ? {} : { 'retry-after': misdeed.retryAfter });
    response.end(misdeed.body ?? '{"error":"told to"}');
    return;
  }
  if (texts.length > state.info.maxBatch) {
    response.writeHead(422).end(`{"error":"batch size ${texts.length} > maximum allowed batch size ${state.info.maxBatch}"}`);
    return;
  }
  const vectors = await vectorsOf(texts, state, misdeed);
  // Last first: the protocol allows any order.
  const data = vectors.map((embedding, index) => ({ object: 'embedding', embedding, index })).reverse();
  send(response, pythonJson(openAi ? { object: 'list', data, model: state.info.model } : vectors), misdeed);
}

async function counted(state: State, work: () => Promise<void>): Promise<void> {
  state.running += 1;
  state.most = Math.max(state.most, state.running);
  try {
    await work();
  } finally {
    state.running -= 1;
  }
}

function serverOf(
  state: State,
  { kind, port, secure }: { kind: RemoteKind; port: number; secure: boolean },
  close: () => Promise<void>,
): EmbeddingServer {
  return Object.assign(state, { kind, port, url: `${kind}${secure ? 's' : ''}://127.0.0.1:${port}`, [Symbol.asyncDispose]: close });
}

function pemOf({ certificate, key }: Certificate): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(certificate), key: readFileSync(key) };
}

/** HTTP, for `tei+http` and `openai+http`. */
async function startHttp(kind: RemoteKind, encoder: Encoder, { port = 0, tls }: EmbeddingServerOptions): Promise<EmbeddingServer> {
  const state = newState(encoder);
  const sockets = new Set<Socket>();
  const listener: RequestListener = (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) state.abandoned += 1;
    });
    counted(state, () => answer(request, response, state)).catch((error: unknown) => response.destroy(error as Error));
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(pemOf(tls), listener);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this form.
  const bound = (server.address() as AddressInfo).port;
  return serverOf(state, { kind, port: bound, secure: tls !== undefined }, async () => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  });
}

const GRPC_STATUS: Readonly<Record<number, number>> = {
  401: grpcStatus.UNAUTHENTICATED,
  422: grpcStatus.INVALID_ARGUMENT,
  429: grpcStatus.RESOURCE_EXHAUSTED,
  503: grpcStatus.UNAVAILABLE,
};

interface GrpcCall {
  readonly metadata: { get(name: string): readonly unknown[] };
  readonly cancelled: boolean;
}
interface UnaryCall extends GrpcCall {
  readonly request: { readonly inputs: string };
}
interface StreamCall extends GrpcCall, AsyncIterable<{ readonly inputs: string }> {
  write(value: object): void;
  end(): void;
  emit(event: 'error', failure: Failure): void;
}
/** A call's status, thrown. */
class Failure extends Error {
  readonly code: number;
  readonly details: string;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

type Reply = (error: Failure | null, value?: object) => void;

/** Answers texts that came together. @throws Failure. */
async function embedOverGrpc(call: GrpcCall, texts: readonly string[], state: State): Promise<readonly object[]> {
  state.authorization = call.metadata.get('authorization')[0] as string | undefined;
  if (state.key !== undefined && state.authorization !== `Bearer ${state.key}`)
    throw new Failure(grpcStatus.UNAUTHENTICATED, 'unknown key');
  state.requests.push(texts);
  const misdeed = state.misdeed(texts);
  if (misdeed?.how === 'slow') await sleep(misdeed.ms);
  if (call.cancelled) state.abandoned += 1;
  if (misdeed?.how === 'status') throw new Failure(GRPC_STATUS[misdeed.status] ?? grpcStatus.INTERNAL, misdeed.body ?? 'told to');
  if (misdeed?.how === 'closed') throw new Failure(grpcStatus.UNAVAILABLE, 'gone');
  const vectors = await vectorsOf(texts, state, misdeed);
  return vectors.map((embeddings) => ({ embeddings, metadata: { computeTokens: 5, totalTimeNs: '123456789012' } }));
}

function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure(grpcStatus.INTERNAL, String(error));
}

async function startGrpc(encoder: Encoder, { port = 0, tls }: EmbeddingServerOptions): Promise<EmbeddingServer> {
  const state = newState(encoder);
  const loaded = loadPackageDefinition(loadSync(new URL('./tei.proto', import.meta.url).pathname));
  // biome-ignore lint/suspicious/noExplicitAny: the shape comes from a proto at run time
  const { Info, Embed } = (loaded as any).tei.v1 as Record<'Info' | 'Embed', { service: ServiceDefinition }>;
  const server = new Server();
  server.addService(Info.service, {
    info(call: GrpcCall, reply: Reply) {
      const { model, sha, maxBatch, maxTokens } = state.info;
      const limits = { maxInputLength: maxTokens, maxClientBatchSize: maxBatch, maxConcurrentRequests: 512 };
      state.authorization = call.metadata.get('authorization')[0] as string | undefined;
      if (state.key !== undefined && state.authorization !== `Bearer ${state.key}`)
        reply(new Failure(grpcStatus.UNAUTHENTICATED, 'unknown key'));
      else reply(null, { version: '1.9.0', modelId: model, modelSha: sha, modelDtype: 'float32', ...limits });
    },
  });
  server.addService(Embed.service, {
    embed(call: UnaryCall, reply: Reply) {
      const answered = counted(state, async () => {
        const [answer] = await embedOverGrpc(call, [call.request.inputs], state);
        reply(null, answer);
      });
      answered.catch((error: unknown) => reply(asFailure(error)));
    },
    embedStream(call: StreamCall) {
      const answered = counted(state, async () => {
        const texts: string[] = [];
        for await (const { inputs } of call) texts.push(inputs);
        for (const answer of await embedOverGrpc(call, texts, state)) call.write(answer);
        call.end();
      });
      answered.catch((error: unknown) => call.emit('error', asFailure(error)));
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const pem = tls === undefined ? undefined : pemOf(tls);
  const channel =
    pem === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: pem.cert, private_key: pem.key }]);
  server.bindAsync(`127.0.0.1:${port}`, channel, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  return serverOf(state, { kind: 'tei+grpc', port: await promise, secure: tls !== undefined }, async () => server.forceShutdown());
}

/** Starts one on a free loopback port. Disposing ends it and its connections; the encoder stays the caller's. */
export function startEmbeddingServer(kind: RemoteKind, encoder: Encoder, options: EmbeddingServerOptions = {}): Promise<EmbeddingServer> {
  return kind === 'tei+grpc' ? startGrpc(encoder, options) : startHttp(kind, encoder, options);
}
