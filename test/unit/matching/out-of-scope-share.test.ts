import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateShare, type SharePosteriors, shareRange, toldShare } from '../../../src/matching/out-of-scope-share.ts';
import { bootstrap, seededNumbers } from '../../../src/quality/measures/bootstrap.ts';

interface Drawing {
  readonly count: number;
  readonly random?: () => number;
}

/** Two normal distributions of distance 2: traffic with a known share, and posteriors that are right at `fittedShare`. */
function simulated(trueShare: number, fittedShare: number, { count, random = seededNumbers(7) }: Drawing): SharePosteriors {
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
    expect(Math.abs(estimateShare(simulated(trueShare, fittedShare, { count: 5000 })) - trueShare)).toBeLessThan(0.03);
  });

  test('is where the steps of the paper end', () => {
    for (const trueShare of [0.1, 0.4, 0.8]) {
      const posteriors = simulated(trueShare, 0.25, { count: 400 });
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

  test('of an utterance that stands for three is that of three', () => {
    const { none, fittedShare } = simulated(0.4, 0.25, { count: 50 });
    const weights = Array.from(none, (_, at) => (at % 2 === 0 ? 3 : 1));
    const repeated = Array.from(none).flatMap((value, at) => new Array<number>(weights[at] ?? 0).fill(value));
    expect(estimateShare({ none, weights, fittedShare })).toBeCloseTo(estimateShare({ none: repeated, fittedShare }), 9);
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

describe('the range of the share', () => {
  const certain = (outside: number, inside: number) =>
    shareRange({ none: [...new Array<number>(outside).fill(1), ...new Array<number>(inside).fill(0)], fittedShare: 0.25 });

  test('is Jeffreys’ where everything is certain, with 0 or 1 as its end where nothing else was seen', () => {
    // Quantiles .025 and .975 of Beta(x + 1/2, n - x + 1/2) by scipy.
    for (const [outside, inside, low, high] of [
      [3, 7, 0.0927, 0.6058],
      [5, 15, 0.1024, 0.4642],
      [400, 600, 0.37, 0.4306],
      [0, 10, 0, 0.2172],
      [10, 0, 0.7828, 1],
    ] as const) {
      expect(certain(outside, inside).low).toBeCloseTo(low, 3);
      expect(certain(outside, inside).high).toBeCloseTo(high, 3);
    }
  });

  // The bootstrap that it took the place of held .8 in none of them with 20 utterances, and 0 in none whatever their number.
  test.each([0, 0.03, 0.1, 0.25, 0.5, 0.8, 0.97])(
    'holds a true share of %d in 95 of 100 simulations, also of few utterances',
    (trueShare) => {
      const random = seededNumbers(11);
      for (const count of [20, 50]) {
        const held = Array.from({ length: 300 }, () => {
          const { low, high } = shareRange(simulated(trueShare, 0.25, { count, random }));
          return low <= trueShare && trueShare <= high;
        });
        // Three standard errors of 300 simulations below .95.
        expect(held.filter(Boolean).length / held.length).toBeGreaterThan(0.912);
      }
    },
  );

  test('does not hang on the share that posteriors were made for', () => {
    const [one, other] = [0.1, 0.6].map((fittedShare) => shareRange(simulated(0.3, fittedShare, { count: 60 })));
    expect(one?.low).toBeCloseTo(other?.low ?? Number.NaN, 6);
    expect(one?.high).toBeCloseTo(other?.high ?? Number.NaN, 6);
  });

  test('is that of a bootstrap where utterances are many', async () => {
    const posteriors = simulated(0.3, 0.25, { count: 2000 });
    const { share } = await bootstrap({ share: (positions) => estimateShare(posteriors, positions) }, { rows: 2000, resamples: 500 });
    const { low, high } = shareRange(posteriors);
    expect(low).toBeCloseTo(share.low, 2);
    expect(high).toBeCloseTo(share.high, 2);
  });

  test('narrows as weights say, spans everything where nothing is told, and is no number of no utterances', () => {
    const { none } = simulated(0.3, 0.25, { count: 60 });
    const weighted = shareRange({ none, weights: new Array<number>(60).fill(4), fittedShare: 0.25 });
    const repeated = shareRange({ none: [0, 1, 2, 3].flatMap(() => Array.from(none)), fittedShare: 0.25 });
    expect(weighted.low).toBeCloseTo(repeated.low, 6);
    expect(weighted.high).toBeCloseTo(repeated.high, 6);
    expect(shareRange({ none: [0.25, 0.25], fittedShare: 0.25 })).toEqual({ low: 0, high: 1 });
    expect(shareRange({ none: [], fittedShare: 0.25 })).toEqual({ low: NaN, high: NaN });
  });
});

describe('what traffic tells of a share', () => {
  /** Posteriors made for .25, of log-odds so far above or below those of .25. */
  const said = (count: number, outside: number, certainty: number): SharePosteriors => ({
    none: Array.from({ length: count }, (_, at) => 1 / (1 + 3 * Math.exp(at < outside * count ? -certainty : certainty))),
    fittedShare: 0.25,
  });

  test('is no surer for many utterances than the posteriors can be off', () => {
    const [few, many] = [toldShare(said(400, 0.4, 2)), toldShare(said(40_000, 0.4, 2))];
    expect(many.value).toBeCloseTo(few.value, 1);
    expect(many.high - many.low).toBeGreaterThan(0.25);
    const chance = shareRange(said(40_000, 0.4, 2));
    expect(chance.high - chance.low).toBeLessThan(0.05);
  });

  test('is as sure as chance allows where posteriors are certain', () => {
    const certain = said(1_000, 0.4, 15);
    const { low, high } = shareRange(certain);
    const told = toldShare(certain);
    expect(told.low).toBeCloseTo(low, 3);
    expect(told.high).toBeCloseTo(high, 3);
  });

  test('holds the share that is estimated once posteriors are moved by three quarters in log-odds', () => {
    const posteriors = said(2_000, 0.3, 2);
    const moved = (by: number) => ({
      ...posteriors,
      none: Array.from(posteriors.none, (none) => 1 / (1 + (1 / none - 1) * Math.exp(-by))),
    });
    const { low, value, high } = toldShare(posteriors);
    expect([low < estimateShare(moved(-0.75)), value, estimateShare(moved(0.75)) < high]).toEqual([true, estimateShare(posteriors), true]);
  });

  test('holds the estimate, which leans on the fitted share of few', () => {
    const { low, value, high } = toldShare({ none: new Array<number>(20).fill(1), fittedShare: 0.25 });
    expect(low).toBe(value);
    expect(high).toBe(1);
  });

  test('is nothing of no utterances', () => {
    expect(toldShare({ none: [], fittedShare: 0.25 })).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});
