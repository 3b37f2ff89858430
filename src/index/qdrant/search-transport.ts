/**
 * The one call that chatbots wait for, past the Qdrant client, whose `fetch` is slower (docs/decisions/0008). Types are the client's.
 */
import type { Schemas } from '@qdrant/js-client-rest';
import { type HttpAnswer, openKeptHttp } from '../../kept-http.ts';

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

const MOST_SOCKETS = 128;
/** Longest answer that is read, in bytes: 32 queries of a thousand ids each come to some three million. */
const MOST_BYTES = 64 * 1024 * 1024;

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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function responsesOf({ status, headers, text }: HttpAnswer): readonly Schemas['QueryResponse'][] {
  const data = parsed(text);
  if (status === 200) return (data as { readonly result?: readonly Schemas['QueryResponse'][] }).result ?? [];
  throw new RefusedSearch(status, data, new Headers({ 'retry-after': headers['retry-after'] ?? '1' }));
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
  const headers = apiKey === undefined ? {} : { 'api-key': apiKey };
  const http = openKeptHttp(base, { headers, maxSockets: MOST_SOCKETS, maxBytes: MOST_BYTES });
  return {
    async searchBatch(collection, searches, { signal }) {
      const path = `/collections/${encodeURIComponent(collection)}/points/query/batch`;
      return responsesOf(await http.call(path, searchesText(searches), signal));
    },
    close: () => http.close(),
  };
}
