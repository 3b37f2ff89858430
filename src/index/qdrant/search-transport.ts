/**
 * The one call that chatbots wait for, over Node's own HTTP client: the Qdrant client's `fetch` adds some 3 ms to each search
 * (docs/decisions/0008). No compressed answer is asked for, since its second piece comes 40 ms late. Types are the client's.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Schemas } from '@qdrant/js-client-rest';

/** Sends a batch of queries to a collection. Rejects as the client does: with status, data and headers of a refusal, or the socket's error. */
export type SearchBatch = (
  collection: string,
  searches: readonly Schemas['QueryRequest'][],
  init: { readonly signal: AbortSignal },
) => Promise<readonly Schemas['QueryResponse'][]>;

/** A transport to one node, and how to end it. */
export interface SearchTransport {
  readonly searchBatch: SearchBatch;
  close(): void;
}

/** Below the 5 s after which the server ends an idle connection, so that none is used at the moment it is closed. */
const IDLE_MS = 4_000;
const MOST_SOCKETS = 128;

/** A refusal in the shape of the client's own. */
class RefusedSearch extends Error {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Headers;

  constructor(status: number, data: unknown, headers: Headers) {
    super(`Qdrant answered ${status}.`);
    this.name = 'RefusedSearch';
    this.status = status;
    this.data = data;
    this.headers = headers;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function answerOf(response: IncomingMessage): Promise<readonly Schemas['QueryResponse'][]> {
  const data = parsed(await textOf(response));
  if (response.statusCode === 200) return (data as { readonly result?: readonly Schemas['QueryResponse'][] }).result ?? [];
  const headers = new Headers({ 'retry-after': response.headers['retry-after'] ?? '1' });
  throw new RefusedSearch(response.statusCode ?? 0, data, headers);
}

/** The queries as JSON. A search asks several things of one vector, whose numbers are most of the text: they are put into words once. */
export function searchesText(searches: readonly Schemas['QueryRequest'][]): string {
  const texts = new Map<unknown, string>();
  const textOf = (query: unknown): string => {
    const text = texts.get(query) ?? JSON.stringify(query);
    texts.set(query, text);
    return text;
  };
  return `{"searches":[${searches.map(({ query, ...rest }) => `{"query":${textOf(query)},${JSON.stringify(rest).slice(1)}`).join(',')}]}`;
}

/** @param base address of the node with its port and path, no slash at the end. Opens no socket yet. */
export function openSearchTransport(base: string, apiKey: string | undefined): SearchTransport {
  const secure = base.startsWith('https:');
  const options = { keepAlive: true, timeout: IDLE_MS, maxSockets: MOST_SOCKETS };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const send = secure ? httpsRequest : httpRequest;
  const key = apiKey === undefined ? {} : { 'api-key': apiKey };
  return {
    async searchBatch(collection, searches, { signal }) {
      const body = Buffer.from(searchesText(searches));
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      const headers = { ...key, 'content-type': 'application/json', 'content-length': body.byteLength };
      const url = `${base}/collections/${encodeURIComponent(collection)}/points/query/batch`;
      // The idle bound of the agent is not the request's: the signal is.
      send(url, { agent, method: 'POST', headers, signal, timeout: 0 }, resolve).on('error', reject).end(body);
      return answerOf(await promise);
    },
    close: () => agent.destroy(),
  };
}
