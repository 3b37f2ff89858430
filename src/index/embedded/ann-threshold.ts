/** From which size on a version gets a graph beside its vectors. A file of its own, so that reading settings loads no search library. */

/** Placeholder. */
export const ANN_FROM_ROWS = 150_000;
