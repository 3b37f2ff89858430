/** Plain calls to a Qdrant server, without its client library and without our own code: what a test compares ours with. */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** How to reach a Qdrant server. */
export interface QdrantEndpoint {
  /** Without a slash at the end. */
  readonly url: string;
  readonly apiKey?: string;
  /** PEM file of the authority to trust, for an https address. */
  readonly caPath?: string;
}

export interface QdrantAnswer {
  readonly status: number;
  /** Parsed; the text itself where it is not JSON. */
  readonly body: unknown;
}

export interface QdrantCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With the leading slash and the query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Milliseconds until the call is given up; 30,000 by default. */
  readonly timeoutMs?: number;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One call on a connection of its own. Rejects when there is no answer, and resolves whatever its status is. */
export function callQdrant(endpoint: QdrantEndpoint, call: QdrantCall): Promise<QdrantAnswer> {
  const text = call.body === undefined ? undefined : JSON.stringify(call.body);
  const options = {
    method: call.method,
    agent: false,
    signal: AbortSignal.timeout(call.timeoutMs ?? 30_000),
    headers: {
      ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...(endpoint.apiKey === undefined ? {} : { 'api-key': endpoint.apiKey }),
    },
    ...(endpoint.caPath === undefined ? {} : { ca: readFileSync(endpoint.caPath) }),
  };
  const send = endpoint.url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(`${endpoint.url}${call.path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => void chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString('utf8')) }));
    });
    request.once('error', reject);
    request.end(text);
  });
}

/** The `result` of a call that has to succeed. Throws what the server said otherwise. */
export async function qdrantResult<T>(endpoint: QdrantEndpoint, call: QdrantCall): Promise<T> {
  const { status, body } = await callQdrant(endpoint, call);
  if (status < 200 || status > 299) throw new Error(`${call.method} ${call.path} was answered ${status}: ${JSON.stringify(body)}`);
  // The caller knows what this path answers.
  return (body as { readonly result: T }).result;
}

/** Removes every collection whose name begins with `prefix`, and its aliases with it. */
export async function dropCollections(endpoint: QdrantEndpoint, prefix: string): Promise<void> {
  const { collections } = await qdrantResult<{ collections: readonly { name: string }[] }>(endpoint, {
    method: 'GET',
    path: '/collections',
  });
  for (const { name } of collections) {
    if (name.startsWith(prefix)) await qdrantResult(endpoint, { method: 'DELETE', path: `/collections/${encodeURIComponent(name)}` });
  }
}
