/**
 * Calls to Qdrant: the next node where one does not answer, a bound on every wait, errors as the project's own.
 * The only file that makes clients. Knows nothing of versions.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { QdrantClient } from '@qdrant/js-client-rest';
import { FaqError, throwIfAborted } from '../../errors.ts';
import { mayPass, toFaqError } from './qdrant-errors.ts';
import { openSearchTransport, type SearchTransport } from './search-transport.ts';
import type { QdrantSettings } from './settings.ts';

/** The client's typed door to every endpoint; each takes a second argument with an AbortSignal. */
export type QdrantApi = ReturnType<QdrantClient['api']> & Pick<SearchTransport, 'searchBatch'>;

/** What every endpoint is handed beside its payload. */
export interface CallInit {
  readonly signal: AbortSignal;
  readonly headers?: { readonly connection: 'close' };
}

/** One thing asked of Qdrant. It may run more than once, so it must be safe to repeat. */
export interface QdrantCall<T> {
  /** What it does, as it follows "to": `search`, `write questions`. */
  readonly what: string;
  readonly run: (api: QdrantApi, init: CallInit) => Promise<T>;
  readonly signal?: AbortSignal | undefined;
  /** Somebody waits for it, as for a search: settings.timeoutMs bounds the wait for a node instead of 10 s. */
  readonly urgent?: boolean;
  /** Asks whether the server is there, so over a connection of its own: a server that is stopping answers on old ones and takes no new ones. */
  readonly probe?: boolean;
  /** Longest wait for one node, in milliseconds, where neither fits. */
  readonly timeoutMs?: number;
  /** How long to go on trying while no node answers, in milliseconds; each node once where not given. */
  readonly patienceMs?: number;
}

/** A way to one Qdrant server or cluster. */
export interface QdrantConnection {
  /** @throws FaqError unavailable, resource_exhausted, failed_precondition, not_found, aborted, cancelled. */
  call<T>(call: QdrantCall<T>): Promise<T>;
  /** Calls fail at once with this until it is lifted: nobody should wait for a server known to be away. */
  block(problem: FaqError | undefined): void;
  close(): void;
}

const MOST_CONNECTIONS = 128;
/** Share of the wait that a node gets while another may still be asked: one that hangs must not use up the caller's time. */
const EARLY_SHARE = 1 / 3;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 3_000;
const DEFAULT_PORT = 6_333;
/** For what an admin or the start waits for: a busy server may take seconds over a write. */
const UNHURRIED_MS = 10_000;

/** The client drops a port that is its scheme's own and then takes 6333, and it overlooks a path. */
function portOf(url: string): number {
  const explicit = /^https?:\/\/(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*):(?<port>\d+)/u.exec(url)?.groups?.port;
  return explicit === undefined ? DEFAULT_PORT : Number(explicit);
}

/** The address as calls begin with it. */
function baseOf(url: string): string {
  const { protocol, hostname, pathname } = new URL(url);
  return `${protocol}//${hostname}:${portOf(url)}${pathname.replace(/\/$/u, '')}`;
}

function openClient(url: string, apiKey: string | undefined): QdrantClient {
  const { protocol, hostname, pathname } = new URL(url);
  return new QdrantClient({
    host: hostname,
    port: portOf(url),
    https: protocol === 'https:',
    ...(pathname === '/' ? {} : { prefix: pathname.replace(/\/$/u, '') }),
    headers: {
      // Compressed answers come in two pieces, and Qdrant sends the second only when the first is acknowledged: 40 ms later.
      'accept-encoding': 'identity',
      // Not as `apiKey`: the client would print a warning of its own to a console that is not its.
      ...(apiKey === undefined ? {} : { 'api-key': apiKey }),
    },
    // Every call brings its own bound; the client's would replace the caller's signal.
    timeout: Number.POSITIVE_INFINITY,
    maxConnections: MOST_CONNECTIONS,
    checkCompatibility: false,
  });
}

