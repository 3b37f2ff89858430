/** A proxy in front of an HTTP server for what a sound server will not do on demand. It forwards faithfully until it is told otherwise, and again when healed. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createForwarder, type Forwarder, type Respond, respondFaithfully, writeHead } from './faithful-forwarding.ts';

/** What a request is known by. */
export interface ProxiedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** What goes wrong with a request that reached the proxy. */
export type RequestFault = (
  | /** Taken and never answered, even after healing. The server never sees it. */ { readonly kind: 'hang' }
  | /** The server's answer, `ms` later. */ { readonly kind: 'delay'; readonly ms: number }
  | /** The server does what it was asked; its answer breaks off after `afterBytes` of the body, before the headers where it is undefined. */ {
      readonly kind: 'reset';
      readonly afterBytes?: number;
    }
  | /** Answered by the proxy; the server never sees it. */ { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
) & {
  /** Which requests; all where undefined. */
  readonly when?: (request: ProxiedRequest) => boolean;
  /** How many of them, the first ones; all where undefined. */
  readonly times?: number;
};

export interface FaultProxy extends AsyncDisposable {
  /** Stays the same through every fault. */
  readonly url: string;
  /** Requests that reached the proxy, in order. */
  readonly requests: readonly ProxiedRequest[];
  /** Replaces all faults; the first that fits a request is the one that befalls it. Open connections stay. */
  inject(...faults: readonly RequestFault[]): Promise<void>;
  /** Nobody listens: new connections are refused and open ones are reset. */
  refuse(): Promise<void>;
  /** No faults. */
  heal(): Promise<void>;
  dispose(): Promise<void>;
}

/** Sends the first `bytes` of the body and resets the connection. */
function breakOff(bytes: number | undefined): Respond {
  return (upstream, response) => {
    const client = response.socket;
    if (bytes === undefined) {
      client?.resetAndDestroy();
      return;
    }
    writeHead(upstream, response);
    let left = bytes;
    const reset = (): void => void setImmediate(() => client?.resetAndDestroy());
    upstream.on('data', (chunk: Buffer) => {
      if (left > 0) response.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) reset();
    });
    upstream.once('end', reset);
  };
}

function answerWith(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

/** The faults in force, and how often each has struck. */
class Faults {
  #faults: readonly RequestFault[] = [];
  readonly #struck = new Map<RequestFault, number>();

  set(faults: readonly RequestFault[]): void {
    this.#faults = faults;
    this.#struck.clear();
  }

  /** The fault for this request, counted. */
  take(request: ProxiedRequest): RequestFault | undefined {
    const fits = (fault: RequestFault): boolean =>
      (this.#struck.get(fault) ?? 0) < (fault.times ?? Number.POSITIVE_INFINITY) && (fault.when?.(request) ?? true);
    const fault = this.#faults.find(fits);
    if (fault !== undefined) this.#struck.set(fault, (this.#struck.get(fault) ?? 0) + 1);
    return fault;
  }
}

function befall(fault: RequestFault, exchange: { request: IncomingMessage; response: ServerResponse; forwarder: Forwarder }): void {
  const { request, response, forwarder } = exchange;
  if (fault.kind === 'hang') {
    request.resume();
  } else if (fault.kind === 'answer') {
    request.resume().once('end', () => answerWith(response, fault.status, fault.body));
  } else if (fault.kind === 'reset') {
    forwarder.forward(request, response, breakOff(fault.afterBytes));
  } else {
    forwarder.forward(request, response, (upstream) => {
      const timer = setTimeout(() => respondFaithfully(upstream, response), fault.ms);
      response.once('close', () => clearTimeout(timer));
    });
  }
}

/** A server that leaves every time limit to the ends. */
function createPatientServer(listener: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, listener);
  server.on('clientError', (_, socket) => void socket.destroy());
  return server;
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a port has an address of this form.
  return (server.address() as AddressInfo).port;
}

/** Starts one on a free loopback port before `target`, an http address. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const forwarder = createForwarder(new URL(target));
  const faults = new Faults();
  const requests: ProxiedRequest[] = [];
  const connections = new Set<Socket>();
  const server = createPatientServer((request, response) => {
    const proxied = { method: request.method ?? '', path: request.url ?? '' };
    requests.push(proxied);
    const fault = faults.take(proxied);
    if (fault === undefined) forwarder.forward(request, response, respondFaithfully);
    else befall(fault, { request, response, forwarder });
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const port = await listen(server, 0);

  async function refuse(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of connections) socket.resetAndDestroy();
    await closed;
  }
  async function inject(...next: readonly RequestFault[]): Promise<void> {
    faults.set(next);
    if (!server.listening) await listen(server, port);
  }
  async function dispose(): Promise<void> {
    await refuse();
    forwarder.close();
  }
  return { url: `http://127.0.0.1:${port}`, requests, inject, refuse, heal: () => inject(), dispose, [Symbol.asyncDispose]: dispose };
}
