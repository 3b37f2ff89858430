/**
 * Fits the constants of src/matching/universal-prior.ts: `FAQMATCH_EVAL_DATA=... node bench/universal-prior.ts`.
 * Training files of public sets are thinned to one question an intent, with and without names that count. In scope are other questions of the kept
 * intents; out of scope are questions of the set's other intents and, for corpora of few intents, as many of the other sets: to those nearly all that
 * is asked has nothing to do with them. Every set weighs the same. Test files, golden files and the demo corpora are not read. It also prints how well
 * constants fitted without a set do on it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createMatrixProduct } from '../src/encoder/matrix-product.ts';
import { readModelFolder } from '../src/encoder/model-folder.ts';
import { createEncoder } from '../src/encoder/onnx-encoder.ts';
import { openBm25 } from '../src/index/bm25.ts';
import type { Calibrator, CalibratorRow, Prior, Weights } from '../src/matching/calibrator.ts';
import { fitLogistic, logit, sigmoid } from '../src/matching/calibrator.ts';
import { DEFAULT_MATCH_SETTINGS, type FitInput, type NearQuestion } from '../src/matching/contract.ts';
import { NO_REFUSALS } from '../src/matching/counter-examples.ts';
import { features } from '../src/matching/features.ts';
import { fitScorer } from '../src/matching/fit.ts';
import { hitScores } from '../src/matching/hit-scorer.ts';
import { ridgeScorer } from '../src/matching/ridge-scorer.ts';
import { readableName } from '../src/text/readable-name.ts';
import { wordTerms } from '../src/text/terms.ts';
import { seeded, shuffled } from './support/random.ts';

const SETS = ['clinc150', 'banking77-fewshot', 'snips', 'hint3-v2-curekart', 'nlpjs-corpus50'];
const DRAWS = 4;
/** Questions of an intent that are read: enough for traffic. */
const PER_INTENT = 25;
/** Rows that a set counts as: about what a corpus of its own would bring. */
const ROWS_PER_SET = 200;
const OUT_OF_SCOPE_SHARE = 0.25;
const FLAT: Prior = { mean: [0, 0, 0, 0], strength: 1 };
/** Corpora of one kind: intents of each (so many, or three quarters of the set), and the share of what is out of scope that other sets ask. */
interface Kind {
  readonly sizes: readonly (number | 'most')[];
  readonly farShare: number;
}
/** A set of fewer intents has few of them, whatever part of it is kept. */
const LEAST_MANY = 20;
const MANY: Kind = { sizes: ['most'], farShare: 0 };
const FEW: Kind = { sizes: [2, 3, 5], farShare: 0.5 };
const LONE: Kind = { sizes: [1], farShare: 0.5 };
/** Utterances in scope, and of either kind out of scope, of one draw: more add seconds and no accuracy. */
const MOST_TRAFFIC = 600;
/** Neighbours that the hit scorer reads. */
const HITS = 64;

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

/** One corpus to draw. */
interface DrawnCorpus {
  readonly set: Labelled;
  /** Texts of the other sets. */
  readonly others: readonly Text[];
  readonly intents: number;
  readonly named: boolean;
  readonly farShare: number;
}

/** The same traffic as each scorer sees it. */
interface DrawnRows {
  readonly ridge: readonly CalibratorRow[];
  readonly hits: readonly CalibratorRow[];
}

/** Rows of one corpus of one question an intent. */
async function draw({ set, others, intents, named, farShare }: DrawnCorpus, next: () => number): Promise<DrawnRows> {
  const order = shuffled(
    set.intents.map((texts, i) => ({ texts: shuffled(texts, next), name: set.names[i] })),
    next,
  );
  const kept = order.slice(0, intents);
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
    counterIntents: new Int32Array(0),
    counterVectors: new Float32Array(0),
    settings: DEFAULT_MATCH_SETTINGS,
  };
  const scorer = ridgeScorer(await fitScorer(input, (a, b, shape) => product.multiply(a, b, shape)));
  const bm25 = openBm25(input.texts.map(wordTerms));
  const some = (texts: readonly Text[], intent: number) =>
    shuffled(texts, next)
      .slice(0, MOST_TRAFFIC)
      .map((text) => ({ ...text, intent }));
  const inScope = shuffled(
    kept.flatMap(({ texts }, intent) => texts.slice(1).map((text) => ({ ...text, intent }))),
    next,
  ).slice(0, MOST_TRAFFIC);
  const near = some(
    order.slice(intents).flatMap(({ texts }) => texts),
    -1,
  );
  const far = farShare > 0 ? some(others, -2) : [];
  const weightOf = (intent: number): number => {
    if (intent >= 0) return (1 - OUT_OF_SCOPE_SHARE) / inScope.length;
    return OUT_OF_SCOPE_SHARE * (intent === -1 ? (1 - farShare) / near.length : farShare / far.length);
  };
  const rows = { ridge: [] as CalibratorRow[], hits: [] as CalibratorRow[] };
  for (const { text, vector, intent } of [...inScope, ...near, ...far]) {
    const found = bm25.scored(wordTerms(text), ({ byRow }) =>
      train.map((row, i): NearQuestion => ({ row: i, intent: row.intent, similarity: cosine(row.vector, vector), lexical: byRow[i] ?? 0 })),
    );
    const closenessOf = (wanted: number) => ({ nearest: found.find((hit) => hit.intent === wanted)?.similarity ?? -1, refused: 0 });
    const add = (to: CalibratorRow[], scores: Float32Array, baseline: number): void => {
      const seen = features(scores, closenessOf);
      const weight = (weightOf(intent) * ROWS_PER_SET) / (2 * DRAWS);
      to.push({ features: { ...seen, score: seen.score - baseline }, right: seen.best === intent, inScope: intent >= 0, weight });
    };
    const best = found.toSorted((a, b) => b.similarity - a.similarity).slice(0, HITS);
    const before = scorer.beforeHits(scorer.prepare(text), vector);
    add(rows.ridge, scorer.afterHits(before, best, NO_REFUSALS).scores, scorer.calibrator.baseline);
    add(rows.hits, hitScores(best, NO_REFUSALS, kept.length), 0);
  }
  return rows;
}

