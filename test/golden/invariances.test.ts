/** What users write differently and mean alike, and what has nothing to do with them, changes no answer: on every demo corpus, through the shipped encoder. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  asker,
  confidencesOf,
  type Invariance,
  MOST_FALL,
  measureInvariance,
  measureMoves,
  unmovedShare,
} from '../../bench/invariance/measure.ts';
import { UNRELATED } from '../../bench/invariance/unrelated-intents.ts';
import type { Match } from '../../src/answering/match-answer.ts';
import { DEMO_CORPORA } from '../../src/cli/demo.ts';
import { createMatch } from '../../src/composition.ts';
import type { Corpus, Entry } from '../../src/corpus/corpus.ts';
import { readSource } from '../../src/corpus/read-source.ts';
import { DEFAULT_MODEL } from '../../src/encoder/defaults.ts';
import { loadModel } from '../../src/encoder/model-source.ts';
import { createEncoder, type OnnxEncoder } from '../../src/encoder/onnx-encoder.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import { corpusAsFiles } from '../../src/quality/cross-validation/corpus-as-files.ts';
import type { Versions } from '../../src/versions/contract.ts';
import { createVersions } from '../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../src/versions/embedding-cache.ts';

const CORPUS_ROOT = fileURLToPath(new URL('../../faq-data', import.meta.url));
const settings = DEFAULT_MATCH_SETTINGS;

interface Built {
  readonly versions: Versions;
  readonly match: Match;
}

let folder = '';
let encoder: OnnxEncoder;
/** Two stores that know nothing of each other, so that what the second builds is fitted anew. */
let first: Built;
let second: Built;

async function open(name: string): Promise<Built> {
  const dataDir = join(folder, name);
  const store = await openEmbeddedStore({ dataDir });
  const cache = openEmbeddingCache({ dataDir, model: encoder.info, onProblem: () => undefined });
  const versions = createVersions({ store, encoder, cache, settings });
  return { versions, match: createMatch({ encoder, versions, settings }) };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-invariances-'));
  encoder = await createEncoder({ model: await loadModel({ model: DEFAULT_MODEL, cacheFolder: folder }) });
  first = await open('first');
  second = await open('second');
});
afterAll(async () => {
  await first.versions.close();
  await second.versions.close();
  await encoder.close();
  await rm(folder, { recursive: true, force: true });
});

async function contentOf(name: string): Promise<Corpus> {
  if (first.versions.active(name) === undefined) await first.versions.reload(name, await readSource({ root: CORPUS_ROOT, path: name }));
  return (await first.versions.acquire(name)).content;
}

/**
 * Least share of pairs that keeps its decision. What is below .95 falls short of what we want; docs/evaluation.md has the figures.
 * Decisions near a line flip, so the shares are some points under what was measured.
 */
const HOLDS: Readonly<Record<string, number>> = {
  'lower case': 1,
  'upper case': 1,
  'no punctuation': 0.93,
  'more punctuation': 0.93,
  spacing: 1,
  politeness: 0.93,
  'one typo': 0.92,
  'a letter left out': 0.93,
  'a letter twice': 0.93,
  'a wrong key': 0.93,
  contraction: 0.92,
  plural: 0.9,
};

/** Rewritings that misspell a word. A word that the corpus does not have cannot be read as it was meant. */
const SLIPS = ['one typo', 'a letter left out', 'a letter twice', 'a wrong key'];

/** Least share of pairs that an unrelated intent moves by less than .02. */
const UNMOVED = 0.95;
/**
 * Most that a confidence may differ between an utterance alone and in company, and in another build of the same version, whose texts were encoded
 * in other company.
 */
const OTHER_COMPANY = 1e-6;

