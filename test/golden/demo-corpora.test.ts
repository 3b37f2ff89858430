/** The demo corpora against their golden files, through the shipped encoder and the match path: the project's own measure of right answers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UNRELATED } from '../../bench/invariance/unrelated-intents.ts';
import { DEMO_CORPORA } from '../../src/cli/demo.ts';
import { createMatch } from '../../src/composition.ts';
import type { Corpus } from '../../src/corpus/corpus.ts';
import { parseCorpus } from '../../src/corpus/parse-corpus.ts';
import { readSource } from '../../src/corpus/read-source.ts';
import { DEFAULT_MODEL } from '../../src/encoder/defaults.ts';
import { loadModel } from '../../src/encoder/model-source.ts';
import { createEncoder, type OnnxEncoder } from '../../src/encoder/onnx-encoder.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import { estimateShare } from '../../src/matching/out-of-scope-share.ts';
import { corpusAsFiles } from '../../src/quality/cross-validation/corpus-as-files.ts';
import { withFewerQuestions } from '../../src/quality/cross-validation/learning-sizes.ts';
import { evaluateGolden } from '../../src/quality/evaluate-golden.ts';
import { exactKey } from '../../src/text/normalise.ts';
import type { Versions } from '../../src/versions/contract.ts';
import { createVersions } from '../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../src/versions/embedding-cache.ts';

const CORPUS_ROOT = fileURLToPath(new URL('../../faq-data', import.meta.url));
const settings = DEFAULT_MATCH_SETTINGS;

let folder = '';
let encoder: OnnxEncoder;
let versions: Versions;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-golden-'));
  encoder = await createEncoder({ model: await loadModel({ model: DEFAULT_MODEL, cacheFolder: folder }) });
  const store = await openEmbeddedStore({ dataDir: folder });
  const cache = openEmbeddingCache({ dataDir: folder, model: encoder.info, onProblem: () => undefined });
  versions = createVersions({ store, encoder, cache, settings });
});
afterAll(async () => {
  await versions.close();
  await encoder.close();
  await rm(folder, { recursive: true, force: true });
});

async function corpusOf(name: string): Promise<Corpus> {
  const { corpus, faults, warnings } = parseCorpus(await readSource({ root: CORPUS_ROOT, path: name }));
  expect([faults, warnings]).toEqual([[], []]);
  if (corpus === undefined) throw new Error(`${name} does not parse.`);
  return corpus;
}

/** Share of the in-scope golden rows whose best candidate is right, with so few questions an intent. */
async function foundWith(corpus: Corpus): Promise<number> {
  const match = createMatch({ encoder, versions, settings });
  await versions.reload('thinned', corpusAsFiles(withFewerQuestions(corpus, 1)));
  const { metrics } = await evaluateGolden({ match, corpus: 'thinned', rows: corpus.golden });
  return metrics.inScope.intentAccuracy;
}

test('with one question an intent, answers find what the questions do not', async () => {
  for (const name of DEMO_CORPORA) {
    const corpus = await corpusOf(name);
    const silent = { ...corpus, entries: corpus.entries.map((entry) => ({ ...entry, answer: '' })) };
    expect(await foundWith(corpus), name).toBeGreaterThan((await foundWith(silent)) + 0.03);
  }
}, 120_000);

test('one to five entries of one question refuse what has nothing to do with them', async () => {
  const match = createMatch({ encoder, versions, settings });
  const utterances = UNRELATED.flatMap(({ questions }) => questions);
  const answered: string[] = [];
  for (const name of DEMO_CORPORA) {
    const thin = withFewerQuestions(await corpusOf(name), 1);
    for (const intents of [1, 2, 3, 5]) {
      await versions.reload('few', corpusAsFiles({ ...thin, counterExamples: [], entries: thin.entries.slice(0, intents) }));
      for (const utterance of utterances) {
        const call = { corpus: 'few', utterance, topK: 1, minConfidence: undefined, filter: undefined, explain: false, version: undefined };
        if ((await match(call)).decision === 'answer') answered.push(`${name} ${intents}: ${utterance}`);
      }
    }
  }
  expect(answered.length, answered.join('\n')).toBeLessThan(0.1 * utterances.length * 4 * DEMO_CORPORA.length);
}, 120_000);

describe.each(DEMO_CORPORA)('the demo corpus %s', (name) => {
  test('has entries, wordings and counter-examples enough to be a fair example', async () => {
    const { entries, counterExamples } = await corpusOf(name);
    expect(entries.length).toBeGreaterThanOrEqual(60);
    for (const { id, questions } of entries) expect(new Set(questions.map(exactKey)).size, id).toBeGreaterThanOrEqual(5);
    // Ten are what the calibrator needs to trust them.
    expect(counterExamples.length).toBeGreaterThanOrEqual(10);
  });

  test('has a golden file that no stored text answers by equality, a quarter of it out of scope', async () => {
    const { entries, counterExamples, golden } = await corpusOf(name);
    const stored = new Set(
      [...entries.flatMap((entry) => [...entry.questions, ...entry.counterExamples]), ...counterExamples].map(exactKey),
    );
    expect(golden.length).toBeGreaterThanOrEqual(120);
    expect(golden.filter(({ utterance }) => stored.has(exactKey(utterance)))).toEqual([]);
    expect(golden.filter(({ intent }) => intent === null).length / golden.length).toBeGreaterThanOrEqual(0.25);
    const intents = new Set(entries.map(({ intent }) => intent));
    expect(golden.filter(({ intent }) => intent !== null && !intents.has(intent))).toEqual([]);
  });

  test('is answered rightly in 80 % of what is in scope, and refuses 70 % of what is not', async () => {
    await versions.reload(name, await readSource({ root: CORPUS_ROOT, path: name }));
    const rows = versions.active(name)?.content.golden ?? [];
    const { metrics } = await evaluateGolden({ match: createMatch({ encoder, versions, settings }), corpus: name, rows });
    // Processors round differently, so two of the 108 rows may lie on the other side of a line; docs/evaluation.md has the figures.
    const allowance = 2 / 108;
    expect(metrics.inScope.accuracy).toBeGreaterThanOrEqual(0.8 - allowance);
    expect(metrics.outOfScope.refused).toBeGreaterThanOrEqual(0.7 - allowance);
  });

  test('tells the out-of-scope share of its golden rows without looking at their labels, whatever part of them comes', async () => {
    await versions.reload(name, await readSource({ root: CORPUS_ROOT, path: name }));
    const rows = versions.active(name)?.content.golden ?? [];
    const match = createMatch({ encoder, versions, settings });
    const call = { corpus: name, topK: 1, minConfidence: undefined, filter: undefined, explain: true, version: undefined };
    const answers = await Promise.all(rows.map(({ utterance }) => match({ ...call, utterance })));
    const none = answers.map(({ explanation }) => explanation?.noneConfidence ?? Number.NaN);
    const inside = none.filter((_, row) => rows[row]?.intent !== null);
    const outside = none.filter((_, row) => rows[row]?.intent === null);
    const { outOfScopeShare: fittedShare } = settings;
    for (const part of [inside.slice(0, outside.length), inside]) {
      const share = outside.length / (outside.length + part.length);
      // Some 70 to 150 rows: two standard errors, and confidences that are off by a few hundredths.
      expect(Math.abs(estimateShare({ none: [...part, ...outside], fittedShare }) - share)).toBeLessThan(0.15);
    }
    expect(estimateShare({ none: inside, fittedShare })).toBeLessThan(0.15);
  });
});
