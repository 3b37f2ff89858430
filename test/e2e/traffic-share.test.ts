import { expect, test } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { serveReal } from '../support/served.ts';

test('a server tells the out-of-scope share that its plain matches say, and counts no others', async () => {
  await using served = await serveReal();
  const client = createClient({ address: served.address });
  const summary = async () => (await client.listCorpora())[0];
  try {
    expect(await summary()).toMatchObject({ outOfScopeShare: 0.25, observedUtterances: 0 });
    expect((await summary())?.estimatedOutOfScopeShare).toBeUndefined();
    const ask = (utterance: string, rest: object = {}) => client.match({ corpus: 'delivery', utterance, ...rest });
    await ask('track my parcel', { filter: { tags: ['x'] } });
    await ask('track my parcel', { context: { previousIntent: 'track' } });
    await ask('track my parcel', { context: { previousEntryId: 'track' } });
    await ask('track my parcel', { version: (await summary())?.activeVersion });
    expect((await summary())?.observedUtterances).toBe(0);
    // A stored question is certainly in scope and a counter-example certainly not.
    for (let round = 0; round < 50; round += 1)
      await Promise.all(['track my parcel', 'refund status', 'opening hours', 'tell me a joke'].map((utterance) => ask(utterance)));
    const told = await summary();
    expect(told?.observedUtterances).toBe(200);
    expect(told?.estimatedOutOfScopeShare).toBeCloseTo(0.25, 6);
    // Certain as they are, 200 utterances still leave some chance.
    expect(told?.estimatedOutOfScopeShareLow).toBeCloseTo(0.195, 2);
    expect(told?.estimatedOutOfScopeShareHigh).toBeCloseTo(0.313, 2);
    expect((await client.getInfo()).corpora[0]).toEqual(told);
  } finally {
    client.close();
  }
});