/** Values at which the three features say nothing, as the calibrator centres them. */
const SILENT = { score: 0.6, lead: 0.45, nearest: 0.7 } as const;
type Feature = keyof typeof SILENT;
const FEATURES: readonly Feature[] = ['score', 'lead', 'nearest'];

/**
 * The weights of greatest posterior among those in which no feature speaks against an intent: in small corpora the three go together, and one
 * would be paid back by another.
 */
function fitRising(rows: readonly CalibratorRow[], label: (row: CalibratorRow) => boolean, left: readonly Feature[] = []): Weights {
  const silenced = Object.fromEntries(left.map((name) => [name, SILENT[name]]));
  const weights = fitLogistic(
    rows.map((row) => ({ ...row, features: { ...row.features, ...silenced } })),
    label,
    FLAT,
  );
  const falling = FEATURES.map((name, i) => ({ name, weight: weights[i + 1] as number })).filter(({ weight }) => weight < 0);
  const [worst] = falling.toSorted((a, b) => a.weight - b.weight);
  return worst === undefined ? weights : fitRising(rows, label, [...left, worst.name]);
}

type Constants = Pick<Calibrator, 'right' | 'inScope'>;

function fitConstants(rows: readonly CalibratorRow[]): Constants {
  const within = rows.filter((row) => row.inScope);
  return { right: fitRising(within, (row) => row.right), inScope: fitRising(rows, (row) => row.inScope) };
}

/** Mean distance of confidence and share right over ten bins of confidence, rows weighed as traffic. */
function calibrationError(rows: readonly CalibratorRow[], { right, inScope }: Constants): number {
  const bins = Array.from({ length: 10 }, () => 0);
  let total = 0;
  for (const row of rows) {
    const confidence = sigmoid(logit(inScope, row.features)) * sigmoid(logit(right, row.features));
    const bin = Math.min(9, Math.floor(confidence * 10));
    bins[bin] = (bins[bin] ?? 0) + row.weight * (confidence - (row.right ? 1 : 0));
    total += row.weight;
  }
  return bins.reduce((sum, error) => sum + Math.abs(error), 0) / total;
}

function print(what: string, rowsOf: ReadonlyMap<string, readonly CalibratorRow[]>): void {
  console.log(`\n${what}`);
  for (const [set, own] of rowsOf) {
    const others = [...rowsOf].flatMap(([other, rows]) => (other === set ? [] : rows));
    const error = calibrationError(own, fitConstants(others));
    console.log(`${set}: calibration error ${error.toFixed(3)} with constants of the others`);
  }
  const rows = [...rowsOf.values()].flat();
  const format = (weights: Weights) => `[${weights.map((weight) => weight.toFixed(2)).join(', ')}]`;
  const moments = (pick: (row: CalibratorRow) => number) => {
    const mean = rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
    const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (pick(row) - mean) ** 2, 0) / rows.length);
    return `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
  };
  console.log(
    `${rows.length} rows; score ${moments((row) => row.features.score)}, lead ${moments((row) => row.features.lead)}, nearest ${moments((row) => row.features.nearest)}`,
  );
  const { right, inScope } = fitConstants(rows);
  console.log(`right: ${format(right)}`);
  console.log(`inScope: ${format(inScope)}`);
}

const sets = new Map<string, Labelled>();
for (const set of SETS) sets.set(set, await load(set));

/** Rows of every set's corpora of one kind. */
async function drawn({ sizes, farShare }: Kind): Promise<Readonly<Record<keyof DrawnRows, Map<string, readonly CalibratorRow[]>>>> {
  const rows = { ridge: new Map<string, readonly CalibratorRow[]>(), hits: new Map<string, readonly CalibratorRow[]>() };
  for (const [number, [name, set]] of [...sets].entries()) {
    if (sizes.includes('most') && set.intents.length < LEAST_MANY) continue;
    const others = [...sets].flatMap(([other, { intents }]) => (other === name ? [] : intents.flat()));
    const own: DrawnRows[] = [];
    for (let seed = 0; seed < DRAWS; seed += 1) {
      const next = seeded(1000 * number + seed);
      for (const named of [true, false]) {
        for (const size of sizes) {
          const intents = size === 'most' ? Math.ceil((3 * set.intents.length) / 4) : size;
          own.push(await draw({ set, others, intents, named, farShare }, next));
        }
      }
    }
    const weighed = (list: readonly CalibratorRow[]) => list.map((row) => ({ ...row, weight: row.weight / sizes.length }));
    rows.ridge.set(name, weighed(own.flatMap(({ ridge }) => ridge)));
    rows.hits.set(name, weighed(own.flatMap(({ hits }) => hits)));
  }
  return rows;
}

const many = await drawn(MANY);
print('UNIVERSAL_CALIBRATOR', many.ridge);
print('HITS_CALIBRATOR', many.hits);
print('FEW_INTENTS_CALIBRATOR', (await drawn(FEW)).ridge);
print('LONE_INTENT_CALIBRATOR', (await drawn(LONE)).ridge);
await Promise.all([encoder.close(), product.close()]);
