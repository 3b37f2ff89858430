/**
 * BM25 as sparse vectors: a document weighs each of its terms, a query counts each of its terms, and the score is their dot product.
 * So an inverted index in memory and a sparse vector in a database give the same score. Knows nothing of rows, filters or storage.
 *
 * weight(t, d) = idf(t) · tf / (tf + k1 · (1 − b + b · |d| / avgdl)),  idf(t) = ln(1 + (N − df + ½) / (df + ½))
 * Source: Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), eq. 3.15, in the form of Lucene 8 and
 * later: the idf is never negative, and the constant factor (k1 + 1), which changes no order, is left out.
 */

/** Saturation of repeats; the usual default, and questions seldom repeat a word. */
export const BM25_K1 = 1.2;
/** Share of length normalisation; the usual default. */
export const BM25_B = 0.75;

/** Weights of all documents, row after row. */
export interface TermWeights {
  /** Term to its number, from 0 in order of first appearance. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** [documents + 1]; document d owns the places rowStart[d] to rowStart[d + 1] of the next two. */
  readonly rowStart: Uint32Array;
  /** Term numbers, distinct within a document. */
  readonly termNumbers: Uint32Array;
  /** Weights, above 0. */
  readonly weights: Float32Array;
}

/** A query's known terms and how often each is in it. */
export interface TermCounts {
  readonly termNumbers: readonly number[];
  readonly counts: readonly number[];
}

interface Counted {
  readonly vocabulary: Map<string, number>;
  readonly rowStart: Uint32Array;
  readonly termNumbers: number[];
  readonly frequencies: number[];
  /** Documents that hold each term. */
  readonly documentFrequencies: number[];
}

function countTerms(documents: readonly (readonly string[])[]): Counted {
  const vocabulary = new Map<string, number>();
  const rowStart = new Uint32Array(documents.length + 1);
  const termNumbers: number[] = [];
  const frequencies: number[] = [];
  const documentFrequencies: number[] = [];
  /** Where each term was last put; before the document's start it is new to the document. */
  const lastPlace: number[] = [];
  for (const [row, terms] of documents.entries()) {
    const start = termNumbers.length;
    for (const term of terms) {
      const number = vocabulary.get(term) ?? vocabulary.size;
      if (number === vocabulary.size) vocabulary.set(term, number);
      const place = lastPlace[number] ?? -1;
      if (place >= start) {
        frequencies[place] = (frequencies[place] ?? 0) + 1;
      } else {
        lastPlace[number] = termNumbers.length;
        termNumbers.push(number);
        frequencies.push(1);
        documentFrequencies[number] = (documentFrequencies[number] ?? 0) + 1;
      }
    }
    rowStart[row + 1] = termNumbers.length;
  }
  return { vocabulary, rowStart, termNumbers, frequencies, documentFrequencies };
}

/** Weighs the terms of every document (repeats kept in the input). No documents, and documents without terms, are fine. */
export function termWeights(documents: readonly (readonly string[])[]): TermWeights {
  const { vocabulary, rowStart, termNumbers, frequencies, documentFrequencies } = countTerms(documents);
  const total = documents.length;
  const idf = documentFrequencies.map((df) => Math.log1p((total - df + 0.5) / (df + 0.5)));
  const averageLength = documents.reduce((sum, terms) => sum + terms.length, 0) / total;
  const weights = new Float32Array(termNumbers.length);
  for (const [row, terms] of documents.entries()) {
    const norm = BM25_K1 * (1 - BM25_B + (BM25_B * terms.length) / averageLength);
    for (let place = rowStart[row] ?? 0; place < (rowStart[row + 1] ?? 0); place += 1) {
      const frequency = frequencies[place] ?? 0;
      weights[place] = ((idf[termNumbers[place] ?? 0] ?? 0) * frequency) / (frequency + norm);
    }
  }
  return { vocabulary, rowStart, termNumbers: Uint32Array.from(termNumbers), weights };
}

/** Counts a query's terms; terms that no document holds are dropped. In order of first appearance. */
export function termCounts(terms: readonly string[], vocabulary: ReadonlyMap<string, number>): TermCounts {
  const counts = new Map<number, number>();
  for (const term of terms) {
    const number = vocabulary.get(term);
    if (number !== undefined) counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return { termNumbers: [...counts.keys()], counts: [...counts.values()] };
}
