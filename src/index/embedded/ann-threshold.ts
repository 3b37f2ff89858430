/** From which size on a version gets a graph beside its vectors. A file of its own, so that reading settings loads no search library. */

/**
 * Questions from which the embedded index searches through a graph. Up to here exact search takes at most about 5 ms, the time of one
 * encoding. Measured with 384 values a row on two cores at work (`npm run bench -- --only embedded-search`): 10,000 rows .43 ms, 50,000
 * 3.0 ms, 100,000 5.2 ms in the best tenth of the searches, 200,000 13 ms; an idle machine takes about half of that. It depends on the speed
 * of the memory, hence a setting (annFromRows).
 */
export const ANN_FROM_ROWS = 100_000;
