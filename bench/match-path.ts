/**
 * What the steps of a match beside the encoder take, each in a loop of its own, and what the plain ways would take.
 * A loop keeps everything in the processor's cache: between two encoder runs the same steps take up to twice as long.
 */
import { loadModel } from '../src/encoder/model-source.ts';
import { createEncoder } from '../src/encoder/onnx-encoder.ts';
import { openEmbeddedStore } from '../src/index/embedded/embedded-store.ts';
import { openExactSearch } from '../src/index/embedded/exact-search.ts';
import { DEFAULT_MATCH_SETTINGS, NO_INTENT } from '../src/matching/contract.ts';
import { counterCosines, refusals } from '../src/matching/counter-examples.ts';
import { denseProducts } from '../src/matching/dense-products.ts';
import { createVersions } from '../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../src/versions/embedding-cache.ts';
import type { BenchContext } from './support/context.ts';
import { storeCorpus } from './support/load-corpus.ts';
import type { Findings } from './support/report.ts';
import { short } from './support/report.ts';

const UTTERANCES = 300;
const ROUNDS = 3;
const NEAREST = 32;
const COUNTER_EXAMPLES = [100, 1000];

type Step = (vector: Float32Array, text: string) => unknown;

/** The first stored vectors as counter-examples of the corpus. */
function heldAgainst(stored: Float32Array, count: number, dimension: number): (vector: Float32Array) => unknown {
  const intents = new Int32Array(count).fill(NO_INTENT);
  const cosines = counterCosines({ intents, vectors: stored.slice(0, count * dimension) });
  return (vector) => refusals(intents, cosines(vector));
}

/** Median milliseconds of each step; the steps take turns, so that noise meets all of them. */
async function medians(steps: Readonly<Record<string, Step>>, vectors: readonly Float32Array[], texts: readonly string[]) {
  const spent = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, step] of Object.entries(steps)) {
      for (const [i, vector] of vectors.entries()) {
        const started = performance.now();
        await step(vector, texts[i] ?? '');
        spent.get(name)?.push(performance.now() - started);
      }
    }
  }
  return Array.from(spent, ([name, times]): [string, string] => [
    name,
    short(times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN),
  ]);
}

/** The two products of kernel ridge in plain JavaScript; weights beyond those of the landmarks are the coordinates'. */
function plainScores(landmarks: Float32Array, weights: Float32Array, intents: number): Step {
  return (vector) => {
    const scores = new Float32Array(intents);
    const rows = landmarks.length / vector.length;
    for (let row = 0; row * intents < weights.length; row += 1) {
      let sum = row < rows ? 0 : (vector[row - rows] ?? 0);
      for (let i = 0; row < rows && i < vector.length; i += 1) sum += (landmarks[row * vector.length + i] ?? 0) * (vector[i] ?? 0);
      for (let intent = 0; intent < intents; intent += 1)
        scores[intent] = (scores[intent] ?? 0) + sum * (weights[row * intents + intent] ?? 0);
    }
    return scores;
  };
}

/** Times the steps on the largest corpus. */
export async function matchPath({ dataDir, workers, sizes, workload, log }: BenchContext): Promise<Findings> {
  const size = sizes.at(-1) ?? 0;
  const corpus = `bench-${size}`;
  await storeCorpus({ dataDir, workers, corpus, questions: workload.questions.slice(0, size) });
  const encoder = await createEncoder({
    model: await loadModel({ model: 'faqmatch-minilm-l6', cacheFolder: dataDir, offline: true }),
    workers: 1,
  });
  const store = await openEmbeddedStore({ dataDir });
  const cache = openEmbeddingCache({ dataDir, model: encoder.info, onProblem: log });
  const versions = createVersions({ store, encoder, cache, settings: DEFAULT_MATCH_SETTINGS, onProblem: log });
  try {
    await versions.restore();
    const version = await versions.acquire(corpus);
    const { dimension } = encoder.info;
    const texts = workload.utterances.slice(0, UTTERANCES);
    const joined = await encoder.encodeAll(texts);
    const vectors = texts.map((_, i) => joined.slice(i * dimension, (i + 1) * dimension));
    const stored = await encoder.encodeAll(version.questions);
    const float32 = openExactSearch(stored, dimension, { quantiseFromRows: Number.POSITIVE_INFINITY });
    const rowCount = Math.min(DEFAULT_MATCH_SETTINGS.landmarks, version.questions.length);
    const shape = {
      rows: rowCount,
      coordinates: rowCount < version.questions.length ? dimension : 0,
      dimension,
      intents: version.intents.length,
    };
    const landmarks = stored.slice(0, shape.rows * dimension);
    const weights = new Float32Array((shape.rows + shape.coordinates) * shape.intents).fill(0.01);
    const dense = denseProducts(landmarks, weights, shape);
    const base = new Float32Array(shape.intents);
    log(`timing the steps of a match on ${version.questions.length} questions`);
    const rows = await medians(
      {
        'text alone (terms, character kernel)': (_, text) => version.scorer.prepare(text),
        [`${NEAREST} nearest, int8 proposal with proof`]: (vector) => version.index.search({ vector, terms: [], k: NEAREST }),
        [`${NEAREST} nearest, float32`]: (vector) => float32.nearest(vector, NEAREST),
        'scores of all intents': (vector, text) => version.scorer.beforeHits(version.scorer.prepare(text), vector),
        'its two products, WebAssembly': (vector) => {
          dense.cosines(vector);
          return dense.scores(base);
        },
        'its two products, plain JavaScript': plainScores(landmarks, weights, shape.intents),
        ...Object.fromEntries(
          COUNTER_EXAMPLES.map((count) => [`held against ${count} counter-examples`, heldAgainst(stored, count, dimension)]),
        ),
      },
      vectors,
      texts,
    );
    const title = `Steps of a match beside the encoder (${version.questions.length} questions, ${shape.intents} intents, ${shape.rows} landmarks)`;
    return { tables: [{ title, heading: ['step', 'p50 ms'], rows }], figures: [] };
  } finally {
    await versions.close();
    await encoder.close();
  }
}
