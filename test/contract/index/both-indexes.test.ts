/**
 * The same corpora in the embedded store and in Qdrant, through the shipped encoder: every answer must be the same. Versions are built once and
 * copied, so that only the index differs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Match, MatchAnswer, MatchCall } from '../../../src/answering/match-answer.ts';
import { DEMO_CORPORA } from '../../../src/cli/demo.ts';
import { createMatch } from '../../../src/composition.ts';
import { readSource } from '../../../src/corpus/read-source.ts';
import { DEFAULT_MODEL } from '../../../src/encoder/defaults.ts';
import type { Encoder, Encoding } from '../../../src/encoder/encoder.ts';
import { loadModel } from '../../../src/encoder/model-source.ts';
import { createEncoder, type OnnxEncoder } from '../../../src/encoder/onnx-encoder.ts';
import type { VersionStore } from '../../../src/index/contract.ts';
import { openEmbeddedStore } from '../../../src/index/embedded/embedded-store.ts';
import { openQdrantStore } from '../../../src/index/qdrant/qdrant-store.ts';
import type { QdrantSettings } from '../../../src/index/qdrant/settings.ts';
import { DEFAULT_MATCH_SETTINGS, type MatchSettings } from '../../../src/matching/contract.ts';
import type { Versions } from '../../../src/versions/contract.ts';
import { copyVersions } from '../../../src/versions/copy-versions.ts';
import { createVersions } from '../../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../../src/versions/embedding-cache.ts';
import { describeWithQdrant } from '../../support/describe-with-qdrant.ts';
import { dropCollections } from '../../support/qdrant-http.ts';
import { qdrantSettings } from '../../support/qdrant-settings.ts';

const CORPUS_ROOT = fileURLToPath(new URL('../../../faq-data', import.meta.url));
const LONG = 240_000;

let folder = '';
let onnx: OnnxEncoder;
let encoder: Encoder;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-both-'));
  onnx = await createEncoder({ model: await loadModel({ model: DEFAULT_MODEL, cacheFolder: folder }) });
  encoder = rememberingEncoder(onnx);
}, LONG);
afterAll(async () => {
  await onnx.close();
  await rm(folder, { recursive: true, force: true });
});

/** Encodes each text once: both sides then search for the very same vector, and the test takes half the time. */
function rememberingEncoder(real: OnnxEncoder): Encoder {
  const known = new Map<string, Promise<Encoding>>();
  return {
    info: real.info,
    waiting: 0,
    encode(text) {
      const encoding = known.get(text) ?? real.encode(text);
      known.set(text, encoding);
      return encoding;
    },
    encodeAll: (texts, options) => real.encodeAll(texts, options),
    close: async () => undefined,
  };
}

interface Side {
  readonly match: Match;
  readonly versions: Versions;
}

interface Sides extends AsyncDisposable {
  readonly embedded: Side;
  readonly qdrant: Side;
}

/** Both stores with the corpora, built in the embedded one. */
async function bothSides(
  settings: QdrantSettings,
  { corpora, matching = DEFAULT_MATCH_SETTINGS }: { readonly corpora: readonly string[]; readonly matching?: MatchSettings },
): Promise<Sides> {
  const dataDir = await mkdtemp(join(folder, 'store-'));
  // Shared by all sides: a text is encoded once in the whole file.
  const cache = openEmbeddingCache({ dataDir: folder, model: encoder.info, onProblem: () => undefined });
  const side = (store: VersionStore): Side => {
    const versions = createVersions({ store, encoder, cache, settings: matching });
    return { versions, match: createMatch({ encoder, versions, settings: matching }) };
  };
  const from = await openEmbeddedStore({ dataDir });
  const to = openQdrantStore(settings);
  const [embedded, qdrant] = [side(from), side(to)];
  for (const name of corpora) await embedded.versions.reload(name, await readSource({ root: CORPUS_ROOT, path: name }));
  await copyVersions({
    from,
    to,
    corpora: [],
    everyVersion: false,
    pointers: 'mirror',
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  await qdrant.versions.restore();
  return {
    embedded,
    qdrant,
    async [Symbol.asyncDispose]() {
      await embedded.versions.close();
      await qdrant.versions.close();
    },
  };
}

const ODD = [
  '🙂',
  '?',
  'a',
  'ok',
  'qwertzuiop asdfghjkl',
  'Где мой заказ?',
  '注文はどこですか',
  'متى يصل طلبي',
  'the the the the',
  'RETURN RETURN return refund refund card',
  `${'where is my order and how do i return it '.repeat(12)}`,
  "l'été, ça coûte combien ? — 12 €",
];

/** Golden utterances, every 19th stored question, and odd ones. */
function utterancesOf({ versions }: Side, corpus: string): readonly string[] {
  const active = versions.active(corpus);
  const stored = (active?.questions ?? []).filter((_, row) => row % 19 === 0);
  const golden = (active?.content.golden ?? []).map(({ utterance }) => utterance);
  return [...golden, ...stored, ...ODD];
}

/** Ways to ask, dealt out in turn over the utterances; each meets every kind of utterance. */
function variantsOf({ versions }: Side, corpus: string): readonly Pick<MatchCall, 'topK' | 'filter' | 'explain'>[] {
  const entries = versions.active(corpus)?.content.entries ?? [];
  const locale = entries[0]?.locale ?? '';
  const tag = entries.find(({ tags }) => tags.length > 0)?.tags[0] ?? 'none';
  return [
    { topK: 5, filter: undefined, explain: false },
    { topK: 1, filter: undefined, explain: true },
    { topK: 100, filter: undefined, explain: true },
    { topK: 5, filter: { locales: [locale], tags: [] }, explain: true },
    { topK: 5, filter: { locales: [], tags: [tag] }, explain: true },
    { topK: 100, filter: { locales: [locale, 'xx'], tags: [tag] }, explain: false },
    { topK: 5, filter: { locales: ['xx'], tags: [] }, explain: true },
    { topK: 5, filter: { locales: [''], tags: ['no such "tag" 🙂'] }, explain: true },
  ];
}

function expectNear(actual: number | undefined, expected: number | undefined, { within, what }: { within: number; what: string }): void {
  expect(Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)), what).toBeLessThanOrEqual(within);
}

