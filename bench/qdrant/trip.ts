/** The steps of one trip to Qdrant, each alone over a bare connection: what the server says it took, and what the caller waited. */
import { Agent, request } from 'node:http';
import { QdrantClient } from '@qdrant/js-client-rest';
import { type BatchQuery, denseQuery, groupQuery, type SearchPlan } from '../../src/index/qdrant/search-requests.ts';
import { searchesText } from '../../src/index/qdrant/search-transport.ts';
import { median } from '../support/median.ts';
import { processorMs } from '../support/processor-time.ts';
import { type ReportTable, short } from '../support/report.ts';
import { CORPUS, type TwoStores } from './two-stores.ts';

/** What a match asks for at most: hits, and intents beside them. */
const HITS = 32;
const INTENTS = 7;
const WARM_UP = 50;
const CALLS = 400;

interface Answer {
  /** Milliseconds by the server's own clock; 0 where it does not say. */
  readonly server: number;
  readonly bytes: number;
}

function poster(base: string) {
  const agent = new Agent({ keepAlive: true });
  const send = async (path: string, body: string | undefined): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request(base + path, { agent, method: body === undefined ? 'GET' : 'POST', headers }, async (response) => {
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece as Buffer);
      const text = Buffer.concat(pieces).toString('utf8');
      resolve({ server: 1000 * ((JSON.parse(text) as { readonly time?: number }).time ?? 0), bytes: text.length });
    })
      .on('error', reject)
      .end(body);
    return promise;
  };
  return { send, close: () => agent.destroy() };
}

async function collectionOfCorpus(url: string): Promise<string> {
  const client = new QdrantClient({ url });
  const { collections } = await client.getCollections();
  return collections.find(({ name }) => name.includes(`.${CORPUS}.`))?.name ?? '';
}

/** Times the parts of a search of the corpus in Qdrant. */
export async function tripSteps(
  { qdrant, encoder, server }: TwoStores,
  utterances: readonly string[],
  plan: SearchPlan,
): Promise<ReportTable> {
  const { send, close } = poster(server.url);
  const version = await qdrant.versions.acquire(CORPUS, undefined);
  const path = `/collections/${encodeURIComponent(await collectionOfCorpus(server.url))}/points/query/batch`;
  const vectors = await Promise.all(utterances.slice(0, 200).map(async (text) => (await encoder.encode(text)).vector));
  const groupsOf = (call: number) => Array.from({ length: INTENTS }, (_, step) => (7 * call + 31 * step) % version.intents.length);
  const hits = (vector: Float32Array): BatchQuery => denseQuery({ vector, terms: [], k: HITS }, plan);
  const groups = (vector: Float32Array, call: number) =>
    groupsOf(call).map((group) => groupQuery({ vector, k: 1 }, { group, size: 0 }, plan));
  const steps: Readonly<Record<string, (vector: Float32Array, call: number) => Promise<Answer>>> = {
    'nothing (GET /)': () => send('/', undefined),
    [`${HITS} nearest`]: (vector) => send(path, searchesText([hits(vector)])),
    [`nearest of ${INTENTS} intents`]: (vector, call) => send(path, searchesText(groups(vector, call))),
    'both, as a match asks': (vector, call) => send(path, searchesText([hits(vector), ...groups(vector, call)])),
  };
  const rows: (readonly string[])[] = [];
  for (const [name, step] of Object.entries(steps)) {
    const waited: number[] = [];
    const told: number[] = [];
    const run = async (call: number): Promise<void> => {
      const start = performance.now();
      const answer = await step(vectors[call % vectors.length] ?? new Float32Array(), call);
      waited.push(performance.now() - start);
      told.push(answer.server);
    };
    for (let call = 0; call < WARM_UP; call += 1) await run(call);
    const before = [processorMs(server.pid), processorMs(process.pid)] as const;
    for (let call = 0; call < CALLS; call += 1) await run(call);
    const busy = [processorMs(server.pid) - before[0], processorMs(process.pid) - before[1]].map((ms) => short(ms / CALLS));
    rows.push([name, short(median(waited.slice(WARM_UP))), short(median(told.slice(WARM_UP))), ...busy]);
  }
  close();
  const heading = ['asked for', 'p50 ms', 'of these by the server, ms', 'processor of the server, ms', 'of the caller, ms'];
  return { title: 'One trip to Qdrant, in parts', heading, rows };
}
