import { describe, expect, test } from 'vitest';
import { estimateShare } from '../../../src/matching/out-of-scope-share.ts';
import { seededNumbers } from '../../../src/quality/measures/bootstrap.ts';
import { createRunningShares } from '../../../src/quality/traffic/running-share.ts';

const plain = { corpus: 'shop', version: 'v1', fittedShare: 0.25 };

/** Posteriors of both kinds, `outside` of them high. */
function posteriors(count: number, outside: number): readonly number[] {
  const random = seededNumbers(3);
  return Array.from({ length: count }, () => (random() < outside ? 1 - 0.4 * random() ** 2 : 0.4 * random() ** 2));
}

describe('the running out-of-scope share', () => {
  test('is what all posteriors together say, and nothing below 200 of them', () => {
    const shares = createRunningShares();
    const none = posteriors(3000, 0.4);
    for (const [at, posterior] of none.entries()) {
      shares.observe({ ...plain, none: posterior });
      if (at === 198) expect(shares.estimate('shop', 'v1')).toEqual({ share: undefined, utterances: 199 });
    }
    const { share, utterances } = shares.estimate('shop', 'v1');
    expect(utterances).toBe(3000);
    expect(share?.value).toBeCloseTo(estimateShare({ none, fittedShare: 0.25 }), 3);
  });

  test('begins anew with another version, and knows nothing of one that it has not seen', () => {
    const shares = createRunningShares();
    for (const none of posteriors(500, 0.9)) shares.observe({ ...plain, none });
    expect(shares.estimate('shop', 'v2')).toEqual({ share: undefined, utterances: 0 });
    expect(shares.estimate('bank', 'v1')).toEqual({ share: undefined, utterances: 0 });
    for (const none of posteriors(500, 0.1)) shares.observe({ ...plain, version: 'v2', none });
    expect(shares.estimate('shop', 'v1').utterances).toBe(0);
    expect(shares.estimate('shop', 'v2').share?.value).toBeLessThan(0.3);
  });

  test('lets old traffic fade', () => {
    const shares = createRunningShares();
    for (const none of posteriors(20_000, 0.9)) shares.observe({ ...plain, none });
    const before = shares.estimate('shop', 'v1');
    for (let round = 0; round < 3; round += 1) for (const none of posteriors(20_000, 0.1)) shares.observe({ ...plain, none });
    const { share, utterances } = shares.estimate('shop', 'v1');
    expect(before.share?.value).toBeGreaterThan(0.8);
    // Six halvings leave less than a hundredth of the first traffic.
    expect(share?.value).toBeCloseTo(estimateShare({ none: posteriors(20_000, 0.1), fittedShare: 0.25 }), 1);
    expect(utterances).toBeLessThanOrEqual(20_000);
  });

  test('is told again as it was until a twentieth more is seen', () => {
    const shares = createRunningShares();
    for (const none of posteriors(400, 0.4)) shares.observe({ ...plain, none });
    const first = shares.estimate('shop', 'v1');
    for (let i = 0; i < 20; i += 1) shares.observe({ ...plain, none: 0.99 });
    expect(shares.estimate('shop', 'v1')).toEqual({ share: first.share, utterances: 420 });
    for (let i = 0; i < 3; i += 1) shares.observe({ ...plain, none: 0.99 });
    expect(shares.estimate('shop', 'v1').share?.value).toBeGreaterThan((first.share?.value ?? 1) + 0.01);
  });

  test('takes posteriors at both ends', () => {
    const shares = createRunningShares();
    for (let i = 0; i < 400; i += 1) shares.observe({ ...plain, none: i % 4 === 0 ? 1 : 0 });
    expect(shares.estimate('shop', 'v1').share?.value).toBeCloseTo(0.25, 6);
  });
});
