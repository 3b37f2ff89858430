/** `faqmatch serve` on a real Qdrant, both as processes: absences, outages and two that start at once. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FaqError } from '../../src/errors.ts';
import { describeWithOwnQdrant } from '../support/describe-with-qdrant.ts';
import { type QdrantServer, startQdrant } from '../support/qdrant-server.ts';
import { eventually } from '../support/replica.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

// Each takes some ten seconds; processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const MATCH = 'faqmatch.v1.MatchService';
const ASKED = { corpus: 'delivery', utterance: 'track my parcel' } as const;

/** Loads corpus `delivery` as soon as the server takes it. */
async function reload(server: ServerProcess) {
  const { client } = server;
  await healthIs(server, 'faqmatch.v1.CorpusAdminService', 'serving');
  for await (const { event } of client.reload({ corpus: 'delivery', source: { path: 'delivery' } }))
    if (event?.$case === 'result') return event.value;
  throw new Error('The reload ended without a result.');
}

/** Until a service is healthy, or is not. */
function healthIs({ client }: ServerProcess, service: string, wanted: string): Promise<number> {
  return eventually(`${service} is ${wanted}`, async () => (await client.health(service)) === wanted, 20_000);
}

function failure(answer: Promise<unknown>): Promise<FaqError | undefined> {
  return answer.then(
    () => undefined,
    (error: FaqError) => error,
  );
}

/** Matches and lookups, one after another, until stopped. */
function startTraffic({ client }: ServerProcess) {
  const matches: (FaqError | undefined)[] = [];
  const lookups: (FaqError | undefined)[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      matches.push(await failure(client.match(ASKED)));
      lookups.push(await failure(client.getEntry({ corpus: 'delivery', entryId: 'track' })));
    }
  })();
  return {
    matches,
    lookups,
    async stop() {
      stopped = true;
      await running;
    },
  };
}

describeWithOwnQdrant('a server process on Qdrant', () => {
  let qdrant: QdrantServer;
  let environment: Readonly<Record<string, string>>;
  beforeEach(async () => {
    qdrant = await startQdrant();
    environment = { FAQMATCH_INDEX: 'qdrant', QDRANT_URL: qdrant.url };
  });
  afterEach(() => qdrant.dispose());

  test('Qdrant absent at the start: the process stays up and says why, and SIGTERM ends it', async () => {
    await qdrant.kill();
    await using server = await startServerProcess({ environment });
    expect(await server.client.health(MATCH)).toBe('not_serving');
    await eventually('the reason is known', async () => (await server.ready()).reasons.includes('Qdrant cannot be reached'));
    expect((await server.ready()).status).toBe(503);
    expect(await failure(server.client.match(ASKED))).toMatchObject({ code: 'unavailable' });
    expect(await server.stop()).toBe(0);
  });

  test('Qdrant that comes up later is served from without a restart', async () => {
    await qdrant.kill();
    await using server = await startServerProcess({ environment });
    expect(await server.client.health(MATCH)).toBe('not_serving');
    await qdrant.restart();
    // The result says how the version is searched.
    expect(await reload(server)).toMatchObject({ activated: true, encoded: 11, searchMethod: 'exact', recallAt10: 1 });
    await healthIs(server, MATCH, 'serving');
    expect((await server.ready()).status).toBe(200);
    expect((await server.client.match(ASKED)).candidates[0]).toMatchObject({ intent: 'track' });
    expect(await server.stop()).toBe(0);
  });

  test('Qdrant killed in mid-traffic: matches are refused with a time to wait, lookups go on, and all is well again without a restart', async () => {
    await using server = await startServerProcess({ environment });
    await reload(server);
    await healthIs(server, MATCH, 'serving');
    const traffic = startTraffic(server);
    await eventually('matches are answered', () => traffic.matches.length > 5);
    await qdrant.kill();
    await healthIs(server, MATCH, 'not_serving');
    expect((await server.ready()).reasons).toContain('Qdrant cannot be reached');
    const before = traffic.matches.length;
    await eventually('matches are refused', () => traffic.matches.length > before + 5);
    await qdrant.restart();
    await healthIs(server, MATCH, 'serving');
    const back = traffic.matches.length;
    await eventually('matches are answered again', () => traffic.matches.length > back + 10);
    await traffic.stop();
    const refused = traffic.matches.filter((error) => error !== undefined);
    expect(refused.length).toBeGreaterThan(5);
    for (const error of refused) expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
    expect(traffic.matches.slice(back + 1).filter((error) => error !== undefined)).toEqual([]);
    expect(traffic.lookups.filter((error) => error !== undefined)).toEqual([]);
    expect(server.log.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['the store is out of reach', 'the store is in reach again']));
  });

  test('served from memory, no match fails while Qdrant is away, and health stays up', async () => {
    await using server = await startServerProcess({ environment: { ...environment, FAQMATCH_QDRANT_SERVE_FROM_MEMORY: 'true' } });
    await reload(server);
    await healthIs(server, MATCH, 'serving');
    const answer = await server.client.match(ASKED);
    const traffic = startTraffic(server);
    await eventually('matches are answered', () => traffic.matches.length > 20);
    await qdrant.kill();
    await eventually('the outage is known', () => server.log.some(({ msg }) => msg === 'the store is out of reach'));
    expect(await server.client.health(MATCH)).toBe('serving');
    expect((await server.ready()).status).toBe(200);
    expect(await server.client.health('faqmatch.v1.CorpusAdminService')).toBe('not_serving');
    const away = await server.client.match(ASKED);
    expect(away).toMatchObject({ decision: answer.decision, versions: answer.versions });
    expect(away.candidates[0]?.confidence).toBeCloseTo(answer.candidates[0]?.confidence ?? Number.NaN, 5);
    await qdrant.restart();
    await healthIs(server, 'faqmatch.v1.CorpusAdminService', 'serving');
    await traffic.stop();
    expect([...traffic.matches, ...traffic.lookups].filter((error) => error !== undefined)).toEqual([]);
  });

  test('two that load the demo on an empty Qdrant at once both come up, encode every text once between them, and answer the same', async () => {
    const start = () => startServerProcess({ environment, flags: ['--demo'] });
    await using stack = new AsyncDisposableStack();
    // Settled, so that one that does not come up leaves no other behind.
    const started = await Promise.allSettled([start(), start()]);
    const servers = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [stack.use(outcome.value)] : []));
    expect(started.filter(({ status }) => status === 'rejected')).toEqual([]);
    for (const server of servers) {
      const answers = async (): Promise<boolean> => (await failure(server.client.match({ ...ASKED, corpus: 'shop' }))) === undefined;
      await eventually('the demo is answered', answers, 20_000);
      await eventually('it says that it serves', () => server.out.some((line) => line.includes('serves gRPC')));
    }
    const loads = servers.flatMap(({ log }) => log.filter(({ msg }) => msg === 'demo corpus is active'));
    expect(loads.reduce((sum, { encoded }) => sum + Number(encoded), 0)).toBe(11);
    const [one, other] = await Promise.all(servers.map(({ client }) => client.match({ ...ASKED, corpus: 'shop' })));
    expect(one).toMatchObject({ decision: other?.decision, versions: other?.versions, candidates: other?.candidates });
    expect(await Promise.all(servers.map((server) => server.stop()))).toEqual([0, 0]);
  });
});
