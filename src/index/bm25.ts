/**
 * BM25 over an inverted index in memory. The formula is bm25-weights.ts's; here it is summed, term by term, over the rows that hold the term.
 */
import { type TermWeights, termCounts, termWeights } from './bm25-weights.ts';

/** Scores of one query; valid only while the reader that was handed them runs. */
export interface Bm25Scores {
  /** [rows]; 0 where no term is shared. */
  readonly byRow: Float64Array;
  /** Rows with a score above 0, each once, in no particular order. */
  readonly touched: Uint32Array;
}

/** BM25 over a fixed list of documents. */
export interface Bm25 {
  readonly size: number;
  /** Scores the documents that share a term with the query and hands them to `read`, whose result it returns. Touches no other document. */
  scored<T>(terms: readonly string[], read: (scores: Bm25Scores) => T): T;
}

interface Postings {
  /** [terms + 1] */
  readonly start: Uint32Array;
  readonly rows: Uint32Array;
  readonly weights: Float32Array;
}

/** Row-major to term-major, rows ascending within a term. */
function transpose({ vocabulary, rowStart, termNumbers, weights }: TermWeights): Postings {
  const start = new Uint32Array(vocabulary.size + 1);
  for (const number of termNumbers) start[number + 1] = (start[number + 1] ?? 0) + 1;
  for (let number = 0; number < vocabulary.size; number += 1) start[number + 1] = (start[number + 1] ?? 0) + (start[number] ?? 0);
  const next = start.slice();
  const rows = new Uint32Array(termNumbers.length);
  const transposed = new Float32Array(termNumbers.length);
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    for (let place = rowStart[row] ?? 0; place < (rowStart[row + 1] ?? 0); place += 1) {
      const number = termNumbers[place] ?? 0;
      const target = next[number] ?? 0;
      rows[target] = row;
      transposed[target] = weights[place] ?? 0;
      next[number] = target + 1;
    }
  }
  return { start, rows, weights: transposed };
}

/** Indexes documents given as their terms, repeats kept; 10,000 questions take some 20 ms. */
export function openBm25(documents: readonly (readonly string[])[]): Bm25 {
  const weighed = termWeights(documents);
  const { vocabulary } = weighed;
  const postings = transpose(weighed);
  // One pair of buffers for all searches: a search runs to its end without a break, and clears what it touched.
  const byRow = new Float64Array(documents.length);
  const touched = new Uint32Array(documents.length);
  let count = 0;

  function addTerm(number: number, occurrences: number): void {
    for (let place = postings.start[number] ?? 0; place < (postings.start[number + 1] ?? 0); place += 1) {
      const row = postings.rows[place] ?? 0;
      const before = byRow[row] ?? 0;
      if (before === 0) touched[count++] = row;
      byRow[row] = before + occurrences * (postings.weights[place] ?? 0);
    }
  }

  return {
    size: documents.length,
    scored(terms, read) {
      const query = termCounts(terms, vocabulary);
      try {
        for (const [place, number] of query.termNumbers.entries()) addTerm(number, query.counts[place] ?? 0);
        return read({ byRow, touched: touched.subarray(0, count) });
      } finally {
        for (let place = 0; place < count; place += 1) byRow[touched[place] ?? 0] = 0;
        count = 0;
      }
    },
  };
}
