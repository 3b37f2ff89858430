/**
 * The real server on free ports over real versions in a temporary folder, with a fake encoder unless another is given, and raw clients for it.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallOptions,
  type Client,
  type ClientReadableStream,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { type Logger, pino } from 'pino';
import type { Match } from '../../src/answering/match-answer.ts';
import { createMatch } from '../../src/composition.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import { CorpusAdminServiceClient, FaultList } from '../../src/generated/faqmatch/v1/admin.ts';
import { FaqServiceClient } from '../../src/generated/faqmatch/v1/faq.ts';
import { FeedbackServiceClient } from '../../src/generated/faqmatch/v1/feedback.ts';
import { InfoServiceClient } from '../../src/generated/faqmatch/v1/info.ts';
import { type MatchRequest, MatchServiceClient } from '../../src/generated/faqmatch/v1/match.ts';
import { BadRequest, ErrorInfo, RetryInfo } from '../../src/generated/google/rpc/error_details.ts';
import { Status } from '../../src/generated/google/rpc/status.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import type { ThrowawayBuilds } from '../../src/quality/build-and-measure.ts';
import { DEFAULT_SERVER_LIMITS, type ServerLimits, type ServerOptions } from '../../src/server/options.ts';
import { type RunningServer, startServer } from '../../src/server/server.ts';
import type { Versions } from '../../src/versions/contract.ts';
import { createVersions } from '../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../src/versions/embedding-cache.ts';
import { createFakeEncoder } from './fake-encoder.ts';
import { CHATTER, DELIVERY, type FaqItem, faqFile } from './faq-source.ts';

export interface Served extends AsyncDisposable {
  readonly server: RunningServer;
  readonly address: string;
  readonly versions: Versions;
  readonly encoder: Encoder;
  /** The server's corpus root; empty but for what a test puts there. */
  readonly corpusRoot: string;
  /** The folder that holds everything of this server. */
  readonly folder: string;
  readonly match: MatchServiceClient;
  readonly faq: FaqServiceClient;
  readonly info: InfoServiceClient;
  readonly admin: CorpusAdminServiceClient;
  readonly feedback: FeedbackServiceClient;
  /** Log lines, parsed. */
  readonly log: readonly Record<string, unknown>[];
}

export interface ServedOptions {
  readonly encoder?: Encoder;
  /** Stands in for the match, or wraps it. */
  readonly wrapMatch?: (match: Match) => Match;
  readonly options?: Partial<ServerOptions>;
  readonly limits?: Partial<ServerLimits>;
  /** As ServerParts.restored. */
  readonly restored?: Promise<unknown>;
  /** A folder of an earlier server, whose versions are restored; the caller removes it. */
  readonly folder?: string;
  /** Leaves the folder for a later server. */
  readonly keepFolder?: boolean;
  /** Entries of the corpus `delivery` loaded at start; null for an empty server. */
  readonly entries?: readonly FaqItem[] | null;
}

function collectingLogger(lines: Record<string, unknown>[]): Logger {
  return pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
}

