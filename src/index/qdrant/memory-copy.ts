/**
 * A version's vectors in this process as well, to answer from while Qdrant is away. Fetched in the background after the version is open:
 * nobody waits for it, and until it is whole the version is as dependent on Qdrant as without.
 */
import { FaqError } from '../../errors.ts';
import type { QuestionIndex, QuestionRow } from '../contract.ts';
import { openEmbeddedIndex } from '../embedded/embedded-index.ts';
import type { QdrantConnection } from './connection.ts';
import { DENSE } from './version-collection.ts';

/** Vectors of one request: 2 MB of JSON at 384 dimensions. */
const AT_ONCE = 256;
const CALL_MS = 60_000;
const PATIENCE_MS = 600_000;

/** What is copied. */
export interface CopySource {
  readonly connection: QdrantConnection;
  readonly collection: string;
  readonly rows: readonly QuestionRow[];
  readonly dimension: number;
}

/** The vectors of all rows, [rows × dimension], exactly as they were written. @throws FaqError data_loss where one is missing. */
export async function fetchVectors({ connection, collection, rows, dimension }: CopySource, signal?: AbortSignal): Promise<Float32Array> {
  const vectors = new Float32Array(rows.length * dimension);
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, rows.length - start) }, (_, step) => start + step);
    const { data } = await connection.call({
      what: 'fetch vectors',
      run: (api, init) => api.getPoints({ collection_name: collection, ids, with_payload: false, with_vector: [DENSE] }, init),
      signal,
      timeoutMs: CALL_MS,
      patienceMs: PATIENCE_MS,
    });
    let missing = ids.length;
    for (const { id, vector } of data.result ?? []) {
      const dense = (vector as Readonly<Record<string, unknown>> | undefined)?.[DENSE];
      if (!Array.isArray(dense) || dense.length !== dimension) continue;
      vectors.set(dense as number[], Number(id) * dimension);
      missing -= 1;
    }
    if (missing !== 0) throw new FaqError('data_loss', `${missing} vectors are missing in ${collection}. Reload the corpus.`);
  }
  return vectors;
}

/** Asks the first index, and the copy where the first is away and the copy is there. */
export function withMemoryCopy(index: QuestionIndex, source: CopySource, onProblem: (problem: string) => void): QuestionIndex {
  let copy: QuestionIndex | undefined;
  fetchVectors(source)
    .then((vectors) => openEmbeddedIndex({ rows: source.rows, vectors, dimension: source.dimension }))
    .then(
      (opened) => {
        copy = opened;
      },
      (error: unknown) => onProblem(`The copy in memory of ${source.collection} could not be made: ${FaqError.from(error).message}`),
    );
  async function either<T>(ask: (from: QuestionIndex) => Promise<T>): Promise<T> {
    try {
      return await ask(index);
    } catch (error) {
      if (copy === undefined || !(error instanceof FaqError) || error.code !== 'unavailable') throw error;
      return ask(copy);
    }
  }
  return {
    size: index.size,
    dimension: index.dimension,
    method: index.method,
    remote: index.remote,
    search: (query, signal) => either((from) => from.search(query, signal)),
    nearestOfGroups: (query) => either((from) => from.nearestOfGroups(query)),
  };
}
