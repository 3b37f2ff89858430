/**
 * Lexical similarity of an utterance to the landmarks: cosine of character TF-IDF (n-grams of 2 to 4 within words,
 * 1 + ln tf, idf = 1 + ln((1 + n) / (1 + df)), unit length), through an inverted index over the landmarks.
 * Formula: scikit-learn's TfidfVectorizer(analyzer="char_wb", sublinear_tf=True). Knows nothing of vectors or intents.
 */
import { characterGrams } from '../text/terms.ts';

/** A fitted character kernel; plain data. */
export interface CharacterKernel {
  /** Grams by number, joined by newlines (no gram holds one). */
  readonly vocabulary: string;
  /** [grams] */
  readonly idf: Float32Array;
  /** [grams + 1] where each gram's postings begin. */
  readonly offsets: Int32Array;
  /** Landmark of each posting. */
  readonly landmarks: Int32Array;
  /** TF-IDF weight of each posting. */
  readonly weights: Float32Array;
  readonly landmarkCount: number;
}

/** Sparse unit vector of one text. */
interface SparseVector {
  readonly grams: readonly number[];
  readonly weights: readonly number[];
}

function countGrams(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const gram of characterGrams(text)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  return counts;
}

function weigh(counts: ReadonlyMap<string, number>, numberOf: ReadonlyMap<string, number>, idf: Float32Array): SparseVector {
  const grams: number[] = [];
  const weights: number[] = [];
  let squares = 0;
  for (const [gram, count] of counts) {
    const number = numberOf.get(gram);
    if (number === undefined) continue;
    const weight = (1 + Math.log(count)) * (idf[number] as number);
    grams.push(number);
    weights.push(weight);
    squares += weight * weight;
  }
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  return { grams, weights: weights.map((weight) => weight * scale) };
}

/** @param texts every stored question, which set the idf. @param landmarkRows rows that are landmarks, in the kernel's order. */
export function fitCharacterKernel(texts: readonly string[], landmarkRows: Int32Array): CharacterKernel {
  const documents = texts.map(countGrams);
  const numberOf = new Map<string, number>();
  const frequency: number[] = [];
  for (const document of documents) {
    for (const gram of document.keys()) {
      const number = numberOf.get(gram);
      if (number === undefined) {
        numberOf.set(gram, frequency.length);
        frequency.push(1);
      } else frequency[number] = (frequency[number] as number) + 1;
    }
  }
  const idf = Float32Array.from(frequency, (df) => 1 + Math.log((1 + texts.length) / (1 + df)));
  const lists: { landmark: number; weight: number }[][] = frequency.map(() => []);
  landmarkRows.forEach((row, landmark) => {
    const vector = weigh(documents[row] ?? new Map(), numberOf, idf);
    vector.grams.forEach((gram, position) => {
      lists[gram]?.push({ landmark, weight: vector.weights[position] as number });
    });
  });
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, gram) => {
    offsets[gram + 1] = (offsets[gram] as number) + list.length;
  });
  const postings = lists.flat();
  return {
    vocabulary: [...numberOf.keys()].join('\n'),
    idf,
    offsets,
    landmarks: Int32Array.from(postings, (posting) => posting.landmark),
    weights: Float32Array.from(postings, (posting) => posting.weight),
    landmarkCount: landmarkRows.length,
  };
}

/** A function text → [landmarks] similarity in [0, 1]; text without a known gram gives zeros. Grams unknown to the corpus do not count. */
export function characterSimilarity(kernel: CharacterKernel): (text: string) => Float32Array {
  const numberOf = new Map<string, number>();
  if (kernel.vocabulary !== '') for (const [number, gram] of kernel.vocabulary.split('\n').entries()) numberOf.set(gram, number);
  const { offsets, landmarks, weights, idf } = kernel;
  return (text) => {
    const out = new Float32Array(kernel.landmarkCount);
    const vector = weigh(countGrams(text), numberOf, idf);
    vector.grams.forEach((gram, position) => {
      const weight = vector.weights[position] as number;
      const end = offsets[gram + 1] as number;
      for (let posting = offsets[gram] as number; posting < end; posting += 1) {
        const landmark = landmarks[posting] as number;
        out[landmark] = (out[landmark] as number) + weight * (weights[posting] as number);
      }
    });
    return out;
  };
}
