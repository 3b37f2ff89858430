/**
 * `qdrant-upsert`: how fast a version's questions are written, with dense vectors, BM25 weights and payload, beside the client's bare upsert of
 * the dense vectors alone in batches of the same size; into fresh collections of one server, in turn.
 */
import { QdrantClient } from '@qdrant/js-client-rest';
import { connectQdrant } from '../../src/index/qdrant/connection.ts';
import { DEFAULT_QDRANT_SETTINGS } from '../../src/index/qdrant/settings.ts';
import { createVersionCollection, dropCollection } from '../../src/index/qdrant/version-collection.ts';
import { writeQuestions } from '../../src/index/qdrant/write-questions.ts';
import { wordTerms } from '../../src/text/terms.ts';
import { startQdrant } from '../../test/support/qdrant-server.ts';
import type { BenchContext } from '../support/context.ts';
import { median } from '../support/median.ts';
import { atLeast, type Findings, short } from '../support/report.ts';
import { spreadQuestions } from '../support/spread-encoder.ts';

const QUESTIONS = 100_000;
const DIMENSION = 384;
const BARE_BATCH = 128;

/** Unit vectors; their values do not matter, their digits do: as many as an encoder's have. */
function randomVectors(): Float32Array {
  const vectors = Float32Array.from({ length: QUESTIONS * DIMENSION }, () => Math.random() - 0.5);
  for (let row = 0; row < QUESTIONS; row += 1) {
    const vector = vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION);
    const length = Math.hypot(...vector);
    for (const [place, value] of vector.entries()) vector[place] = value / length;
  }
  return vectors;
}

async function bareUpsert(url: string, vectors: Float32Array): Promise<number> {
  const client = new QdrantClient({ url, checkCompatibility: false });
  await client.createCollection('bare', {
    vectors: { size: DIMENSION, distance: 'Dot' },
    hnsw_config: { m: 0 },
    optimizers_config: { indexing_threshold: 0 },
  });
  const start = performance.now();
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < QUESTIONS) {
      const first = next;
      next += BARE_BATCH;
      const points = Array.from({ length: Math.min(BARE_BATCH, QUESTIONS - first) }, (_, step) => ({
        id: first + step,
        vector: Array.from(vectors.subarray((first + step) * DIMENSION, (first + step + 1) * DIMENSION)),
      }));
      await client.upsert('bare', { wait: true, points });
    }
  };
  await Promise.all([writer(), writer()]);
  const seconds = (performance.now() - start) / 1000;
  await client.deleteCollection('bare');
  return QUESTIONS / seconds;
}

/** Rates in points a second, pair by pair. */
export async function qdrantUpsert(context: BenchContext): Promise<Findings> {
  const texts = spreadQuestions(context.workload.questions, QUESTIONS).map(({ text }) => text);
  const rows = texts.map((text) => ({ text, terms: wordTerms(text), locale: 'en', tags: ['a', 'b'], group: 0 }));
  const vectors = randomVectors();
  await using server = await startQdrant();
  // As a version of this size is written; its graph is built afterwards.
  const settings = { ...DEFAULT_QDRANT_SETTINGS, urls: [server.url] };
  const connection = connectQdrant(settings);
  const manifest = {
    corpus: 'bench',
    version: 'v1',
    createdAt: new Date(),
    modelDigest: '',
    dimension: DIMENSION,
    entries: 1,
    questions: QUESTIONS,
    intents: 1,
  };
  const pairs: { readonly ours: number; readonly bare: number }[] = [];
  const rounds = context.quick ? 1 : 3;
  for (let round = 0; round < rounds; round += 1) {
    context.log(`round ${round + 1} of ${rounds}`);
    const bare = await bareUpsert(server.url, vectors);
    const place = { connection, settings, collection: 'ours' };
    await createVersionCollection(place, manifest);
    const start = performance.now();
    await writeQuestions(place, { manifest, rows, vectors }, () => undefined);
    pairs.push({ ours: QUESTIONS / ((performance.now() - start) / 1000), bare });
    await dropCollection(place);
  }
  connection.close();
  const ratio = median(pairs.map(({ ours, bare }) => ours / bare));
  return {
    tables: [
      {
        title: `Writing ${QUESTIONS} questions of ${DIMENSION} values`,
        heading: ['', 'points/s, median'],
        rows: [
          ['bare upsert of dense vectors', short(median(pairs.map(({ bare }) => bare)))],
          ['dense, BM25 weights, payload and their indexes', short(median(pairs.map(({ ours }) => ours)))],
        ],
      },
    ],
    figures: [atLeast('rate of the bare upsert', ratio, 0.6)],
  };
}
