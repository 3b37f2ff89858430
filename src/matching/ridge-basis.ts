/**
 * The columns that a kernel ridge weighs: Nyström features of the landmarks (Williams & Seeger 2001), and beside them, where landmarks are only
 * some of the rows, the coordinates of the vectors, which give back what the landmarks miss (docs/decisions/0019-coordinates-and-vote.md).
 *
 *   K = k(rows, landmarks)     K_mm + 1e-5 I = L Lᵀ     P = [K L⁻ᵀ, s Z]
 *
 * Knows nothing of intents but which rows to draw.
 */
import { type CharacterKernel, characterSimilarity, fitCharacterKernel } from './character-kernel.ts';
import { type FitInput, type LabelledTexts, type Multiply, NO_INTENT } from './contract.ts';
import { CHARACTER_WEIGHT, centre, meanVector, vectorKernel } from './kernel.ts';
import { drawRows } from './landmarks.ts';
import { inverseCholesky, takeRows, transpose } from './linear-algebra.ts';

const JITTER = 1e-5;

/** s = 2 (1 − landmarks / rows): nothing where every row is a landmark, and nearly 2 where most are not. */
function coordinateScale(rows: number, landmarks: number): number {
  return 2 * (1 - landmarks / rows);
}

/** What of a fitted ridge makes an utterance's columns; plain data. */
export interface BasisModel {
  readonly dimension: number;
  readonly intentCount: number;
  /** [dimension] mean of the training rows' vectors. */
  readonly mean: Float32Array;
  /** [landmarks × dimension] centred, unit length; stored questions first. */
  readonly landmarks: Float32Array;
  /** How many of the landmarks are stored questions; the others are names, answers and counter-examples. */
  readonly questionLandmarks: number;
  /** How many are counter-examples; they come last. */
  readonly counterLandmarks: number;
  /** How many coordinates of the centred vector count beside the landmarks: all, or none where every row is a landmark. */
  readonly coordinates: number;
  readonly characters: CharacterKernel;
}

/** What fitting works with. */
export interface Tools {
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

/** The columns that a ridge weighs, on its rows. */
export interface Basis {
  readonly model: BasisModel;
  /** s. */
  readonly scale: number;
  /** [landmarks × landmarks] L⁻¹. */
  readonly inverseFactor: Float32Array;
  /** [rows × (landmarks + coordinates)] P. */
  readonly p: Float32Array;
}

/** What scoring multiplies by V: kernel values and coordinates of utterances, [texts × (landmarks + coordinates)]. */
export async function featuresOf(
  { dimension, mean, landmarks, coordinates, characters }: BasisModel,
  { texts, vectors }: Pick<LabelledTexts, 'texts' | 'vectors'>,
  multiply: Multiply,
): Promise<Float32Array> {
  const rows = texts.length;
  const centred = centre(vectors, mean);
  const columns = characters.landmarkCount;
  const cosines = await multiply(centred, landmarks, { rows, inner: dimension, columns, transposeB: true });
  return withCoordinates(addKernel(cosines, texts, characters), centred, { rows, coordinates, scale: 1 });
}

/** Columns of P over the rows that are trained on. At least one row. */
export async function fitBasis({ texts, intents, vectors }: LabelledTexts, input: FitInput, { multiply, step }: Tools): Promise<Basis> {
  const { dimension, intentCount } = input;
  const n = texts.length;
  // Counter-examples are drawn like one intent more.
  const classes = intents.map((intent) => (intent === NO_INTENT ? intentCount : intent));
  const drawn = drawRows(classes, intentCount + 1, input.settings.landmarks);
  const m = drawn.length;
  const coordinates = m < n ? dimension : 0;
  const scale = coordinateScale(n, m);
  const mean = meanVector(vectors, dimension);
  const centred = centre(vectors, mean);
  const landmarks = takeRows(centred, dimension, drawn);
  const questionLandmarks = drawn.filter((row) => row < input.texts.length).length;
  const counterLandmarks = drawn.filter((row) => intents[row] === NO_INTENT).length;
  const characters = fitCharacterKernel(texts, drawn);
  const cosines = await multiply(centred, landmarks, { rows: n, inner: dimension, columns: m, transposeB: true });
  const kernel = addKernel(cosines, texts, characters);
  step();
  const among = Float64Array.from(takeRows(kernel, m, drawn));
  const inverseFactor = Float32Array.from(await inverseCholesky(among, m, { ridge: JITTER, multiply }));
  const landmarkPart = await multiply(kernel, inverseFactor, { rows: n, inner: m, columns: m, transposeB: true });
  step();
  return {
    model: { dimension, intentCount, mean, landmarks, questionLandmarks, counterLandmarks, coordinates, characters },
    scale,
    inverseFactor,
    p: withCoordinates(landmarkPart, centred, { rows: n, coordinates, scale }),
  };
}

/** V, from W on the columns of P to weights on kernel values and coordinates. */
export async function weightsOfFeatures(
  w: Float32Array,
  { model, scale, inverseFactor }: Basis,
  multiply: Multiply,
): Promise<Float32Array> {
  const m = model.characters.landmarkCount;
  const columns = model.intentCount;
  const v = w.map((value) => scale * value);
  v.set(await multiply(transpose(inverseFactor, m, m), w.slice(0, m * columns), { rows: m, inner: m, columns }));
  return v;
}
