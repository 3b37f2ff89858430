/**
 * Fits UNIVERSAL_CALIBRATOR of src/matching/universal-prior.ts: `FAQMATCH_EVAL_DATA=... node bench/universal-prior.ts`.
 * Training files of public sets are thinned to one question an intent, with and without names that count, and a quarter of the intents is left out whole;
 * what was left out is scored as traffic: other questions of the kept intents in scope, those of the left-out intents out of it.
 * Every set weighs the same. Test files, golden files and the demo corpora are not read. It also prints how well constants fitted without a set do on it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createMatrixProduct } from '../src/encoder/matrix-product.ts';
import { readModelFolder } from '../src/encoder/model-folder.ts';
import { createEncoder } from '../src/encoder/onnx-encoder.ts';
import type { CalibrationRow, Weights } from '../src/matching/calibrator.ts';
import { fitLogistic, logit, sigmoid } from '../src/matching/calibrator.ts';
import { DEFAULT_MATCH_SETTINGS, type FitInput } from '../src/matching/contract.ts';
import { features } from '../src/matching/features.ts';
import { fitScorer } from '../src/matching/fit.ts';
import { ridgeScorer } from '../src/matching/ridge-scorer.ts';
import { readableName } from '../src/text/readable-name.ts';

const SETS = ['clinc150', 'banking77-fewshot', 'snips', 'hint3-v2-curekart', 'nlpjs-corpus50'];
const DRAWS = 4;
/** Questions of an intent that are read: enough for traffic. */
const PER_INTENT = 25;
/** Rows that a set counts as: about what a corpus of its own would bring. */
const ROWS_PER_SET = 200;
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
  readonly names: readonly Text[];
}

const folder = fileURLToPath(new URL('..', import.meta.url));
const encoder = await createEncoder({ model: await readModelFolder(`${folder}models/faqmatch-minilm-l6`) });
const product = await createMatrixProduct({ threads: 1 });
const dimension = encoder.info.dimension;

async function encoded(texts: readonly string[]): Promise<readonly Text[]> {
  const vectors = await encoder.encodeAll(texts);
  return texts.map((text, i) => ({ text, vector: vectors.slice(i * dimension, (i + 1) * dimension) }));
}

async function load(set: string): Promise<Labelled> {
  const lines = readFileSync(`${process.env.FAQMATCH_EVAL_DATA}/${set}/train.jsonl`, 'utf8').trim().split('\n');
  const byIntent = new Map<string, string[]>();
  for (const line of lines) {
    const { text, intent } = JSON.parse(line) as { readonly text: string; readonly intent: string };
    const own = byIntent.get(intent) ?? [];
    if (own.length < PER_INTENT) byIntent.set(intent, [...own, text]);
  }
  const names = [...byIntent.keys()].sort();
  const intents: (readonly Text[])[] = [];
  for (const name of names) intents.push(await encoded(byIntent.get(name) ?? []));
  return { intents, names: await encoded(names.map(readableName)) };
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

/** Rows of one draw of one question an intent. */
async function draw({ intents, names }: Labelled, named: boolean, next: () => number): Promise<readonly CalibrationRow[]> {
  const order = shuffled(
    intents.map((texts, i) => ({ texts: shuffled(texts, next), name: names[i] })),
    next,
  );
  const kept = order.slice(Math.floor(order.length / 4));
  const left = order.slice(0, Math.floor(order.length / 4));
  const train = kept.flatMap(({ texts }, intent) => texts.slice(0, 1).map((text) => ({ ...text, intent })));
  const keptNames = kept.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const input: FitInput = {
    dimension,
    intentCount: kept.length,
    texts: train.map(({ text }) => text),
    intents: Int32Array.from(train, ({ intent }) => intent),
    vectors: join(train),
    ...(named
      ? { names: { texts: keptNames.map(({ text }) => text), intents: Int32Array.from(keptNames.keys()), vectors: join(keptNames) } }
      : {}),
    counterTexts: [],
    counterVectors: new Float32Array(0),
    settings: DEFAULT_MATCH_SETTINGS,
  };
  const scorer = ridgeScorer(await fitScorer(input, (a, b, shape) => product.multiply(a, b, shape)));
  const traffic = [
    ...kept.flatMap(({ texts }, intent) => texts.slice(1).map((text) => ({ ...text, intent }))),
    ...left.flatMap(({ texts }) => texts.map((text) => ({ ...text, intent: -1 }))),
  ];
  const inScope = traffic.filter(({ intent }) => intent >= 0).length;
  return traffic.map(({ text, vector, intent }) => {
    const near = train.map((row, i) => ({ row: i, intent: row.intent, similarity: cosine(row.vector, vector), lexical: 0 }));
    const { scores } = scorer.score(scorer.prepare(text), vector, near);
    const nearest = (wanted: number) => near.reduce((most, hit) => (hit.intent === wanted ? Math.max(most, hit.similarity) : most), -1);
    const found = features(scores, nearest);
    const weight = intent >= 0 ? (1 - OUT_OF_SCOPE_SHARE) / inScope : OUT_OF_SCOPE_SHARE / (traffic.length - inScope);
    return { features: found, right: found.best === intent, inScope: intent >= 0, weight: (weight * ROWS_PER_SET) / (2 * DRAWS) };
  });
}

/** Mean distance of confidence and share right over ten bins of confidence, rows weighed as traffic. */
function calibrationError(rows: readonly CalibrationRow[], weights: Weights): number {
  const bins = Array.from({ length: 10 }, () => 0);
  let total = 0;
  for (const row of rows) {
    const confidence = sigmoid(logit(weights, row.features));
    const bin = Math.min(9, Math.floor(confidence * 10));
    bins[bin] = (bins[bin] ?? 0) + row.weight * (confidence - (row.right ? 1 : 0));
    total += row.weight;
  }
  return bins.reduce((sum, error) => sum + Math.abs(error), 0) / total;
}

const rowsOf = new Map<string, CalibrationRow[]>();
for (const [number, set] of SETS.entries()) {
  const labelled = await load(set);
  const rows: CalibrationRow[] = [];
  for (let seed = 0; seed < DRAWS; seed += 1) {
    for (const named of [true, false]) rows.push(...(await draw(labelled, named, random(1000 * number + seed))));
  }
  rowsOf.set(set, rows);
}
for (const [set, own] of rowsOf) {
  const others = [...rowsOf].flatMap(([other, rows]) => (other === set ? [] : rows));
  console.log(
    `${set}: calibration error ${calibrationError(
      own,
      fitLogistic(others, (row) => row.right, FLAT),
    ).toFixed(3)} with constants of the others`,
  );
}
const rows = [...rowsOf.values()].flat();
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
