import { describe, expect, test } from 'vitest';
import type { MatchCall } from '../../../src/answering/match-answer.ts';
import { measureTraffic, type TrafficMeasurement } from '../../../src/quality/traffic/measure-traffic.ts';
import { scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';
import { madeAnswer } from '../../support/match-answer.ts';

const version = fakeVersion({ entries: [entry('refund', ['money back'])], scorer: scoring({}) });
/** Utterances that begin with "no" are out of scope. */
const match: TrafficMeasurement['match'] = async ({ utterance }: MatchCall) =>
  madeAnswer({
    decision: 'answer',
    candidates: [],
    noneConfidence: utterance.startsWith('no') ? 0.96 : 0.04,
  });
const builds = { versions: { reload: async () => ({}) }, match } as unknown as TrafficMeasurement['builds'];

function traffic(inside: number, outside: number): readonly string[] {
  return Array.from({ length: inside + outside }, (_, i) => `${i < outside ? 'no' : 'yes'} ${i}`);
}
const measure = (utterances: readonly string[]) =>
  measureTraffic({ version, name: 'shop', match, utterances, serverShare: 0.25, builds, options: {} });
const times = (utterances: readonly string[], count: number) => Array.from({ length: count }, () => utterances).flat();

describe('the share of traffic', () => {
  test('is advised where enough different utterances lie far from the setting', async () => {
    const { advised, estimate, notes } = await measure(traffic(120, 120));
    expect(advised).toBeGreaterThan(0.4);
    expect(estimate.low).toBeGreaterThan(0.25);
    expect(notes).toHaveLength(2);
  });

  test('of a file that is repeated is that of the file, range and advice included', async () => {
    const file = traffic(150, 50);
    const [once, often] = [await measure(file), await measure(times(file, 30))];
    expect(often.estimate).toEqual(once.estimate);
    expect([once.advised, often.advised]).toEqual([null, null]);
    expect(often).toMatchObject({ utterances: 6000, distinct: 200 });
  });

  test('follows how often texts came', async () => {
    const even = await measure(traffic(150, 150));
    const { estimate } = await measure([...traffic(150, 150), ...times(traffic(150, 150).slice(0, 150), 3)]);
    expect(estimate.value).toBeGreaterThan(even.estimate.value + 0.2);
  });

  test('is advised by no text that outweighs the others, nor by copies of one', async () => {
    const one = await measure(times(['no way'], 3000));
    expect(one.advised).toBeNull();
    expect(one.notes.join(' ')).toContain('100 % of the traffic is one text, "no way"');
    const led = await measure([...traffic(120, 120), ...times(['no way'], 60)]);
    expect(led.advised).toBeNull();
    expect(led.notes.join(' ')).toContain('20 % of the traffic');
  });

  test('of few utterances has a range that holds the estimate and the share that they show', async () => {
    // Of 20 utterances nine in ten are out of scope; the estimate counts 2.5 of ten more.
    const { estimate, notes } = await measure(traffic(2, 18));
    expect(estimate.value).toBeLessThan(0.72);
    expect(estimate.low).toBeLessThanOrEqual(estimate.value);
    expect(estimate.high).toBeGreaterThan(0.95);
    expect(notes.join(' ')).toContain(
      'The estimate leans on the configured share as if that were ten more utterances; the range does not.',
    );
    const one = await measure(['yes']);
    expect(one.estimate.high - one.estimate.low).toBeGreaterThan(0.8);
  });

  test('is not advised by fewer than 200 different utterances', async () => {
    const { advised, estimate, notes } = await measure(traffic(99, 100));
    expect(estimate.low).toBeGreaterThan(0.25);
    expect(advised).toBeNull();
    expect(notes.join(' ')).toContain('Only 199 different utterances, and 200 at least');
  });
});
