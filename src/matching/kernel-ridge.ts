/**
 * Weighted kernel ridge regression, one intent against the rest, on Nyström landmarks (Williams & Seeger 2001). Its rows are the
 * stored questions, and the intents' names where these help (training-rows.ts).
 *
 *   K = k(rows, landmarks)   K_mm + 1e-5 I = L Lᵀ   P = K L⁻ᵀ   A = Pᵀ D P + λ I   Q = P chol(A)⁻ᵀ
 *   G = Qᵀ D (Y − ȳ)              fitted scores F = Q G + ȳ          hat matrix H = Q Qᵀ D
 *   scores of an utterance        F(q) = k(q, landmarks) V + ȳ       with V = L⁻ᵀ chol(A)⁻ᵀ G
 *
 * Q is all that leave-one-out needs (honest-scores.ts). Products go through `multiply`; triangles are factored in float64.
 */
import { type CharacterKernel, characterSimilarity, fitCharacterKernel } from './character-kernel.ts';
import type { FitInput, Multiply } from './contract.ts';
import { CHARACTER_WEIGHT, centre, meanVector, vectorKernel } from './kernel.ts';
import { drawRows, rowWeights } from './landmarks.ts';
import { cholesky, invertLower, transpose } from './linear-algebra.ts';
import { trainingRows } from './training-rows.ts';

const RIDGE = 0.2;
const JITTER = 1e-5;

/** What scoring needs of a fitted ridge; plain data. */
export interface RidgeModel {
  readonly dimension: number;
  readonly intentCount: number;
  /** [dimension] mean of the training rows' vectors. */
  readonly mean: Float32Array;
  /** [landmarks × dimension] centred, unit length; stored questions first. */
  readonly landmarks: Float32Array;
  /** How many of the landmarks are stored questions; the others are names and answers. */
  readonly questionLandmarks: number;
  /** [landmarks × intents] V. */
  readonly weights: Float32Array;
  /** [intents] ȳ. */
  readonly base: Float32Array;
  readonly characters: CharacterKernel;
}

/** What honest scores need besides. */
export interface RidgeFit {
  readonly model: RidgeModel;
  readonly landmarkCount: number;
  /** [rows × landmarks] Q. */
  readonly q: Float32Array;
  /** [rows × intents] F. */
  readonly fitted: Float32Array;
  /** Intent number of each row: the stored questions first, then names. */
  readonly intents: Int32Array;
  /** [rows] D. */
  readonly rowWeights: Float64Array;
}

/** [rows × landmarks] kernel values, computed in place over the cosines. */
function addKernel(cosines: Float32Array, texts: readonly string[], characters: CharacterKernel): Float32Array {
  const similarity = characterSimilarity(characters);
  const m = characters.landmarkCount;
  texts.forEach((text, row) => {
    const lexical = similarity(text);
    for (let j = 0; j < m; j += 1) {
      cosines[row * m + j] = vectorKernel(cosines[row * m + j] as number) + CHARACTER_WEIGHT * (lexical[j] as number);
    }
  });
  return cosines;
}

/** Rows of a [· × columns] matrix, in the order named. */
export function takeRows(matrix: Float32Array, columns: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    out.set(matrix.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return out;
}

/** G = Qᵀ D (Y − ȳ), [landmarks × intents]; Y is one-hot, so its part is a sum of rows. */
function targets(
  q: Float32Array,
  intents: Int32Array,
  { weights, base }: { readonly weights: Float64Array; readonly base: Float32Array },
): Float32Array {
  const c = base.length;
  const m = q.length / weights.length;
  const all = new Float64Array(m);
  const g = new Float64Array(m * c);
  intents.forEach((intent, row) => {
    const weight = weights[row] as number;
    for (let j = 0; j < m; j += 1) {
      const value = weight * (q[row * m + j] as number);
      all[j] = (all[j] as number) + value;
      g[j * c + intent] = (g[j * c + intent] as number) + value;
    }
  });
  return Float32Array.from(g, (value, i) => value - (all[Math.floor(i / c)] as number) * (base[i % c] as number));
}

/**
 * ȳ: weighted share of each intent. A lone intent has no rest to be told from, and a share of 1 would make every utterance score 1:
 * it starts from 0 instead, so that its score falls with the distance from its questions.
 */
function weightedShares(intents: Int32Array, intentCount: number, weights: Float64Array): Float32Array {
  const shares = new Float32Array(intentCount);
  if (intentCount === 1) return shares;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  intents.forEach((intent, row) => {
    shares[intent] = (shares[intent] as number) + (weights[row] as number) / total;
  });
  return shares;
}

/** PᵀDP + λI as float64, through one product of the weighted transpose with itself. */
async function normalMatrix(p: Float32Array, weights: Float64Array, multiply: Multiply): Promise<Float64Array> {
  const n = weights.length;
  const m = p.length / n;
  const scaled = new Float32Array(p.length);
  for (let row = 0; row < n; row += 1) {
    const root = Math.sqrt(weights[row] as number);
    for (let j = 0; j < m; j += 1) scaled[row * m + j] = root * (p[row * m + j] as number);
  }
  const turned = transpose(scaled, n, m);
  return Float64Array.from(await multiply(turned, scaled, { rows: m, inner: n, columns: m }));
}

/** Fits the ridge. @param step called between stages, for progress. At least one question. */
export async function fitKernelRidge(input: FitInput, multiply: Multiply, step: () => void): Promise<RidgeFit> {
  const { dimension, intentCount } = input;
  const { texts, intents, vectors } = await trainingRows(input, multiply);
  const n = texts.length;
  const rows = drawRows(intents, intentCount, input.settings.landmarks);
  const m = rows.length;
  const mean = meanVector(vectors, dimension);
  const centred = centre(vectors, mean);
  const landmarks = takeRows(centred, dimension, rows);
  const questionLandmarks = rows.filter((row) => row < input.texts.length).length;
  const characters = fitCharacterKernel(texts, rows);
  const cosines = await multiply(centred, landmarks, { rows: n, inner: dimension, columns: m, transposeB: true });
  const kernel = addKernel(cosines, texts, characters);
  step();
  const lowerInverse = invertLower(cholesky(Float64Array.from(takeRows(kernel, m, rows)), m, JITTER), m);
  const p = await multiply(kernel, Float32Array.from(lowerInverse), { rows: n, inner: m, columns: m, transposeB: true });
  step();
  const weights = rowWeights(intents, intentCount);
  const outerInverse = invertLower(cholesky(await normalMatrix(p, weights, multiply), m, RIDGE), m);
  const outer = Float32Array.from(outerInverse);
  step();
  const q = await multiply(p, outer, { rows: n, inner: m, columns: m, transposeB: true });
  const base = weightedShares(intents, intentCount, weights);
  const g = targets(q, intents, { weights, base });
  const fitted = await multiply(q, g, { rows: n, inner: m, columns: intentCount });
  for (let i = 0; i < fitted.length; i += 1) fitted[i] = (fitted[i] as number) + (base[i % intentCount] as number);
  const w = await multiply(transpose(outer, m, m), g, { rows: m, inner: m, columns: intentCount });
  const v = await multiply(transpose(Float32Array.from(lowerInverse), m, m), w, { rows: m, inner: m, columns: intentCount });
  step();
  return {
    model: { dimension, intentCount, mean, landmarks, questionLandmarks, weights: v, base, characters },
    landmarkCount: m,
    q,
    fitted,
    intents,
    rowWeights: weights,
  };
}