function openNode(url: string, apiKey: string | undefined): { readonly node: QdrantApi; readonly close: () => void } {
  const { searchBatch, close } = openSearchTransport(baseOf(url), apiKey);
  return { node: { ...openClient(url, apiKey).api(), searchBatch }, close };
}

/** Waits, or returns early where someone has left. */
async function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  await sleep(ms, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => undefined);
}

/** One try at one node. */
async function once<T>(
  node: QdrantApi,
  call: QdrantCall<T>,
  bounds: { readonly timeoutMs: number; readonly closing: AbortSignal },
): Promise<T> {
  const { timeoutMs, closing } = bounds;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([timeout, closing, ...(call.signal === undefined ? [] : [call.signal])]);
  try {
    return await call.run(node, call.probe === true ? { signal, headers: { connection: 'close' } } : { signal });
  } catch (error) {
    if (closing.aborted) throw closing.reason;
    const timedOutMs = timeout.aborted && call.signal?.aborted !== true ? timeoutMs : undefined;
    throw toFaqError(error, { what: call.what, signal: call.signal, timedOutMs });
  }
}

/** Longest wait for the node asked as the given step of a round, in milliseconds. */
function waitOf(call: QdrantCall<unknown>, { urls, timeoutMs }: QdrantSettings, step: number): number {
  if (call.timeoutMs !== undefined) return call.timeoutMs;
  const wait = call.urgent === true ? timeoutMs : Math.max(timeoutMs, UNHURRIED_MS);
  return step + 1 < urls.length ? Math.ceil(wait * EARLY_SHARE) : wait;
}

function moreTelling(before: FaqError | undefined, now: FaqError): FaqError {
  return before === undefined || before.reason === 'INDEX_UNREACHABLE' ? now : before;
}

/** Opens no socket yet. */
export function connectQdrant(settings: QdrantSettings): QdrantConnection {
  const opened = settings.urls.map((url) => openNode(url, settings.apiKey));
  const nodes = opened.map(({ node }) => node);
  const closing = new AbortController();
  /** The node that answered last. */
  let current = 0;
  let blocked: FaqError | undefined;

  /**
   * Each node once, beginning with the one that answered last; a single one is tried twice where its connection broke, since a server may close
   * an idle connection at the moment it is used again. A node that failed one call is the last to be asked by the next. Where all fail, what a
   * node said is told before that another cannot be reached.
   */
  async function round<T>(call: QdrantCall<T>): Promise<T> {
    const first = current;
    let told: FaqError | undefined;
    for (let step = 0; ; step += 1) {
      const place = (first + step) % nodes.length;
      const node = nodes[place];
      if (node === undefined) throw new FaqError('internal', 'There is no Qdrant node to call.');
      try {
        const result = await once(node, call, { timeoutMs: waitOf(call, settings, step), closing: closing.signal });
        current = place;
        return result;
      } catch (error) {
        throwIfAborted(call.signal);
        if (!(error instanceof FaqError) || !mayPass(error)) throw error;
        told = moreTelling(told, error);
        if (step + 1 >= nodes.length && (step > 0 || error.reason !== 'INDEX_UNREACHABLE')) throw told;
      }
    }
  }

  /** Rounds until one succeeds or the patience ends. */
  async function patiently<T>(call: QdrantCall<T>, patienceMs: number): Promise<T> {
    const end = performance.now() + patienceMs;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      try {
        return await round(call);
      } catch (error) {
        if (!(error instanceof FaqError) || !mayPass(error) || performance.now() + wait > end) throw error;
        await pause(wait, [closing.signal, ...(call.signal === undefined ? [] : [call.signal])]);
        throwIfAborted(call.signal);
        throwIfAborted(closing.signal);
      }
    }
  }

  return {
    async call(call) {
      throwIfAborted(call.signal);
      throwIfAborted(closing.signal);
      if (blocked !== undefined && call.patienceMs === undefined) throw blocked;
      return patiently(call, call.patienceMs ?? 0);
    },
    block(problem) {
      blocked = problem;
    },
    close() {
      for (const { close } of opened) close();
      closing.abort(new FaqError('unavailable', 'The server is shutting down; try again when it is back.'));
    },
  };
}
