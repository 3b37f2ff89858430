import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';

const BIG = 'x'.repeat(300_000);

/** A small server: echoes, streams slowly, says much, or hangs up in mid-answer. */
const answer: RequestListener = (request, response) => {
  if (request.url === '/echo') {
    response.writeHead(200, { 'x-seen': `${request.method} ${request.headers['x-mine'] ?? ''} ${request.headers.host ?? ''}` });
    request.pipe(response);
  } else if (request.url === '/slow') {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('first');
    setTimeout(() => response.end('second'), 150);
  } else if (request.url === '/close') {
    response.writeHead(200, { connection: 'close' }).end(BIG);
  } else if (request.url === '/hang-up') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('some');
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  } else {
    response.writeHead(request.url === '/missing' ? 404 : 200, { 'content-length': BIG.length }).end(BIG);
  }
};

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
  /** The client's own port: the same for calls on one connection. */
  readonly port: number;
}

interface Call {
  readonly method?: string;
  readonly body?: string;
  readonly agent?: Agent;
  readonly onData?: (chunk: string) => void;
  readonly signal?: AbortSignal;
}

async function call(url: string, { method = 'GET', body, agent, onData, signal = AbortSignal.timeout(5000) }: Call = {}): Promise<Answer> {
  const request = httpRequest(url, { method, agent: agent ?? false, headers: { 'x-mine': 'yes' }, signal });
  request.end(body);
  const [response]: [IncomingMessage] = (await once(request, 'response')) as [IncomingMessage];
  const port = response.socket.localPort ?? 0;
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    onData?.(chunk);
  }
  return { status: response.statusCode ?? 0, text, headers: response.headers, port };
}

let server: Server;
let target: string;
let served = 0;
/** Ports that requests came from, as the server saw them. */
let clientPorts: number[] = [];
let proxy: FaultProxy;

