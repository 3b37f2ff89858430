import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateShare, type SharePosteriors } from '../../../src/matching/out-of-scope-share.ts';
import { seededNumbers } from '../../../src/quality/measures/bootstrap.ts';

/** Two normal distributions of distance 2: traffic with a known share, and posteriors that are right at `fittedShare`. */
function simulated(trueShare: number, fittedShare: number, count: number): SharePosteriors {
  const random = seededNumbers(7);
  const none = Float64Array.from({ length: count }, () => {
    const centre = random() < trueShare ? 1 : -1;
    const x = centre + Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const odds = (fittedShare / (1 - fittedShare)) * Math.exp(2 * x);
    return odds / (1 + odds);
  });
  return { none, fittedShare };
}

/** Utterances that the expected share counts as. */
const EXPECTED = 10;

/** The paper's own steps, as many as they take, with the expected utterances among those that are seen. */
function byPlainSteps({ none, fittedShare }: SharePosteriors): number {
  let share = fittedShare;
  for (let step = 0; step < 20_000; step += 1) {
    let sum = 0;
    for (let i = 0; i < none.length; i += 1) {
      const outside = ((none[i] ?? 0) * share) / fittedShare;
      const inside = ((1 - (none[i] ?? 0)) * (1 - share)) / (1 - fittedShare);
      sum += outside / (outside + inside);
    }
    const next = (sum + EXPECTED * fittedShare) / (none.length + EXPECTED);
    if (Math.abs(next - share) < 1e-12) return next;
    share = next;
  }
  return share;
}

describe('the out-of-scope share of traffic', () => {
  test.each([
    [0.05, 0.25],
    [0.25, 0.25],
    [0.6, 0.25],
    [0.9, 0.25],
    [0.3, 0.05],
    [0.3, 0.8],
  ])('of %d is recovered with posteriors made for %d', (trueShare, fittedShare) => {
    // Three standard errors of 5,000 such utterances.
    expect(Math.abs(estimateShare(simulated(trueShare, fittedShare, 5000)) - trueShare)).toBeLessThan(0.03);
  });

  test('is where the steps of the paper end', () => {
    for (const trueShare of [0.1, 0.4, 0.8]) {
      const posteriors = simulated(trueShare, 0.25, 400);
      expect(estimateShare(posteriors)).toBeCloseTo(byPlainSteps(posteriors), 6);
    }
  });

  test('lies in [0, 1] and is a maximum of the posterior, whatever the utterances say', () => {
    const likelihood = ({ none, fittedShare }: SharePosteriors, share: number): number =>
      Array.from(none).reduce(
        (sum, raw) => {
          const p = Math.min(1 - 1e-9, Math.max(1e-9, raw));
          return sum + Math.log((share * p) / fittedShare + ((1 - share) * (1 - p)) / (1 - fittedShare));
        },
        EXPECTED * (fittedShare * Math.log(share) + (1 - fittedShare) * Math.log(1 - share)),
      );
    const posterior = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(posterior, { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (none, fittedShare) => {
          const share = estimateShare({ none, fittedShare });
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
          const top = likelihood({ none, fittedShare }, share);
          for (const other of [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
            expect(likelihood({ none, fittedShare }, other)).toBeLessThanOrEqual(top + 1e-6);
        },
      ),
    );
  });

  test('counts where everything is certain, and is the expected one where nothing is told', () => {
    const certain = (outside: number, inside: number) =>
      estimateShare({ none: [...new Array<number>(outside).fill(1), ...new Array<number>(inside).fill(0)], fittedShare: 0.25 });
    for (const [outside, inside] of [
      [3, 0],
      [0, 2],
      [1, 3],
      [900, 100],
      [0, 1000],
    ] as const)
      expect(certain(outside, inside)).toBeCloseTo((outside + EXPECTED * 0.25) / (outside + inside + EXPECTED), 6);
    expect(estimateShare({ none: [0.3, 0.3], fittedShare: 0.3 })).toBeCloseTo(0.3, 6);
  });

  test('of no utterances is no number', () => {
    expect(estimateShare({ none: [], fittedShare: 0.25 })).toBeNaN();
    expect(estimateShare({ none: [0.5], fittedShare: 0.25 }, [])).toBeNaN();
  });
});
