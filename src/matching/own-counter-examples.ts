/**
 * Counter-examples that refuse one intent, added to a fitted ridge: rows of target 0 in that intent's column alone, so that no other column
 * knows of them. With θ the intent's column of G, B its rows, w their weight (Woodbury 1950):
 *
 *   θ₊ = θ − w Q_Bᵀ M⁻¹ (Q_B θ + ȳ)          M = I + w Q_B Q_Bᵀ          leverage of row b  1 − (M⁻¹)_bb
 *   θ₊ = N⁻¹ (θ − w ȳ Q_Bᵀ 1)                 N = I + w Q_Bᵀ Q_B          leverage of row b  w Q_b N⁻¹ Q_bᵀ     for more rows than columns
 */
import { type Multiply, NO_INTENT } from './contract.ts';
import { COUNTER_WEIGHT } from './landmarks.ts';
import { inverseCholesky, takeRows, transpose } from './linear-algebra.ts';

interface FittedColumns {
  /** [rows × columns] Q. */
  readonly q: Float32Array;
  readonly columns: number;
  /** [columns × intents] G. */
  readonly g: Float32Array;
  /** [intents] ȳ. */
  readonly base: Float32Array;
  /** Row of the first counter-example. */
  readonly counterStart: number;
}

interface Refusing {
  /** [rows × columns] Q_B. */
  readonly block: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly theta: Float64Array;
  readonly share: number;
  readonly multiply: Multiply;
}

/** What adding rows to one column gives. */
interface Added {
  readonly theta: Float64Array;
  readonly leverages: Float64Array;
}

/** I + w A Aᵀ for A [size × ·]. */
async function identityPlus(a: Float32Array, size: number, multiply: Multiply): Promise<Float64Array> {
  const gram = await multiply(a, a, { rows: size, inner: a.length / size, columns: size, transposeB: true });
  const matrix = Float64Array.from(gram, (value) => COUNTER_WEIGHT * value);
  for (let i = 0; i < size; i += 1) matrix[i * size + i] = (matrix[i * size + i] as number) + 1;
  return matrix;
}

/** The inverse L⁻¹ of the lower Cholesky factor, and M⁻¹ b = L⁻ᵀ L⁻¹ b. */
async function solved(matrix: Float64Array, b: Float64Array, multiply: Multiply) {
  const size = b.length;
  const inverse = await inverseCholesky(matrix, size, { ridge: 0, multiply });
  const shape = { rows: size, inner: size, columns: 1 };
  const x = await multiply(transpose(inverse, size, size), await multiply(inverse, b, shape), shape);
  return { inverse, x };
}

async function addByRows({ block, rows, columns, theta, share, multiply }: Refusing): Promise<Added> {
  const wide = Float64Array.from(block);
  const scores = await multiply(wide, theta, { rows, inner: columns, columns: 1 });
  const matrix = await identityPlus(block, rows, multiply);
  const { inverse, x } = await solved(
    matrix,
    scores.map((score) => score + share),
    multiply,
  );
  const pull = await multiply(transpose(wide, rows, columns), x, { rows: columns, inner: rows, columns: 1 });
  // (M⁻¹)_bb is the squared length of column b of L⁻¹.
  const leverages = new Float64Array(rows).fill(1);
  inverse.forEach((value, i) => {
    leverages[i % rows] = (leverages[i % rows] as number) - value * value;
  });
  return { theta: theta.map((value, j) => value - COUNTER_WEIGHT * (pull[j] as number)), leverages };
}

async function addByColumns({ block, rows, columns, theta, share, multiply }: Refusing): Promise<Added> {
  const turned = transpose(block, rows, columns);
  const matrix = await identityPlus(turned, columns, multiply);
  const pull = Float64Array.from({ length: columns }, (_, j) =>
    turned.subarray(j * rows, (j + 1) * rows).reduce((sum, value) => sum + value, 0),
  );
  const { inverse, x } = await solved(
    matrix,
    theta.map((value, j) => value - COUNTER_WEIGHT * share * (pull[j] as number)),
    multiply,
  );
  const reduced = await multiply(Float64Array.from(block), inverse, { rows, inner: columns, columns, transposeB: true });
  const leverages = new Float64Array(rows);
  reduced.forEach((value, i) => {
    const row = Math.floor(i / columns);
    leverages[row] = (leverages[row] as number) + COUNTER_WEIGHT * value * value;
  });
  return { theta: x, leverages };
}

/**
 * @param counterIntents number of the intent that each counter-example refuses; those that refuse all are in the fit already.
 * @returns G with them, and [counter-examples] their leverages, 0 for those that refuse all.
 */
export async function addOwnCounterExamples(
  { q, columns, g, base, counterStart }: FittedColumns,
  counterIntents: Int32Array,
  multiply: Multiply,
): Promise<{ readonly g: Float32Array; readonly leverages: Float32Array }> {
  const changed = g.slice();
  const leverages = new Float32Array(counterIntents.length);
  const byIntent = Map.groupBy(counterIntents.keys(), (number) => counterIntents[number] as number);
  byIntent.delete(NO_INTENT);
  for (const [intent, numbers] of byIntent) {
    const rows = numbers.length;
    const block = takeRows(
      q,
      columns,
      Int32Array.from(numbers, (number) => counterStart + number),
    );
    const theta = Float64Array.from({ length: columns }, (_, j) => g[j * base.length + intent] as number);
    const added = await (rows > columns ? addByColumns : addByRows)({
      block,
      rows,
      columns,
      theta,
      share: base[intent] as number,
      multiply,
    });
    added.theta.forEach((value, j) => {
      changed[j * base.length + intent] = value;
    });
    numbers.forEach((number, place) => {
      leverages[number] = added.leverages[place] as number;
    });
  }
  return { g: changed, leverages };
}
