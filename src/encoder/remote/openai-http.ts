/**
 * Any server with OpenAI's `POST /v1/embeddings`. It has no call that tells what is served: the name is the one that was asked for.
 */
import { openJsonTransport } from './json-transport.ts';
import type { RemoteProtocol } from './protocol.ts';
import { RemoteTrouble } from './remote-errors.ts';
import type { RemoteSettings } from './settings.ts';
import { vectorOf } from './vector-of.ts';

function garbled(words: string): RemoteTrouble {
  return new RemoteTrouble('REMOTE_GARBLED', { words });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Vectors in the order of the texts: the answer names each one's index, and may come in any order. */
function vectorsOf(answer: unknown, count: number): readonly Float32Array[] {
  const data = isRecord(answer) ? answer.data : undefined;
  if (!Array.isArray(data)) throw garbled('no list under "data"');
  const vectors = new Map<number, Float32Array>();
  for (const [place, item] of data.entries()) {
    if (!isRecord(item)) throw garbled('something else stands where an embedding should');
    const index = item.index ?? place;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count || vectors.has(index)) {
      throw garbled(`an index of ${String(index)} among ${count} texts`);
    }
    vectors.set(index, vectorOf(item.embedding));
  }
  if (vectors.size !== count) throw garbled(`${vectors.size} vectors for ${count} texts`);
  return Array.from({ length: count }, (_, index) => vectors.get(index) ?? new Float32Array());
}

/** Opens no socket yet. */
export function openOpenAiHttp({ address, apiKey, model = '' }: RemoteSettings): RemoteProtocol {
  const transport = openJsonTransport(address.target, apiKey);
  return {
    describe: async () => ({ model, revision: '', maxTokens: undefined, maxBatch: undefined }),
    async embed(texts, signal) {
      return vectorsOf(await transport.call('/embeddings', { model, input: texts, encoding_format: 'float' }, signal), texts.length);
    },
    close: () => transport.close(),
  };
}
