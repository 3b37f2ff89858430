import { describe, expect, test } from 'vitest';
import type { MatchCall } from '../../../src/answering/match-answer.ts';
import type { LearntDecisions } from '../../../src/matching/learnt-decisions.ts';
import { shareRange } from '../../../src/matching/out-of-scope-share.ts';
import { measureTraffic, type TrafficMeasurement } from '../../../src/quality/traffic/measure-traffic.ts';
import { scoring } from '../../support/fake-matcher.ts';
import { entry, fakeVersion } from '../../support/fake-version.ts';
import { madeAnswer } from '../../support/match-answer.ts';

const decisions: LearntDecisions = {
  precision: new Float64Array(101),
  coverage: new Float64Array(101),
  clarifyMass: 0.9,
  clarifyHolds: 0.9,
};
const entries = [entry('refund', ['money back'])];
const version = fakeVersion({ entries, scorer: scoring({}, { decisions }) });
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
    expect(notes).toHaveLength(1);
  });

  test('is not advised to a corpus whose own questions taught its confidences nothing', async () => {
    const untaught = fakeVersion({ entries, scorer: scoring({}) });
    const utterances = traffic(120, 120);
    const said = await measureTraffic({ version: untaught, name: 'shop', match, utterances, serverShare: 0.25, builds, options: {} });
    expect(said.advised).toBeNull();
    expect(said.notes.join(' ')).toContain('rests on general constants, and no share is advised');
  });

  test('is not advised where confidences may be off by as much as it lies from the setting', async () => {
    const noneOf = (utterance: string): number => (utterance.startsWith('no') ? 0.5 : 0.1);
    const unsure: typeof match = async ({ utterance }) =>
      madeAnswer({ decision: 'answer', candidates: [], noneConfidence: noneOf(utterance) });
    const utterances = traffic(1_650, 1_350);
    const parts = {
      version,
      name: 'shop',
      match: unsure,
      utterances,
      serverShare: 0.25,
      builds: { ...builds, match: unsure },
      options: {},
    };
    const { advised, estimate } = await measureTraffic(parts);
    // Chance alone would rule the setting out.
    expect(shareRange({ none: utterances.map(noneOf), fittedShare: 0.25 }).low).toBeGreaterThan(0.35);
    expect(estimate.value).toBeCloseTo(0.4, 1);
    expect(estimate.low).toBeLessThan(0.25);
    expect(advised).toBeNull();
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
