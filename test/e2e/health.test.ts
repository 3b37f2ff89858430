import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, loadPackageDefinition, Metadata, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { describe, expect, it } from 'vitest';
import type { Match } from '../../src/answering/match-answer.ts';
import type { MatchResponse, MatchStreamResponse } from '../../src/generated/faqmatch/v1/match.ts';
import { DELIVERY, faqFile } from '../support/faq-source.ts';
import { ask, matchRequest, readAll, refusalOf, type Served, serveReal, until } from '../support/served.ts';

const SERVICES = [
  '',
  'faqmatch.v1.InfoService',
  'faqmatch.v1.CorpusAdminService',
  'faqmatch.v1.MatchService',
  'faqmatch.v1.FaqService',
  'faqmatch.v1.FeedbackService',
] as const;

/** A grpc.health.v1 client made from its proto, as any orchestrator would have. */
function healthClient(address: string) {
  const loaded = loadPackageDefinition(loadSync(protoPath, { enums: String }));
  // biome-ignore lint/suspicious/noExplicitAny: the shape comes from a proto at run time
  const Health = (loaded as any).grpc.health.v1.Health;
  return new Health(address, credentials.createInsecure());
}

async function health(address: string): Promise<readonly string[]> {
  const client = healthClient(address);
  const answers = SERVICES.map(
    (service) =>
      new Promise<string>((resolve) => {
        client.check({ service }, (error: { code: number } | null, answer: { status: string }) =>
          resolve(error === null ? answer.status : `error ${error.code}`),
        );
      }),
  );
  const found = await Promise.all(answers);
  client.close();
  return found.map((state) => (state === 'SERVING' ? 'yes' : state === 'NOT_SERVING' ? 'no' : state));
}

