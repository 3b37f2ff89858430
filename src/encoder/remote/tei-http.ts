/**
 * text-embeddings-inference over HTTP: `GET /info` and `POST /embed`.
 */
import * as z from 'zod';
import { openJsonTransport } from './json-transport.ts';
import type { RemoteProtocol } from './protocol.ts';
import { RemoteTrouble } from './remote-errors.ts';
import type { RemoteSettings } from './settings.ts';
import { vectorOf } from './vector-of.ts';

/** What we read of /info; the rest is let through. */
const INFO = z.looseObject({
  model_id: z.string(),
  model_sha: z.string().nullish(),
  model_dtype: z.string().nullish(),
  model_type: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  max_input_length: z.int().positive().nullish(),
  max_client_batch_size: z.int().positive().nullish(),
});

function isEmbeddingModel(type: z.infer<typeof INFO>['model_type']): boolean {
  if (type === null || type === undefined) return true;
  const names = typeof type === 'string' ? [type] : Object.keys(type);
  return names.some((name) => name.toLowerCase() === 'embedding');
}

/** Opens no socket yet. */
export function openTeiHttp({ address, apiKey }: RemoteSettings): RemoteProtocol {
  const transport = openJsonTransport(address.target, apiKey);
  return {
    async describe(signal) {
      const info = INFO.safeParse(await transport.call('/info', undefined, signal));
      if (!info.success) throw new RemoteTrouble('REMOTE_GARBLED', { words: 'another form of /info', cause: info.error });
      const { model_id, model_sha, model_dtype, model_type, max_input_length, max_client_batch_size } = info.data;
      if (!isEmbeddingModel(model_type)) throw new RemoteTrouble('REMOTE_REFUSED', { words: `${model_id} is no embedding model` });
      return {
        model: model_id,
        revision: `${model_sha ?? ''} ${model_dtype ?? ''}`.trim(),
        maxTokens: max_input_length ?? undefined,
        maxBatch: max_client_batch_size ?? undefined,
      };
    },
    async embed(texts, signal) {
      const answer = await transport.call('/embed', { inputs: texts, truncate: true, normalize: true }, signal);
      if (!Array.isArray(answer)) throw new RemoteTrouble('REMOTE_GARBLED', { words: '/embed gave no list of vectors' });
      return answer.map(vectorOf);
    },
    close: () => transport.close(),
  };
}
