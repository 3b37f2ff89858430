/**
 * Small made-up versions and the plainest possible search over them: what every index is held to.
 */
import type { Hit, QuestionRow, RowFilter, SearchQuery, SearchResult, VersionContents } from '../../src/index/contract.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** [rows × dimension], unit rows; with a spread, rows crowd around a few centres as real questions do. */
export function unitVectors(
  size: { readonly rows: number; readonly dimension: number },
  random: () => number,
  spread?: number,
): Float32Array {
  const { rows, dimension } = size;
  const centres = Array.from({ length: 8 * dimension }, () => random() - 0.5);
  const vectors = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row += 1) {
    const centre = Math.floor(random() * 8) * dimension;
    const values = Array.from({ length: dimension }, (_, place) =>
      spread === undefined ? random() - 0.5 : (centres[centre + place] ?? 0) + spread * (random() - 0.5),
    );
    const length = Math.hypot(...values);
    for (const [place, value] of values.entries()) vectors[row * dimension + place] = value / length;
  }
  return vectors;
}

const WORDS = ['how', 'do', 'i', 'return', 'an', 'order', 'card', 'lost', 'my', 'where', 'is', 'refund', 'pay', 'by', 'invoice'];

/** Groups of a made-up version. */
export const GROUPS = 7;

/** A version of `questions` made-up rows: locales en, de and none, tags a and b, seven groups, a few rows without terms. */
export function madeUpVersion(
  name: { readonly corpus: string; readonly version: string; readonly createdAt?: Date },
  questions: number,
  seed = 1,
): VersionContents {
  const random = seededRandom(seed);
  const dimension = 16;
  const rows = Array.from({ length: questions }, (_, row): QuestionRow => {
    const terms = Array.from(
      { length: row % 11 === 7 ? 0 : 1 + Math.floor(random() * 7) },
      () => WORDS[Math.floor(random() ** 2 * WORDS.length)] ?? '',
    );
    return {
      text: terms.join(' '),
      terms,
      locale: ['en', 'de', ''][row % 3] ?? '',
      tags: ['a', 'b'].filter((_tag, place) => random() < 0.5 + place * 0.2),
      group: row % GROUPS,
    };
  });
  return {
    manifest: {
      corpus: name.corpus,
      version: name.version,
      createdAt: name.createdAt ?? new Date('2026-11-03T10:00:00.000Z'),
      modelDigest: 'sha256:0',
      dimension,
      entries: questions,
      questions,
      intents: Math.min(questions, 3),
    },
    rows,
    vectors: unitVectors({ rows: questions, dimension }, random),
    artifacts: new Map([
      ['corpus.json', Buffer.from('{"entries":[]}')],
      ['scorer.bin', Uint8Array.from({ length: 1000 }, (_, place) => place % 251)],
    ]),
  };
}

/** Inner product in float64, in four sums as the index adds them, so that results are equal to the last digit. */
export function naiveCosine(vectors: Float32Array, row: number, query: Float32Array): number {
  const sums = [0, 0, 0, 0];
  for (let place = 0; place < query.length; place += 1) {
    sums[place % 4] = (sums[place % 4] ?? 0) + (vectors[row * query.length + place] ?? 0) * (query[place] ?? 0);
  }
  return Math.max(
    -1,
    Math.min(
      1,
      sums.reduce((sum, part) => sum + part),
    ),
  );
}

/** BM25 of one document, straight from the formula. */
export function naiveBm25(documents: readonly (readonly string[])[], row: number, query: readonly string[]): number {
  const document = documents[row] ?? [];
  const average = documents.reduce((sum, terms) => sum + terms.length, 0) / documents.length;
  let score = 0;
  for (const term of query) {
    const tf = document.filter((other) => other === term).length;
    if (tf === 0) continue;
    const df = documents.filter((terms) => terms.includes(term)).length;
    const idf = Math.log(1 + (documents.length - df + 0.5) / (df + 0.5));
    score += (idf * tf) / (tf + 1.2 * (1 - 0.75 + (0.75 * document.length) / average));
  }
  return score;
}

/** Where one of two tags has all that the other begins with, subtag for subtag. */
function sharesLocale(one: string, other: string): boolean {
  const [left, right] = [one, other].map((tag) => tag.toLowerCase().split('-'));
  return left?.every((part, place) => right?.[place] === undefined || part === right[place]) === true && (one === '') === (other === '');
}

function passes(row: QuestionRow, filter: RowFilter | undefined): boolean {
  if (filter === undefined) return true;
  return (
    (filter.locales.length === 0 || filter.locales.some((locale) => sharesLocale(locale, row.locale))) &&
    filter.tags.every((tag) => row.tags.includes(tag))
  );
}

/** The whole contract of a search, by looking at everything. */
export function naiveSearch({ rows, vectors }: VersionContents, query: SearchQuery): SearchResult {
  const documents = rows.map((row) => row.terms);
  const hits = rows.flatMap((row, number): readonly Hit[] => {
    if (!passes(row, query.filter)) return [];
    return [{ row: number, similarity: naiveCosine(vectors, number, query.vector), lexical: naiveBm25(documents, number, query.terms) }];
  });
  return {
    dense: hits.toSorted((left, right) => right.similarity - left.similarity || left.row - right.row).slice(0, query.k),
    lexical: hits
      .filter((hit) => hit.lexical > 0)
      // Documents with the same words in another order must tie in spite of float64's rounding of the oracle's own sum.
      .toSorted((left, right) => (Math.abs(right.lexical - left.lexical) > 1e-9 ? right.lexical - left.lexical : left.row - right.row))
      .slice(0, query.k),
    similarities: Float32Array.from(query.rows ?? [], (row) => naiveCosine(vectors, row, query.vector)),
    nearest: (query.groups ?? []).map((group) => {
      const own = hits.filter(({ row }) => rows[row]?.group === group);
      const [best] = own.toSorted((left, right) => right.similarity - left.similarity || left.row - right.row);
      return best === undefined ? undefined : { row: best.row, similarity: best.similarity };
    }),
  };
}