beforeAll(async () => {
  server = createServer((request, response) => {
    served += 1;
    clientPorts.push(request.socket.remotePort ?? 0);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  served = 0;
  clientPorts = [];
  proxy = await startFaultProxy(target);
});

afterEach(() => proxy.dispose());

describe('a healthy proxy', () => {
  test('passes on method, headers and body of a request, and status, headers and body of the answer', async () => {
    const echoed = await call(`${proxy.url}/echo`, { method: 'PUT', body: BIG });
    expect(echoed.text).toBe(BIG);
    expect(echoed.headers['x-seen']).toBe(`PUT yes ${new URL(proxy.url).host}`);
    const missing = await call(`${proxy.url}/missing?a=b`);
    expect(missing.status).toBe(200);
    expect((await call(`${proxy.url}/missing`)).status).toBe(404);
    expect(proxy.requests).toEqual([
      { method: 'PUT', path: '/echo' },
      { method: 'GET', path: '/missing?a=b' },
      { method: 'GET', path: '/missing' },
    ]);
  });

  test('passes on a request without a body as it came', async () => {
    expect((await call(`${proxy.url}/echo`, { method: 'DELETE' })).text).toBe('');
    expect((await call(`${proxy.url}/echo`, { method: 'POST', body: '' })).text).toBe('');
  });

  test('streams: the first part arrives before the last is sent', async () => {
    const parts: string[] = [];
    const { text } = await call(`${proxy.url}/slow`, { onData: (chunk) => parts.push(chunk) });
    expect(parts).toEqual(['first', 'second']);
    expect(text).toBe('firstsecond');
  });

  test('keeps connections alive, for many requests, on both of its sides', async () => {
    const warnings: Error[] = [];
    process.on('warning', (warning) => warnings.push(warning));
    using agent = disposableAgent();
    const ports = new Set<number>();
    for (let round = 0; round < 30; round += 1) ports.add((await call(`${proxy.url}/echo`, agent)).port);
    expect(ports.size).toBe(1);
    expect(new Set(clientPorts).size).toBe(1);
    expect(warnings).toEqual([]);
  });

  test('closes a connection that the server closes, after the last byte', async () => {
    using agent = disposableAgent();
    const first = await call(`${proxy.url}/close`, agent);
    expect(first.text).toBe(BIG);
    expect(first.headers.connection).toBe('close');
    expect((await call(`${proxy.url}/echo`, agent)).port).not.toBe(first.port);
  });

  test('carries on when a client gives up in the middle', async () => {
    const gone = new AbortController();
    const left = call(`${proxy.url}/slow`, { onData: () => gone.abort(), signal: gone.signal });
    await expect(left).rejects.toThrow(/abort/u);
    expect((await call(`${proxy.url}/echo`)).status).toBe(200);
  });

  test('shows the client a connection that the server breaks', async () => {
    await expect(call(`${proxy.url}/hang-up`)).rejects.toThrow(/aborted|ECONNRESET/u);
  });

  test('resets when the server behind it is gone', async () => {
    await using orphan = await startFaultProxy('http://127.0.0.1:1');
    await expect(call(`${orphan.url}/echo`)).rejects.toThrow(/ECONNRESET|hang up/u);
  });
});

describe('a proxy told to', () => {
  test('refuse: refuses new connections, resets open ones, and serves at the same address once healed', async () => {
    const open = call(`${proxy.url}/slow`);
    const broken = expect(open).rejects.toThrow(/aborted|ECONNRESET|hang up/u);
    await sleep(50);
    await proxy.refuse();
    await broken;
    await expect(call(`${proxy.url}/echo`)).rejects.toThrow(/ECONNREFUSED/u);
    await proxy.heal();
    expect((await call(`${proxy.url}/echo`)).status).toBe(200);
  });

  test('hang: takes a request and never answers, while others are answered', async () => {
    await proxy.inject({ kind: 'hang', when: ({ path }) => path === '/echo' });
    let answered = false;
    const hung = call(`${proxy.url}/echo`).then(
      () => {
        answered = true;
      },
      () => undefined,
    );
    expect((await call(`${proxy.url}/big`)).text).toBe(BIG);
    await proxy.heal();
    expect((await call(`${proxy.url}/echo`)).status).toBe(200);
    await proxy.dispose();
    await hung;
    expect(answered).toBe(false);
    expect(served).toBe(2);
  });

  test('delay: answers what the server said, that much later', async () => {
    await proxy.inject({ kind: 'delay', ms: 120 });
    const startedAt = performance.now();
    expect((await call(`${proxy.url}/big`)).text).toBe(BIG);
    // Timers may fire a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThan(118);
  });

  test('reset: the server is asked, and its answer is lost or breaks off in the middle', async () => {
    await proxy.inject({ kind: 'reset' });
    await expect(call(`${proxy.url}/big`)).rejects.toThrow(/ECONNRESET|hang up/u);
    await proxy.inject({ kind: 'reset', afterBytes: 1000 });
    let received = '';
    const cut = call(`${proxy.url}/big`, {
      onData: (chunk) => {
        received += chunk;
      },
    });
    await expect(cut).rejects.toThrow(/aborted|ECONNRESET/u);
    expect(received.length).toBeLessThanOrEqual(1000);
    expect(served).toBe(2);
  });

  test('answer: gives its own status and body, as often as it is told, without asking the server', async () => {
    const body = { status: { error: 'disk is full' } };
    await proxy.inject({ kind: 'answer', status: 507, body, when: ({ method }) => method === 'PUT', times: 2 });
    expect((await call(`${proxy.url}/echo`)).status).toBe(200);
    for (let time = 0; time < 2; time += 1) {
      const refused = await call(`${proxy.url}/echo`, { method: 'PUT', body: BIG });
      expect(refused.status).toBe(507);
      expect(JSON.parse(refused.text)).toEqual(body);
    }
    expect((await call(`${proxy.url}/echo`, { method: 'PUT', body: 'x' })).text).toBe('x');
    expect(served).toBe(2);
  });

  test('several things at once: the first fault that fits a request befalls it', async () => {
    await proxy.inject({ kind: 'answer', status: 503, body: 'first', times: 1 }, { kind: 'answer', status: 429, body: 'then' });
    expect([(await call(`${proxy.url}/echo`)).status, (await call(`${proxy.url}/echo`)).status]).toEqual([503, 429]);
  });
});

function disposableAgent(): Disposable & { readonly agent: Agent } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return { agent, [Symbol.dispose]: () => agent.destroy() };
}
