import { expect, test } from 'vitest';
import type { MatchAnswer, MatchCall } from '../../../src/answering/match-answer.ts';
import { createTrafficShares } from '../../../src/server/traffic-shares.ts';
import type { LoadedVersion } from '../../../src/versions/contract.ts';
import { fakeVersion } from '../../support/fake-version.ts';
import { fixedScorer } from '../../support/fixed-scorer.ts';

const loaded = fakeVersion({ entries: [], version: 'v2', scorer: () => fixedScorer(new Float32Array(0)) });
const plain: MatchCall = {
  corpus: 'shop',
  utterance: 'where is my parcel',
  topK: 5,
  minConfidence: undefined,
  filter: undefined,
  explain: false,
  version: undefined,
};

/** Utterances counted of one answer. */
function counted({
  call = {},
  version = 'v2',
  active = loaded,
}: {
  call?: Partial<MatchCall>;
  version?: string;
  active?: LoadedVersion;
} = {}) {
  const shares = createTrafficShares({ active: () => active });
  const answer = { versions: { corpus: version }, noneConfidence: 0.5 } as MatchAnswer;
  shares.observe({ ...plain, ...call }, answer);
  const status = { entries: 0, questions: 0, intents: 0, activatedAt: undefined, outOfScopeShare: undefined };
  return shares.of({ corpus: 'shop', activeVersion: 'v2', ...status }).utterances;
}

test('a plain answer of the active version counts', () => {
  expect(counted()).toBe(1);
  expect(counted({ call: { context: { previousIntent: '', previousEntryId: '' } } })).toBe(1);
});

test.each([
  ['under a filter', { call: { filter: { locales: [], tags: ['x'] } } }],
  ['after an intent', { call: { context: { previousIntent: 'track', previousEntryId: '' } } }],
  ['after an entry', { call: { context: { previousIntent: '', previousEntryId: 'track' } } }],
  ['of a version that was asked for', { call: { version: 'v2' } }],
  ['of a version that is no longer active', { version: 'v1' }],
  ['of a version that does not say its share', { active: { ...loaded, outOfScopeShare: undefined } }],
])('an answer %s does not', (_name, observed) => {
  expect(counted(observed)).toBe(0);
});
