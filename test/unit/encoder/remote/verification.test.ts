import { expect, it } from 'vitest';
import { parseRemoteAddress } from '../../../../src/encoder/remote/address.ts';
import { createPreparation } from '../../../../src/encoder/remote/prepared-text.ts';
import type { RemoteProtocol } from '../../../../src/encoder/remote/protocol.ts';
import { modelByServer } from '../../../../src/encoder/remote/remote-model.ts';
import { matchPolicy } from '../../../../src/encoder/remote/retries.ts';
import { DEFAULT_REMOTE_SETTINGS, type RemoteSettings } from '../../../../src/encoder/remote/settings.ts';
import { createVerification } from '../../../../src/encoder/remote/verification.ts';

const address = parseRemoteAddress('tei+http://127.0.0.1:1');
if (address === undefined) throw new Error('Expected an address.');
const settings: RemoteSettings = { ...DEFAULT_REMOTE_SETTINGS, address };
const closing = new AbortController().signal;

/** A server that gives the same vector for every text and notes what it was asked. */
function server(vector: readonly number[]): { protocol: RemoteProtocol; asked: (readonly string[])[] } {
  const asked: (readonly string[])[] = [];
  const protocol: RemoteProtocol = {
    describe: async () => ({ model: 'm', revision: 'r', maxTokens: undefined, maxBatch: undefined }),
    async embed(texts) {
      asked.push(texts);
      return texts.map(() => Float32Array.from(vector));
    },
    close: () => undefined,
  };
  return { protocol, asked };
}

it('a glance takes the next texts each time, until all had their turn', async () => {
  const { protocol, asked } = server([1, 0]);
  const texts = Array.from({ length: 8 }, (_, row) => `text ${row}`);
  const vectors = Float32Array.from(texts.flatMap(() => [1, 0]));
  const { glance } = createVerification({
    protocol,
    settings,
    prepare: createPreparation(undefined).prepare,
    reference: { texts, vectors, dimension: 2, leastCosine: 0.99, source: 'a test' },
    facts: undefined,
    leastTokens: 0,
    closing,
  });
  await glance();
  await glance();
  await glance();
  expect(asked).toEqual([texts.slice(0, 4), texts.slice(4), texts.slice(0, 4)]);
});

it('a server that gives empty vectors is no model', async () => {
  const { protocol } = server([]);
  const parts = { protocol, settings, closing, spread: 1, policy: matchPolicy(0), identityFolder: undefined };
  await expect(modelByServer(parts)).rejects.toMatchObject({ code: 'unavailable', reason: 'REMOTE_GARBLED' });
});
