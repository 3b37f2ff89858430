/**
 * Weighted kernel ridge regression, one intent against the rest, on Nyström landmarks (Williams & Seeger 2001). Its rows are the
 * stored questions, and the intents' names where these help (training-rows.ts). Where landmarks are only some of the rows, what they miss
 * of the vectors Z is given back by the coordinates themselves, a linear kernel beside the landmarks' (docs/decisions/0019-coordinates-and-vote.md).
 *
 *   K = k(rows, landmarks)   K_mm + 1e-5 I = L Lᵀ   P = [K L⁻ᵀ, s Z]   A = Pᵀ D P + λ I   Q = P chol(A)⁻ᵀ
 *   G = Qᵀ D (Y − ȳ)              fitted scores F = Q G + ȳ                     hat matrix H = Q Qᵀ D
 *   scores of an utterance        F(q) = [k(q, landmarks), z(q)] V + ȳ          with W = chol(A)⁻ᵀ G,  V = [L⁻ᵀ W_landmarks; s W_coordinates]
 *
 * Q is all that leave-one-out needs (honest-scores.ts). Products go through `multiply`; triangles are factored in float64.
 */
import { type CharacterKernel, characterSimilarity, fitCharacterKernel } from './character-kernel.ts';
import type { FitInput, LabelledTexts, Multiply } from './contract.ts';
import { CHARACTER_WEIGHT, centre, meanVector, vectorKernel } from './kernel.ts';
import { drawRows, rowWeights } from './landmarks.ts';
import { inverseCholesky, transpose } from './linear-algebra.ts';
import { trainingRows } from './training-rows.ts';

const RIDGE = 0.2;
const JITTER = 1e-5;

/** s = 2 (1 − landmarks / rows): nothing where every row is a landmark, and nearly 2 where most are not. */
function coordinateScale(rows: number, landmarks: number): number {
  return 2 * (1 - landmarks / rows);
}

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
  /** How many coordinates of the centred vector count beside the landmarks: all, or none where every row is a landmark. */
  readonly coordinates: number;
  /** [(landmarks + coordinates) × intents] V. */
  readonly weights: Float32Array;
  /** [intents] ȳ. */
  readonly base: Float32Array;
  readonly characters: CharacterKernel;
}

/** What honest scores need besides. */
export interface RidgeFit {
  readonly model: RidgeModel;
  /** Columns of Q: landmarks and coordinates. */
  readonly columns: number;
  /** [rows × columns] Q. */
  readonly q: Float32Array;
  /** [rows × intents] F. */
  readonly fitted: Float32Array;
  /** Intent number of each row: the stored questions first, then names. */
  readonly intents: Int32Array;
  /** [rows] D. */
  readonly rowWeights: Float64Array;
}

interface Tools {
  readonly multiply: Multiply;
  /** Called between stages, for progress. */
  readonly step: () => void;
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

/** G = Qᵀ D (Y − ȳ), [columns × intents]; Y is one-hot, so its part is a sum of rows. */
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

/** P: the landmarks' part [rows × landmarks], and beside it the coordinates, scaled, where there are any. */
function withCoordinates(
  p: Float32Array,
  centred: Float32Array,
  { rows, coordinates, scale }: { readonly rows: number; readonly coordinates: number; readonly scale: number },
): Float32Array {
  if (coordinates === 0) return p;
  const m = p.length / rows;
  const out = new Float32Array(rows * (m + coordinates));
  for (let row = 0; row < rows; row += 1) {
    const start = row * (m + coordinates);
    out.set(p.subarray(row * m, (row + 1) * m), start);
    for (let j = 0; j < coordinates; j += 1) out[start + m + j] = scale * (centred[row * coordinates + j] as number);
  }
  return out;
}

/** The columns that the ridge weighs, on its rows. */
interface Basis {
  readonly model: Omit<RidgeModel, 'weights' | 'base'>;
  /** s. */
  readonly scale: number;
  /** [landmarks × landmarks] L⁻¹. */
  readonly inverseFactor: Float32Array;
  /** [rows × (landmarks + coordinates)] P. */
  readonly p: Float32Array;
}

async function fitBasis({ texts, intents, vectors }: LabelledTexts, input: FitInput, { multiply, step }: Tools): Promise<Basis> {
  const { dimension, intentCount } = input;
  const n = texts.length;
  const drawn = drawRows(intents, intentCount, input.settings.landmarks);
  const m = drawn.length;
  const coordinates = m < n ? dimension : 0;
  const scale = coordinateScale(n, m);
  const mean = meanVector(vectors, dimension);
  const centred = centre(vectors, mean);
  const landmarks = takeRows(centred, dimension, drawn);
  const questionLandmarks = drawn.filter((row) => row < input.texts.length).length;
  const characters = fitCharacterKernel(texts, drawn);
  const cosines = await multiply(centred, landmarks, { rows: n, inner: dimension, columns: m, transposeB: true });
  const kernel = addKernel(cosines, texts, characters);
  step();
  const among = Float64Array.from(takeRows(kernel, m, drawn));
  const inverseFactor = Float32Array.from(await inverseCholesky(among, m, { ridge: JITTER, multiply }));
  const landmarkPart = await multiply(kernel, inverseFactor, { rows: n, inner: m, columns: m, transposeB: true });
  step();
  return {
    model: { dimension, intentCount, mean, landmarks, questionLandmarks, coordinates, characters },
    scale,
    inverseFactor,
    p: withCoordinates(landmarkPart, centred, { rows: n, coordinates, scale }),
  };
}

/** V, from W on the columns of P to weights on kernel values and coordinates. */
async function weightsOfFeatures(w: Float32Array, { model, scale, inverseFactor }: Basis, multiply: Multiply): Promise<Float32Array> {
  const m = model.characters.landmarkCount;
  const columns = model.intentCount;
  const v = w.map((value) => scale * value);
  v.set(await multiply(transpose(inverseFactor, m, m), w.slice(0, m * columns), { rows: m, inner: m, columns }));
  return v;
}

/** Fits the ridge. @param step called between stages, for progress. At least one question. */
export async function fitKernelRidge(input: FitInput, multiply: Multiply, step: () => void): Promise<RidgeFit> {
  const { intentCount } = input;
  const rows = await trainingRows(input, multiply);
  const basis = await fitBasis(rows, input, { multiply, step });
  const n = rows.texts.length;
  const columns = basis.p.length / n;
  const weights = rowWeights(rows.intents, intentCount);
  const normal = await normalMatrix(basis.p, weights, multiply);
  const outer = Float32Array.from(await inverseCholesky(normal, columns, { ridge: RIDGE, multiply }));
  step();
  const q = await multiply(basis.p, outer, { rows: n, inner: columns, columns, transposeB: true });
  const base = weightedShares(rows.intents, intentCount, weights);
  const g = targets(q, rows.intents, { weights, base });
  const fitted = await multiply(q, g, { rows: n, inner: columns, columns: intentCount });
  for (let i = 0; i < fitted.length; i += 1) fitted[i] = (fitted[i] as number) + (base[i % intentCount] as number);
  const w = await multiply(transpose(outer, columns, columns), g, { rows: columns, inner: columns, columns: intentCount });
  const model = { ...basis.model, weights: await weightsOfFeatures(w, basis, multiply), base };
  step();
  return { model, columns, q, fitted, intents: rows.intents, rowWeights: weights };
}
