/** The thread that fits survives being told to stop: ended inside a matrix product it would take the process with it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openBuildLanes } from '../../../src/versions/build-lanes.ts';
import { madeUpCorpus } from '../../support/matching-corpora.ts';

it('a fit that is aborted at any time stops, and the next one goes on from there', { timeout: 60_000 }, async () => {
  const lanes = openBuildLanes();
  try {
    const { input } = madeUpCorpus({ sizes: Array.from({ length: 60 }, () => 10), dimension: 128 });
    const { input: small } = madeUpCorpus({ sizes: [3, 3, 3] });
    await lanes.fit(small, { signal: undefined });
    const started = performance.now();
    const whole = await lanes.fit(input, { signal: undefined });
    const wholeMs = performance.now() - started;
    const tries = 16;
    const outcomes = new Set<string>();
    for (let number = 1; number < tries; number += 1) {
      const caller = new AbortController();
      const fit = lanes.fit(input, { signal: caller.signal }).then(
        () => 'done',
        ({ code }) => code,
      );
      await sleep((wholeMs * number) / tries);
      caller.abort();
      outcomes.add(await fit);
    }
    // A fit on a busy machine may be done before its turn comes to be aborted.
    expect(outcomes).toContain('cancelled');
    expect(Buffer.from(await lanes.fit(input, { signal: undefined })).equals(Buffer.from(whole))).toBe(true);
  } finally {
    await lanes.close();
  }
});