describe.each(DEMO_CORPORA)('the demo corpus %s', (name) => {
  let measured: ReadonlyMap<string, Invariance>;
  let utterances: readonly string[] = [];
  beforeAll(async () => {
    utterances = (await contentOf(name)).golden.map(({ utterance }) => utterance);
    measured = new Map((await measureInvariance(asker(first.match, name), utterances)).map((one) => [one.transformation, one]));
  }, 180_000);

  test.each(Object.entries(HOLDS))('keeps its decisions under: %s', (transformation, least) => {
    expect(measured.get(transformation)?.pairs).toBeGreaterThan(0);
    expect(measured.get(transformation)?.decisionHolds).toBeGreaterThanOrEqual(least);
  });

  test('similarity hardly ever falls by more than .15, but for a slip in a word that the corpus lacks', () => {
    for (const [transformation, { greatestFall, fellFar }] of measured) {
      expect(fellFar, transformation).toBeLessThanOrEqual(SLIPS.includes(transformation) ? 0.05 : 0.02);
      if (['lower case', 'upper case', 'spacing', 'no punctuation', 'contraction', 'plural'].includes(transformation))
        expect(greatestFall, transformation).toBeLessThanOrEqual(MOST_FALL);
    }
  });

  test('answers a stored question whatever its case, outer punctuation and spacing', async () => {
    const { entries } = await contentOf(name);
    const ask = asker(first.match, name);
    for (const { intent, questions } of entries.filter((_, position) => position % 6 === 0)) {
      const [question = ''] = questions;
      for (const written of [question.toUpperCase(), `  ${question.replaceAll(' ', '  ')} `, `…${question}?!`])
        expect(await ask(written), written).toMatchObject({
          decision: 'answer',
          candidates: expect.arrayContaining([expect.objectContaining({ intent, confidence: 1 })]),
        });
    }
  });

  test('an unrelated intent moves few unrelated answers by .02 and more', async () => {
    const content = await contentOf(name);
    expect(new Set(content.entries.map(({ intent }) => intent)).size).toBeGreaterThanOrEqual(30);
    const grown = async (entry: Entry) => {
      await second.versions.reload('grown', corpusAsFiles({ ...content, entries: [...content.entries, entry] }));
      return asker(second.match, 'grown');
    };
    const moves = await measureMoves(asker(first.match, name), grown, { utterances, entries: UNRELATED });
    expect(unmovedShare(moves)).toBeGreaterThanOrEqual(UNMOVED);
    const inScope = moves.filter(({ utterance }) => typeof content.golden[utterance]?.intent === 'string');
    expect(inScope.length).toBeGreaterThan(moves.length / 2);
    expect(unmovedShare(inScope)).toBeGreaterThanOrEqual(UNMOVED);
  }, 180_000);

  test('the order of entries changes no version, and another build of it hardly a confidence', async () => {
    const content = await contentOf(name);
    const shuffled = content.entries.toSorted((a, b) =>
      a.id.split('').toReversed().join('') < b.id.split('').toReversed().join('') ? -1 : 1,
    );
    const { version } = await second.versions.reload('shuffled', corpusAsFiles({ ...content, entries: shuffled }));
    expect(version).toBe(first.versions.active(name)?.version);
    for (const utterance of utterances.slice(0, 40)) {
      const before = await confidencesOf(asker(first.match, name), utterance);
      const after = await confidencesOf(asker(second.match, 'shuffled'), utterance);
      expect([...after.keys()]).toEqual([...before.keys()]);
      for (const [intent, confidence] of before) expect(Math.abs((after.get(intent) ?? 0) - confidence)).toBeLessThanOrEqual(OTHER_COMPANY);
    }
  }, 120_000);

  test('an utterance gets the same confidence alone and in company', async () => {
    const ask = asker(first.match, name);
    const together = await Promise.all(utterances.slice(0, 64).map((utterance) => confidencesOf(ask, utterance)));
    for (const [i, utterance] of utterances.slice(0, 64).entries()) {
      const alone = await confidencesOf(ask, utterance);
      for (const [intent, confidence] of alone)
        expect(Math.abs((together[i]?.get(intent) ?? 0) - confidence)).toBeLessThanOrEqual(OTHER_COMPANY);
    }
  });
});
