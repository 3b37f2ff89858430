/** Passing an HTTP exchange on unchanged: streamed both ways, over one upstream connection per client connection, which live and die together. */
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Headers that belong to one connection and not to the exchange. */
const PER_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection']);

/** Names and values in turn, as they came. */
function forwarded(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!PER_CONNECTION.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

function requestHeaders(request: IncomingMessage): string[] {
  const headers = forwarded(request.rawHeaders);
  const framed = request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  // Without this, Node would chunk a body that is not there.
  return framed || request.method === 'GET' || request.method === 'HEAD' ? headers : [...headers, 'content-length', '0'];
}

/** What is done with the server's response. */
export type Respond = (upstream: IncomingMessage, response: ServerResponse) => void;

/** Passes the response on as it comes. */
export const respondFaithfully: Respond = (upstream, response) => {
  writeHead(upstream, response);
  upstream.pipe(response);
};

/** Passes on the status and the headers. */
export function writeHead(upstream: IncomingMessage, response: ServerResponse): void {
  response.sendDate = false;
  if (upstream.headers.connection === 'close') response.shouldKeepAlive = false;
  response.writeHead(upstream.statusCode ?? 502, upstream.statusMessage, forwarded(upstream.rawHeaders));
  // A stream's reader may wait for the headers before there is a body.
  response.flushHeaders();
}

/** Forwards to one server. */
export interface Forwarder {
  forward(request: IncomingMessage, response: ServerResponse, respond: Respond): void;
  /** Ends all upstream connections. */
  close(): void;
}

/** A client's connection and the one to the server that belongs to it: a pooled one could be closed under a request that had no part in it. */
class ConnectionPair {
  readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #client: Socket;
  readonly #seen = new WeakSet<Socket>();
  #answering: ServerResponse | undefined;

  constructor(client: Socket) {
    this.#client = client;
    client.once('close', () => this.agent.destroy());
  }

  /** Takes note of the response in progress. */
  begin(response: ServerResponse): void {
    this.#answering = response;
    response.once('close', () => {
      this.#answering = undefined;
    });
  }

  /** Once the server has closed its connection, the client's is closed too, after what is still on its way. */
  follow(upstream: Socket): void {
    if (this.#seen.has(upstream)) return;
    this.#seen.add(upstream);
    upstream.once('close', () => {
      if (this.#answering === undefined) this.#client.destroySoon();
      else this.#answering.once('close', () => this.#client.destroySoon());
    });
  }
}

/** `target` is an http address without a path. What the server does to a connection, the client's connection sees too. */
export function createForwarder(target: URL): Forwarder {
  const pairs = new Map<Socket, ConnectionPair>();

  function pairOf(client: Socket): ConnectionPair {
    const pair = pairs.get(client) ?? new ConnectionPair(client);
    if (!pairs.has(client)) client.once('close', () => pairs.delete(client));
    pairs.set(client, pair);
    return pair;
  }

  function forward(request: IncomingMessage, response: ServerResponse, respond: Respond): void {
    const client = request.socket;
    const pair = pairOf(client);
    pair.begin(response);
    const upstream = httpRequest(target, {
      agent: pair.agent,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: requestHeaders(request),
      setHost: false,
    });
    upstream.once('socket', (socket) => pair.follow(socket));
    upstream.once('response', (answer) => {
      answer.once('error', () => client.resetAndDestroy());
      respond(answer, response);
    });
    upstream.once('error', () => client.resetAndDestroy());
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
    });
    request.pipe(upstream);
  }

  return {
    forward,
    close() {
      for (const pair of pairs.values()) pair.agent.destroy();
    },
  };
}
