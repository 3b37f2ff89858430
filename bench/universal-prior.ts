/**
 * Fits the constants of src/matching/universal-prior.ts: `node bench/universal-prior.ts`.
 * The demo corpora are thinned to 1, 2 and 3 questions an intent, a quarter of the intents is left out whole, and what was left out
 * is scored as traffic: other questions of the kept intents in scope, those of the left-out intents and the counter-examples out of it.
 * Golden files are not read.
 */
import { fileURLToPath } from 'node:url';
import { parseCorpus } from '../src/corpus/parse-corpus.ts';
import { readLocalSource } from '../src/corpus/read-source.ts';
import { createMatrixProduct } from '../src/encoder/matrix-product.ts';
import { readModelFolder } from '../src/encoder/model-folder.ts';
import { createEncoder } from '../src/encoder/onnx-encoder.ts';
import type { CalibrationRow, Weights } from '../src/matching/calibrator.ts';
import { fitLogistic } from '../src/matching/calibrator.ts';
import { DEFAULT_MATCH_SETTINGS, type FitInput } from '../src/matching/contract.ts';
import { features } from '../src/matching/features.ts';
import { fitScorer } from '../src/matching/fit.ts';
import { ridgeScorer } from '../src/matching/ridge-scorer.ts';
import { layOutRows } from '../src/versions/version-rows.ts';

const CORPORA = ['shop', 'bank', 'helpdesk'];
const SHOTS = [1, 2, 3];
const DRAWS = 4;
const OUT_OF_SCOPE_SHARE = 0.25;
const FLAT: Weights = [0, 0, 0, 0];

/** A small seeded generator (mulberry32), so that every run prints the same constants. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<T>(items: readonly T[], next: () => number): readonly T[] {
  return items
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

interface Text {
  readonly text: string;
  readonly vector: Float32Array;
}
interface Labelled {
  readonly intents: readonly (readonly Text[])[];
  readonly counters: readonly Text[];
}

const folder = fileURLToPath(new URL('..', import.meta.url));
const encoder = await createEncoder({ model: await readModelFolder(`${folder}models/faqmatch-minilm-l6`) });
const product = await createMatrixProduct({ threads: 1 });
const dimension = encoder.info.dimension;

async function load(name: string): Promise<Labelled> {
  const { corpus } = parseCorpus(await readLocalSource(`${folder}faq-data/${name}/faq.yaml`));
  if (corpus === undefined) throw new Error(`faq-data/${name} has faults; run faqmatch doctor.`);
  const layout = layOutRows(corpus);
  const texts = [...layout.questions, ...layout.counterTexts];
  const vectors = await encoder.encodeAll(texts);
  const all = texts.map((text, i) => ({ text, vector: vectors.slice(i * dimension, (i + 1) * dimension) }));
  const intents = layout.intents.map((_, intent) => all.filter((__, i) => layout.intentOfRow[i] === intent && i < layout.questions.length));
  return { intents, counters: all.slice(layout.questions.length) };
}

function join(texts: readonly Text[]): Float32Array {
  const out = new Float32Array(texts.length * dimension);
  texts.forEach(({ vector }, i) => {
    out.set(vector, i * dimension);
  });
  return out;
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

/** Honest rows of one thinned draw. */
async function draw(labelled: Labelled, shots: number, next: () => number): Promise<readonly CalibrationRow[]> {
  const order = shuffled(
    labelled.intents.map((texts) => shuffled(texts, next)),
    next,
  );
  const kept = order.slice(Math.floor(order.length / 4));
  const left = order.slice(0, Math.floor(order.length / 4));
  const train = kept.flatMap((texts, intent) => texts.slice(0, shots).map((text) => ({ ...text, intent })));
  const input: FitInput = {
    dimension,
    intentCount: kept.length,
    texts: train.map(({ text }) => text),
    intents: Int32Array.from(train, ({ intent }) => intent),
    vectors: join(train),
    counterTexts: [],
    counterVectors: new Float32Array(0),
    settings: DEFAULT_MATCH_SETTINGS,
  };
  const scorer = ridgeScorer(await fitScorer(input, (a, b, shape) => product.multiply(a, b, shape)));
  const traffic = [
    ...kept.flatMap((texts, intent) => texts.slice(shots).map((text) => ({ ...text, intent }))),
    ...[...left.flat(), ...labelled.counters].map((text) => ({ ...text, intent: -1 })),
  ];
  const inScope = traffic.filter(({ intent }) => intent >= 0).length;
  return traffic.map(({ text, vector, intent }) => {
    const near = train.map((row, i) => ({ row: i, intent: row.intent, similarity: cosine(row.vector, vector), lexical: 0 }));
    const { scores } = scorer.score(scorer.prepare(text), vector, near);
    const nearest = (wanted: number) => near.reduce((most, hit) => (hit.intent === wanted ? Math.max(most, hit.similarity) : most), -1);
    const found = features(scores, nearest);
    const weight = intent >= 0 ? (1 - OUT_OF_SCOPE_SHARE) / inScope : OUT_OF_SCOPE_SHARE / (traffic.length - inScope);
    return { features: found, right: found.best === intent, inScope: intent >= 0, weight: weight * 1000 };
  });
}

const rows: CalibrationRow[] = [];
for (const name of CORPORA) {
  const labelled = await load(name);
  for (const shots of SHOTS) {
    for (let seed = 0; seed < DRAWS; seed += 1) rows.push(...(await draw(labelled, shots, random(1000 * shots + seed))));
  }
}
const format = (weights: Weights) => `[${weights.map((weight) => weight.toFixed(2)).join(', ')}]`;
const moments = (pick: (row: CalibrationRow) => number) => {
  const mean = rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (pick(row) - mean) ** 2, 0) / rows.length);
  return `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
};
console.log(
  `${rows.length} rows; score ${moments((row) => row.features.score)}, lead ${moments((row) => row.features.lead)}, nearest ${moments((row) => row.features.nearest)}`,
);
console.log(`right: ${format(fitLogistic(rows, (row) => row.right, FLAT))}`);
console.log(`inScope: ${format(fitLogistic(rows, (row) => row.inScope, FLAT))}`);
await Promise.all([encoder.close(), product.close()]);
