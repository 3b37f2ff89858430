/** TLS and keys on the way to Qdrant, as a server process sees them. */
import { expect, type TestContext, test, vi } from 'vitest';
import { checkQdrant } from '../../src/cli/doctor-qdrant.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { describeWithOwnQdrant } from '../support/describe-with-qdrant.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { type QdrantServer, startQdrant } from '../support/qdrant-server.ts';
import { eventually } from '../support/replica.ts';
import { whyNoCertificate } from '../support/self-signed-certificate.ts';
import { startServerProcess } from '../support/server-process.ts';

// Processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

function doctor(urls: string, apiKey?: string) {
  const flags = { index: 'qdrant', qdrantUrl: urls, qdrantTimeoutMs: '2000', ...(apiKey === undefined ? {} : { qdrantApiKey: apiKey }) };
  return checkQdrant(loadConfig({ flags, environment: {} }).config);
}

describeWithOwnQdrant('Qdrant behind TLS and a key', () => {
  function startTls(context: TestContext): Promise<QdrantServer> {
    const reason = whyNoCertificate();
    return reason === undefined ? startQdrant({ tls: true, apiKey: 'secret' }) : context.skip(reason);
  }
  const environmentOf = ({ url }: QdrantServer) => ({ FAQMATCH_INDEX: 'qdrant', QDRANT_URL: url, QDRANT_API_KEY: 'secret' });

  test('a server that trusts the certificate loads a corpus and matches', async (context) => {
    await using qdrant = await startTls(context);
    await using server = await startServerProcess({
      environment: { ...environmentOf(qdrant), NODE_EXTRA_CA_CERTS: qdrant.caPath ?? '' },
    });
    await eventually('admins are served', async () => (await server.client.health('faqmatch.v1.CorpusAdminService')) === 'serving');
    for await (const _ of server.client.reload({ corpus: 'delivery', source: { path: 'delivery' } }));
    const { candidates } = await server.client.match({ corpus: 'delivery', utterance: 'track my parcel' });
    expect(candidates[0]?.intent).toBe('track');
    expect(await server.stop()).toBe(0);
  });

  test('a server that does not trust it says so in its log and at /readyz, and what to do', async (context) => {
    await using qdrant = await startTls(context);
    const environment = environmentOf(qdrant);
    await using server = await startServerProcess({ environment });
    const words = 'its certificate is signed by nobody this process trusts. Set NODE_EXTRA_CA_CERTS';
    await eventually('readyz says so', async () => (await server.ready()).reasons.includes(words));
    await eventually('the log says so', () => server.log.some(({ problem }) => String(problem).includes(words)));
    expect(await server.client.health('faqmatch.v1.MatchService')).toBe('not_serving');
    expect(await doctor(qdrant.url, 'secret')).toMatchObject([{ state: 'fail', detail: expect.stringContaining(words) }]);
  });
});

describeWithOwnQdrant('doctor on Qdrant', () => {
  test('finds version, key and collections in order, node by node, and says what is wrong with the others', async () => {
    await using qdrant = await startQdrant({ apiKey: 'secret' });
    expect(await doctor(qdrant.url, 'secret')).toMatchObject([
      { name: 'qdrant', state: 'ok', detail: expect.stringMatching(/^\d+\.\d+\.\d+ at http:\/\/127\.0\.0\.1:\d+, 0 collections/u) },
    ]);
    expect(await doctor(`${qdrant.url},http://127.0.0.1:1`, 'secret')).toMatchObject([
      { state: 'ok' },
      { state: 'fail', detail: expect.stringContaining('cannot be reached'), next: expect.stringContaining('QDRANT_URL') },
    ]);
    expect(await doctor(qdrant.url, 'wrong')).toMatchObject([{ state: 'fail', next: expect.stringContaining('QDRANT_API_KEY') }]);
    expect(await doctor(qdrant.url.replace('http:', 'https:'), 'secret')).toMatchObject([
      { state: 'fail', detail: expect.stringContaining('does not speak TLS') },
    ]);
  });

  test('finds an older server too old', async () => {
    await using qdrant = await startQdrant();
    await using proxy = await startFaultProxy(qdrant.url);
    await proxy.inject({ kind: 'answer', status: 200, body: { title: 'qdrant', version: '1.15.5' }, when: ({ path }) => path === '/' });
    expect(await doctor(proxy.url)).toMatchObject([{ state: 'fail', detail: expect.stringContaining('found Qdrant 1.15.5') }]);
  });
});

test('doctor asks nothing of Qdrant where the index is embedded', async () => {
  expect(await checkQdrant(loadConfig({ flags: {}, environment: {} }).config)).toEqual([]);
});
