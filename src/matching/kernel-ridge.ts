/**
 * Weighted kernel ridge regression, one intent against the rest, on the columns P of ridge-basis.ts. Its rows are the stored questions, the
 * intents' names and answers where these help, and the counter-examples (training-rows.ts).
 *
 *   A = Pᵀ D P + λ I              Q = P chol(A)⁻ᵀ                               G = Qᵀ D (Y − ȳ)
 *   fitted scores F = Q G + ȳ                                                   hat matrix H = Q Qᵀ D
 *   scores of an utterance        F(q) = [k(q, landmarks), z(q)] V + ȳ          with W = chol(A)⁻ᵀ G,  V = [L⁻ᵀ W_landmarks; s W_coordinates]
 *
 * Q is all that leave-one-out needs (honest-scores.ts). Products go through `multiply`; triangles are factored in float64.
 */
import { type FitInput, type LabelledTexts, type Multiply, NO_INTENT } from './contract.ts';
import { rowWeights } from './landmarks.ts';
import { inverseCholesky, rowSquared, transpose } from './linear-algebra.ts';
import { addOwnCounterExamples } from './own-counter-examples.ts';
import { type BasisModel, featuresOf, fitBasis, weightsOfFeatures } from './ridge-basis.ts';
import { trainingRows } from './training-rows.ts';

const RIDGE = 0.2;

/** What scoring needs of a fitted ridge; plain data. */
export interface RidgeModel extends BasisModel {
  /** [(landmarks + coordinates) × intents] V. */
  readonly weights: Float32Array;
  /** [intents] ȳ. */
  readonly base: Float32Array;
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
  /** Intent number of each row: the stored questions first, then names and answers, then counter-examples, which have none. */
  readonly intents: Int32Array;
  /** [rows] D. */
  readonly rowWeights: Float64Array;
  /** Rows that say again what a stored question says, by the question's row. */
  readonly repeats: ReadonlyMap<number, readonly number[]>;
  /** Row of the first counter-example. */
  readonly counterStart: number;
  /** [counter-examples] how much each explains itself: what it scores without itself is its score divided by 1 less this. */
  readonly counterLeverages: Float32Array;
}

/** G = Qᵀ D (Y − ȳ), [columns × intents]; Y is one-hot, and 0 throughout for counter-examples, so its part is a sum of rows. */
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
      if (intent !== NO_INTENT) g[j * c + intent] = (g[j * c + intent] as number) + value;
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
  const total = weights.reduce((sum, weight, row) => sum + (intents[row] === NO_INTENT ? 0 : weight), 0);
  intents.forEach((intent, row) => {
    if (intent !== NO_INTENT) shares[intent] = (shares[intent] as number) + (weights[row] as number) / total;
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

/**
 * [texts × intents] scores of many utterances before any vote, as ridge-scorer.ts computes them one by one. By `multiply`, since fitting runs in a thread of its own and
 * V8 aborts the process now and then where two threads hold WebAssembly (nodejs/node#64500).
 */
export async function ridgeScores(
  model: RidgeModel,
  utterances: Pick<LabelledTexts, 'texts' | 'vectors'>,
  multiply: Multiply,
): Promise<Float32Array> {
  const features = await featuresOf(model, utterances, multiply);
  const rows = utterances.texts.length;
  const scores = await multiply(features, model.weights, { rows, inner: features.length / rows, columns: model.intentCount });
  return scores.map((score, i) => score + (model.base[i % model.intentCount] as number));
}

/** Fits the ridge. @param step called between stages, for progress. At least one question. */
export async function fitKernelRidge(input: FitInput, multiply: Multiply, step: () => void): Promise<RidgeFit> {
  const { intentCount } = input;
  const rows = await trainingRows(input, multiply);
  const basis = await fitBasis(rows, input, { multiply, step });
  const n = rows.texts.length;
  const columns = basis.p.length / n;
  const weights = rowWeights(rows.intents, intentCount);
  // Those of one intent are added to its column when all else is fitted.
  input.counterIntents.forEach((intent, number) => {
    if (intent !== NO_INTENT) weights[rows.counterStart + number] = 0;
  });
  const normal = await normalMatrix(basis.p, weights, multiply);
  const outer = Float32Array.from(await inverseCholesky(normal, columns, { ridge: RIDGE, multiply }));
  step();
  const q = await multiply(basis.p, outer, { rows: n, inner: columns, columns, transposeB: true });
  const base = weightedShares(rows.intents, intentCount, weights);
  const { intents, repeats, counterStart } = rows;
  const alone = targets(q, intents, { weights, base });
  const fitted = await multiply(q, alone, { rows: n, inner: columns, columns: intentCount });
  for (let i = 0; i < fitted.length; i += 1) fitted[i] = (fitted[i] as number) + (base[i % intentCount] as number);
  const { g, leverages } = await addOwnCounterExamples({ q, columns, g: alone, base, counterStart }, input.counterIntents, multiply);
  const w = await multiply(transpose(outer, columns, columns), g, { rows: columns, inner: columns, columns: intentCount });
  const model = { ...basis.model, weights: await weightsOfFeatures(w, basis, multiply), base };
  step();
  const counterLeverages = leverages.map(
    (own, number) => own + (weights[counterStart + number] as number) * rowSquared(q, columns, counterStart + number),
  );
  return { columns, q, intents, rowWeights: weights, repeats, counterStart, model, fitted, counterLeverages };
}
