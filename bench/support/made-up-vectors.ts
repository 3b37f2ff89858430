/** Unit vectors in any number: made up around centres, or real ones multiplied along the directions in which they differ. Always the same. */

/** Numbers in [0, 1), the same for the same seed (Lehmer). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function normalise(vectors: Float32Array, start: number, dimension: number): void {
  let squares = 0;
  for (let place = start; place < start + dimension; place += 1) squares += (vectors[place] ?? 0) ** 2;
  const scale = 1 / Math.sqrt(squares);
  for (let place = start; place < start + dimension; place += 1) vectors[place] = (vectors[place] ?? 0) * scale;
}

const ROWS_PER_CENTRE = 50;

/** [rows × dimension]: rows around one centre for every 50 of them, at a cosine of some .7 to it. */
export function clusteredVectors(rows: number, dimension: number, random: () => number): Float32Array {
  const count = Math.max(1, Math.round(rows / ROWS_PER_CENTRE));
  const centres = Float32Array.from({ length: count * dimension }, () => random() - 0.5);
  const vectors = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row += 1) {
    const centre = Math.floor(random() * count) * dimension;
    for (let place = 0; place < dimension; place += 1) vectors[row * dimension + place] = (centres[centre + place] ?? 0) + (random() - 0.5);
    normalise(vectors, row * dimension, dimension);
  }
  return vectors;
}

/**
 * Rows moved along the difference of two others, each to a cosine of some .8 to where it was: more rows of the same kind.
 * @param vectors [n × dimension]; its own rows come first.
 */
export function multipliedVectors(
  vectors: Float32Array,
  { rows, dimension, step }: { readonly rows: number; readonly dimension: number; readonly step: number },
  random: () => number,
): Float32Array {
  const have = vectors.length / dimension;
  const more = new Float32Array(rows * dimension);
  more.set(vectors.subarray(0, rows * dimension));
  for (let row = have; row < rows; row += 1) {
    const from = (row % have) * dimension;
    const left = Math.floor(random() * have) * dimension;
    const right = Math.floor(random() * have) * dimension;
    for (let place = 0; place < dimension; place += 1) {
      const moved = step * ((vectors[left + place] ?? 0) - (vectors[right + place] ?? 0));
      more[row * dimension + place] = (vectors[from + place] ?? 0) + moved;
    }
    normalise(more, row * dimension, dimension);
  }
  return more;
}

/** Each of `count` rows spread over the matrix, moved along the difference of two others to a cosine of some .9: what is asked. */
export function askedOf(vectors: Float32Array, dimension: number, count: number): readonly Float32Array[] {
  const random = seededRandom(77);
  const rows = vectors.length / dimension;
  const rowAt = (row: number): Float32Array => vectors.subarray(row * dimension, (row + 1) * dimension);
  return Array.from({ length: count }, (_, number) => {
    const [left, right] = [rowAt(Math.floor(random() * rows)), rowAt(Math.floor(random() * rows))];
    const asked = rowAt(Math.floor(((number + 0.5) * rows) / count)).map(
      (value, place) => value + 0.35 * ((left[place] ?? 0) - (right[place] ?? 0)),
    );
    normalise(asked, 0, dimension);
    return asked;
  });
}