/** Disposing closes server, clients and versions and removes the folder. */
export async function serveReal(options: ServedOptions = {}): Promise<Served> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'faqmatch-e2e-')));
  const corpusRoot = join(folder, 'corpora');
  await mkdir(corpusRoot, { recursive: true });
  const encoder = options.encoder ?? createFakeEncoder();
  const store = await openEmbeddedStore({ dataDir: join(folder, 'data') });
  const cache = openEmbeddingCache({ dataDir: join(folder, 'data'), model: encoder.info, onProblem: () => undefined });
  const versions = createVersions({ store, encoder, cache, settings: DEFAULT_MATCH_SETTINGS });
  const restored = options.folder === undefined ? options.restored : versions.restore();
  if (options.folder === undefined && options.entries !== null)
    await versions.reload('delivery', faqFile(options.entries ?? DELIVERY, CHATTER));
  const match = createMatch({ encoder, versions, settings: DEFAULT_MATCH_SETTINGS });
  const log: Record<string, unknown>[] = [];
  const release = async () => {
    await versions.close();
    if (options.folder === undefined && options.keepFolder !== true) await rm(folder, { recursive: true, force: true });
  };
  const server = await startServer({
    match: options.wrapMatch === undefined ? match : options.wrapMatch(match),
    versions,
    encoder,
    logger: collectingLogger(log),
    options: {
      grpcAddress: '127.0.0.1:0',
      httpAddress: '127.0.0.1:0',
      corpusRoot,
      drainMs: 2_000,
      limits: { ...DEFAULT_SERVER_LIMITS, ...options.limits },
      ...options.options,
    },
    evaluation: { settings: { outOfScopeShare: DEFAULT_MATCH_SETTINGS.outOfScopeShare }, withBuilds: (work) => withBuilds(encoder, work) },
    info: { version: '9.9.9', index: 'embedded', maxQueueTexts: 1000, maxBatchTokens: 4096, keptVersions: 5 },
    ...(restored === undefined ? {} : { restored }),
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  const address = `127.0.0.1:${server.grpcPort}`;
  const open = <T extends Client>(
    Type: new (address: string, channel: ReturnType<typeof credentials.createInsecure>, limits: object) => T,
  ) => new Type(address, credentials.createInsecure(), { 'grpc.max_send_message_length': -1, 'grpc.max_receive_message_length': -1 });
  const clients = {
    match: open(MatchServiceClient),
    faq: open(FaqServiceClient),
    info: open(InfoServiceClient),
    admin: open(CorpusAdminServiceClient),
    feedback: open(FeedbackServiceClient),
  };
  return {
    server,
    address,
    versions,
    encoder,
    corpusRoot,
    folder,
    log,
    ...clients,
    async [Symbol.asyncDispose]() {
      for (const client of Object.values(clients)) client.close();
      await server.close();
      await release();
    },
  };
}

/** Throwaway builds over the same encoder, for evaluations. */
async function withBuilds<Result>(encoder: Encoder, work: (builds: ThrowawayBuilds) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'faqmatch-builds-'));
  const store = await openEmbeddedStore({ dataDir: folder });
  const cache = openEmbeddingCache({ dataDir: folder, model: encoder.info, onProblem: () => undefined });
  const settings = DEFAULT_MATCH_SETTINGS;
  const versions = createVersions({ store, encoder, cache, settings });
  try {
    return await work({ versions, match: createMatch({ encoder, versions, settings }) });
  } finally {
    await versions.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Puts demo corpora below a server's corpus root. */
export async function putDemoCorpus(served: Served, name: string): Promise<void> {
  await cp(new URL(`../../faq-data/${name}`, import.meta.url), join(served.corpusRoot, name), { recursive: true });
}

/** A request with every field at its default. */
export function matchRequest(fields: Partial<MatchRequest> = {}): MatchRequest {
  return {
    corpus: 'delivery',
    utterance: 'where is my parcel',
    topK: 0,
    minConfidence: undefined,
    minPrecision: undefined,
    filter: undefined,
    context: undefined,
    explain: false,
    version: '',
    ...fields,
  };
}

type Done<Response> = (error: ServiceError | null, response: Response) => void;
/** A generated client's unary method, with its overloads. */
interface UnaryMethod<Request, Response> {
  (request: Request, done: Done<Response>): ClientUnaryCall;
  (request: Request, metadata: Metadata, done: Done<Response>): ClientUnaryCall;
  (request: Request, metadata: Metadata, options: Partial<CallOptions>, done: Done<Response>): ClientUnaryCall;
}

/** Calls a client's unary method. */
export function ask<Request, Response>(client: Client, method: UnaryMethod<Request, Response>, request: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    method.call(client, request, new Metadata(), {}, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

/** Waits until a condition holds; fails after 5 s. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('Waited 5 s in vain.');
    await sleep(5);
  }
}

/** All messages of a server stream; rejects with its error. */
export async function readAll<Message>(stream: ClientReadableStream<Message>): Promise<readonly Message[]> {
  const messages: Message[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

/** An error status with its details decoded. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly fields: readonly string[];
  readonly descriptions: readonly string[];
  readonly reason: string | undefined;
  readonly domain: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;
  readonly faults: FaultList['faults'];
}

/** Decodes a google.rpc.Status. */
export function decodeStatus(status: Status): Refusal {
  const find = (type: string) => status.details.find(({ typeUrl }) => typeUrl === `type.googleapis.com/${type}`)?.value;
  const [bad, info, retry, faults] = ['google.rpc.BadRequest', 'google.rpc.ErrorInfo', 'google.rpc.RetryInfo', 'faqmatch.v1.FaultList'].map(
    find,
  );
  const violations = bad === undefined ? [] : BadRequest.decode(bad).fieldViolations;
  const errorInfo = info === undefined ? undefined : ErrorInfo.decode(info);
  const delay = retry === undefined ? undefined : RetryInfo.decode(retry).retryDelay;
  return {
    code: status.code,
    message: status.message,
    fields: violations.map(({ field }) => field),
    descriptions: violations.map(({ description }) => description),
    reason: errorInfo?.reason,
    domain: errorInfo?.domain,
    metadata: errorInfo?.metadata ?? {},
    retryAfterMs: delay === undefined ? undefined : delay.seconds * 1000 + delay.nanos / 1e6,
    faults: faults === undefined ? [] : FaultList.decode(faults).faults,
  };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'metadata' in error && 'code' in error;
}

/** What a call is refused with; fails where it is not refused. */
export async function refusalOf(answer: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isServiceError(error))
    throw new Error(`Expected a refused call, got ${error === undefined ? 'an answer' : String(error)}`, { cause: error });
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const details = Buffer.isBuffer(bytes) ? Status.decode(bytes).details : [];
  return decodeStatus({ code: error.code, message: error.details, details });
}