async function http(served: Served, path: string): Promise<{ readonly code: number; readonly body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${served.server.httpPort}${path}`);
  return { code: response.status, body: await response.json() };
}

/** Holds every match until let go. */
function gatedMatch() {
  const gate = Promise.withResolvers<void>();
  const wrapMatch =
    (match: Match): Match =>
    async (call) => {
      await Promise.race([
        gate.promise,
        new Promise((_resolve, reject) => call.signal?.addEventListener('abort', () => reject(call.signal?.reason))),
      ]);
      return match(call);
    };
  return { wrapMatch, letGo: () => gate.resolve() };
}

const match = (served: Served) => ask(served.match, served.match.match, matchRequest());

describe('health', () => {
  it('serves nothing while stored versions are opened: calls get UNAVAILABLE, then all comes up', async () => {
    const restored = Promise.withResolvers<void>();
    await using served = await serveReal({ restored: restored.promise });
    expect(await health(served.address)).toEqual(['no', 'no', 'no', 'no', 'no', 'no']);
    expect(await http(served, '/livez')).toEqual({ code: 200, body: { alive: true } });
    expect(await http(served, '/readyz')).toEqual({
      code: 503,
      body: { ready: false, reasons: ['The stored versions are being opened.'] },
    });
    const refusal = await refusalOf(match(served));
    expect(refusal).toMatchObject({ code: status.UNAVAILABLE, reason: 'STARTING' });
    expect(refusal.retryAfterMs).toBeGreaterThan(0);
    restored.resolve();
    await until(() => served.log.length >= 0);
    expect((await match(served)).matchId).not.toBe('');
    expect(await health(served.address)).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', 'no']);
    expect(await http(served, '/readyz')).toEqual({ code: 200, body: { ready: true, reasons: [] } });
  });

  it('stays down when the stored versions cannot be opened, logs why, and goes on living', async () => {
    const failed = Promise.reject(new Error('disk is on fire'));
    failed.catch(() => undefined);
    await using served = await serveReal({ restored: failed });
    await sleep(1);
    expect(await health(served.address)).toEqual(['no', 'no', 'no', 'no', 'no', 'no']);
    const { code, body } = await http(served, '/readyz');
    expect(code).toBe(503);
    expect(JSON.stringify(body)).not.toContain('fire');
    expect(JSON.stringify(served.log)).toContain('disk is on fire');
    expect((await http(served, '/livez')).code).toBe(200);
  });

  it('lets admins load the first corpus into an empty server, and chatbots in after it', async () => {
    await using served = await serveReal({ entries: null });
    expect(await health(served.address)).toEqual(['yes', 'yes', 'yes', 'no', 'no', 'no']);
    expect((await http(served, '/readyz')).code).toBe(503);
    const data = Buffer.from(faqFile(DELIVERY)[0]?.data ?? []);
    await readAll(
      served.admin.reloadCorpus({
        corpus: 'delivery',
        source: { $case: 'inline', value: { format: 'json', data, files: [] } },
        stageOnly: false,
        force: false,
      }),
    );
    expect(await health(served.address)).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', 'no']);
    expect((await http(served, '/readyz')).code).toBe(200);
  });

  it('tells watchers of each change, once', async () => {
    await using served = await serveReal({ entries: null });
    const client = healthClient(served.address);
    const seen: string[] = [];
    const watch = client.watch({ service: 'faqmatch.v1.MatchService' });
    watch.on('data', (answer: { status: string }) => seen.push(answer.status));
    watch.on('error', () => undefined);
    await until(() => seen.length === 1);
    await served.versions.reload('delivery', faqFile(DELIVERY));
    await served.versions.reload('delivery', faqFile(DELIVERY.slice(1)));
    await until(() => seen.length === 2);
    await served.server.drain();
    expect(seen).toEqual(['NOT_SERVING', 'SERVING', 'NOT_SERVING']);
    client.close();
  });

  it('says NOT_FOUND of services it does not know, and 404 of paths', async () => {
    await using served = await serveReal();
    const client = healthClient(served.address);
    const code = await new Promise((resolve) => client.check({ service: 'nope' }, (error: { code: number }) => resolve(error.code)));
    expect(code).toBe(status.NOT_FOUND);
    client.close();
    expect((await http(served, '/etc/passwd')).code).toBe(404);
    const { headers } = await fetch(`http://127.0.0.1:${served.server.httpPort}/livez`);
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('draining', () => {
  it('finishes what runs, refuses what comes, turns health off first, then closes', async () => {
    const { wrapMatch, letGo } = gatedMatch();
    // It ends when nothing runs any more, however long it might take.
    await using served = await serveReal({ wrapMatch, options: { drainMs: 3_600_000 } });
    const running = match(served);
    await until(() => served.server.running === 1);
    const drained = served.server.drain();
    expect(await health(served.address)).toEqual(['no', 'no', 'no', 'no', 'no', 'no']);
    expect(await http(served, '/readyz')).toMatchObject({ code: 503, body: { reasons: ['The server is shutting down.'] } });
    expect(await refusalOf(match(served))).toMatchObject({ code: status.UNAVAILABLE, reason: 'DRAINING' });
    letGo();
    expect((await running).matchId).not.toBe('');
    await drained;
    await expect(http(served, '/livez')).rejects.toThrow();
  });

  it('ends what takes longer than drainMs with UNAVAILABLE, and tells its work', async () => {
    const { wrapMatch } = gatedMatch();
    await using served = await serveReal({ wrapMatch, options: { drainMs: 100 } });
    const running = match(served);
    await until(() => served.server.running === 1);
    const began = performance.now();
    const refused = refusalOf(running);
    await served.server.drain();
    expect((await refused).code).toBe(status.UNAVAILABLE);
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  it('ends an idle stream at once, and a busy one after its last answer', async () => {
    const { wrapMatch, letGo } = gatedMatch();
    await using served = await serveReal({ wrapMatch });
    const idle = served.match.matchStream();
    const idleEnd = new Promise<number>((resolve) => idle.on('error', ({ code }: Error & { code: number }) => resolve(code)).resume());
    const busy = served.match.matchStream();
    const answers: MatchStreamResponse[] = [];
    const busyEnd = new Promise<number>((resolve) => busy.on('error', ({ code }: Error & { code: number }) => resolve(code)));
    busy.on('data', (answer) => answers.push(answer));
    busy.write({ requestId: 'one', request: matchRequest() });
    await until(() => served.server.running === 2);
    await sleep(50);
    const drained = served.server.drain();
    expect(await idleEnd).toBe(status.UNAVAILABLE);
    expect(answers).toHaveLength(0);
    letGo();
    expect(await busyEnd).toBe(status.UNAVAILABLE);
    expect(answers.map(({ requestId, outcome }) => [requestId, outcome?.$case])).toEqual([['one', 'response']]);
    await drained;
  });

  it('is over at once where nothing runs, may be asked for twice, and followed by close', async () => {
    const served = await serveReal({ options: { drainMs: 3_600_000 } });
    await Promise.all([served.server.drain(), served.server.drain()]);
    await served.server.close();
    await served[Symbol.asyncDispose]();
  });
});

describe('listening', () => {
  it('refuses a port in use with words, for gRPC and for HTTP, and leaves nothing open', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const found = other.address();
    const taken = `127.0.0.1:${typeof found === 'object' ? found?.port : ''}`;
    for (const options of [{ grpcAddress: taken }, { httpAddress: taken }]) {
      await expect(serveReal({ entries: null, options })).rejects.toMatchObject({
        code: 'failed_precondition',
        reason: 'ADDRESS_IN_USE',
        message: expect.stringContaining(taken),
      });
    }
    other.close();
  });

  it('listens on a unix socket too', async () => {
    const socket = `unix:/tmp/faqmatch-test-${process.pid}.sock`;
    await using served = await serveReal({ options: { grpcAddress: socket } });
    expect(served.server.grpcPort).toBe(0);
    expect(await health(socket)).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', 'no']);
  });

  it('listens on the unix socket of a server that was killed, and leaves one that somebody listens on', async () => {
    const path = `/tmp/faqmatch-test-left-${process.pid}.sock`;
    const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', program]);
    expect(existsSync(path)).toBe(true);
    const options = { grpcAddress: `unix:${path}` };
    await using served = await serveReal({ options });
    await expect(serveReal({ entries: null, options })).rejects.toMatchObject({ reason: 'ADDRESS_IN_USE' });
    expect((await health(options.grpcAddress))[0]).toBe('yes');
    expect(served.server.grpcPort).toBe(0);
  });

  it('removes no other file for a socket', async () => {
    const path = `/tmp/faqmatch-test-file-${process.pid}`;
    writeFileSync(path, 'kept');
    await expect(serveReal({ entries: null, options: { grpcAddress: `unix:${path}` } })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect(readFileSync(path, 'utf8')).toBe('kept');
    unlinkSync(path);
  });

  it('answers a call without deadline and one with metadata alike', async () => {
    await using served = await serveReal();
    const metadata = new Metadata();
    metadata.set('x-request-id', 'abc');
    const answer = await new Promise<MatchResponse>((resolve, reject) => {
      served.match.match(matchRequest(), metadata, (error, response) => (error === null ? resolve(response) : reject(error)));
    });
    expect(answer.matchId).not.toBe('');
  });
});
