/** Passing an HTTP exchange on unchanged: streamed both ways, over one upstream connection per client connection, which live and die together. */
import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
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

/** `target` is an http address without a path. What the server does to a connection, the client's connection sees too. */
export function createForwarder(target: URL): Forwarder {
  const agents = new Map<Socket, Agent>();

  /** The client's connection gets a server connection of its own: a pooled one could be closed under a request that had no part in it. */
  function agentOf(client: Socket): Agent {
    const known = agents.get(client);
    if (known !== undefined) return known;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.set(client, agent);
    client.once('close', () => {
      agents.delete(client);
      agent.destroy();
    });
    return agent;
  }

  function forward(request: IncomingMessage, response: ServerResponse, respond: Respond): void {
    const client = request.socket;
    const upstream = httpRequest(target, {
      agent: agentOf(client),
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      // Node takes names and values in turn here; its types know the record only.
      headers: requestHeaders(request) as unknown as OutgoingHttpHeaders,
      setHost: false,
    });
    upstream.once('socket', (socket) => {
      if (socket.listenerCount('close', closeClient) === 0) socket.once('close', closeClient);
    });
    function closeClient(): void {
      client.destroySoon();
    }
    upstream.once('response', (answer) => {
      answer.once('error', () => client.resetAndDestroy());
      respond(answer, response);
    });
    upstream.once('error', () => client.resetAndDestroy());
    response.once('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  return {
    forward,
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}