function expectSame(actual: MatchAnswer, expected: MatchAnswer, what: string): void {
  expect(actual.decision, what).toBe(expected.decision);
  expect(actual.clarifyIntents, what).toEqual(expected.clarifyIntents);
  const shown = ({ candidates }: MatchAnswer) =>
    candidates.map(({ intent, entryId, matchedQuestion, answer }) => ({ intent, entryId, matchedQuestion, answer }));
  expect(shown(actual), what).toEqual(shown(expected));
  for (const [place, candidate] of actual.candidates.entries()) {
    expectNear(candidate.similarity, expected.candidates[place]?.similarity, { within: 1e-5, what });
    expectNear(candidate.confidence, expected.candidates[place]?.confidence, { within: 1e-4, what });
  }
  const [explained, wanted] = [actual.explanation, expected.explanation];
  expect([explained?.rule, explained?.runnerUp, explained?.matchedTerms], what).toEqual([
    wanted?.rule,
    wanted?.runnerUp,
    wanted?.matchedTerms,
  ]);
  expect(
    explained?.evidence.map(({ question, entryId }) => [question, entryId]),
    what,
  ).toEqual(wanted?.evidence.map(({ question, entryId }) => [question, entryId]));
  for (const [place, evidence] of (explained?.evidence ?? []).entries()) {
    expectNear(evidence.similarity, wanted?.evidence[place]?.similarity, { within: 1e-5, what });
    expectNear(evidence.lexical, wanted?.evidence[place]?.lexical, { within: 1e-4, what });
  }
}

/** Asks both sides the same; eight at a time, so that searches share requests too. */
async function compare(sides: Sides, corpus: string, judge: (pair: { qdrant: MatchAnswer; embedded: MatchAnswer; what: string }) => void) {
  const variants = variantsOf(sides.embedded, corpus);
  const asked = utterancesOf(sides.embedded, corpus).flatMap((utterance, place) =>
    // Each utterance in two of the ways, another two for the next one.
    [0, 3].map((step) => ({
      utterance,
      ...(variants[(place + step) % variants.length] ?? { topK: 5, filter: undefined, explain: true }),
    })),
  );
  for (let start = 0; start < asked.length; start += 8) {
    const pairs = asked.slice(start, start + 8).map(async (wish) => {
      const call = { corpus, minConfidence: undefined, version: undefined, ...wish };
      const [embedded, qdrant] = await Promise.all([sides.embedded.match(call), sides.qdrant.match(call)]);
      judge({ embedded, qdrant, what: `${corpus}: ${JSON.stringify(wish)}` });
    });
    await Promise.all(pairs);
  }
  return asked.length;
}

describeWithQdrant('both indexes', (server) => {
  test(
    'give the same answers to everything asked of the demo corpora',
    async () => {
      const settings = qdrantSettings(server());
      await using sides = await bothSides(settings, { corpora: DEMO_CORPORA });
      for (const corpus of DEMO_CORPORA) {
        expect(sides.qdrant.versions.active(corpus)?.index.method.kind).toBe('exact');
        const count = await compare(sides, corpus, ({ qdrant, embedded, what }) => expectSame(qdrant, embedded, what));
        expect(count).toBeGreaterThan(200);
      }
      await dropCollections(server(), settings.prefix);
    },
    LONG,
  );

  test(
    'give the same answers where scores come from the hits, BM25 among them',
    async () => {
      const settings = qdrantSettings(server());
      const matching = { ...DEFAULT_MATCH_SETTINGS, maxRidgeQuestions: 50 };
      await using sides = await bothSides(settings, { corpora: ['shop'], matching });
      expect(sides.qdrant.versions.active('shop')?.scorer.kind).toBe('hits');
      await compare(sides, 'shop', ({ qdrant, embedded, what }) => expectSame(qdrant, embedded, what));
      await dropCollections(server(), settings.prefix);
    },
    LONG,
  );

  test(
    'agree in 99 of 100 decisions where Qdrant walks a graph',
    async () => {
      const settings = qdrantSettings(server(), { hnswFromQuestions: 300 });
      await using sides = await bothSides(settings, { corpora: ['shop'] });
      expect(sides.qdrant.versions.active('shop')?.index.method).toMatchObject({ kind: 'hnsw' });
      let agreed = 0;
      const count = await compare(sides, 'shop', ({ qdrant, embedded }) => {
        if (qdrant.decision === embedded.decision) agreed += 1;
      });
      expect(agreed / count).toBeGreaterThanOrEqual(0.99);
      await dropCollections(server(), settings.prefix);
    },
    LONG,
  );
});
