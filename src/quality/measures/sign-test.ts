/** Whether so uneven a split could be chance. Pure. */

/** Chance of at most `fewer` heads, or tails, in `count` tosses of a fair coin. In [0, 1]; 1 where there is no toss. */
export function signTest(fewer: number, count: number): number {
  let term = 0.5 ** count;
  // Beyond some 1,000 tosses the first term is 0; such numbers are far from balance or need no exact test.
  if (term === 0) return erfcTwoSided((count / 2 - fewer - 0.5) / Math.sqrt(count / 4));
  let sum = 0;
  for (let heads = 0; heads <= fewer; heads += 1) {
    sum += term;
    term *= (count - heads) / (heads + 1);
  }
  return Math.min(1, 2 * sum);
}

/** Two-sided tail of the normal distribution (Abramowitz and Stegun 7.1.26, good to 1e-7). */
function erfcTwoSided(deviations: number): number {
  const x = Math.max(0, deviations) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, series * Math.exp(-x * x));
}
