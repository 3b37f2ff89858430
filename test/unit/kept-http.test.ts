import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AnswerTooLong, type KeptHttp, openKeptHttp } from '../../src/kept-http.ts';

let server: Server;
let http: KeptHttp;
const ports = new Set<number | undefined>();

/** Says what it was asked; `/long` answers with 2,000 bytes, `/never` with none. */
beforeEach(async () => {
  ports.clear();
  server = createServer((request, response) => {
    ports.add(request.socket.remotePort);
    if (request.url === '/never') return;
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method, url, headers } = request;
      const asked = { method, url, key: headers['x-key'], type: headers['content-type'], body: Buffer.concat(pieces).toString() };
      response.writeHead(url === '/refused' ? 418 : 200).end(url === '/long' ? 'x'.repeat(2_000) : JSON.stringify(asked));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  http = openKeptHttp(`http://127.0.0.1:${port}`, { headers: { 'x-key': 'k' }, maxSockets: 1, maxBytes: 1_000 });
});

afterEach(() => {
  http.close();
  server.closeAllConnections();
  server.close();
});

test('posts what it is given with the headers of every call, and gets where there is nothing to post', async () => {
  const { signal } = new AbortController();
  const posted = await http.call('/a', '{"text":"naïve"}', signal);
  expect({ status: posted.status, asked: JSON.parse(posted.text) }).toEqual({
    status: 200,
    asked: { method: 'POST', url: '/a', key: 'k', type: 'application/json', body: '{"text":"naïve"}' },
  });
  const got = await http.call('/refused', undefined, signal);
  expect({ status: got.status, asked: JSON.parse(got.text) }).toEqual({
    status: 418,
    asked: { method: 'GET', url: '/refused', key: 'k', body: '' },
  });
  expect(ports.size).toBe(1);
});

test('reads no answer beyond its bound, and goes on with the next call', async () => {
  const { signal } = new AbortController();
  await expect(http.call('/long', undefined, signal)).rejects.toThrow(AnswerTooLong);
  expect((await http.call('/b', undefined, signal)).status).toBe(200);
});

test('a call ends with its signal', async () => {
  await expect(http.call('/never', '{}', AbortSignal.timeout(30))).rejects.toThrow(/abort/u);
});
