/** An encoder that encodes each utterance once a process: one test file measures many corpora. */
import type { Encoder, Encoding } from '../../src/encoder/encoder.ts';

/** Stored texts go through as they are: the embedding cache keeps those. Closing it closes the encoder. */
export function rememberingEncoder(encoder: Encoder): Encoder {
  const known = new Map<string, Promise<Encoding>>();
  return {
    info: encoder.info,
    ...(encoder.reach === undefined ? {} : { reach: encoder.reach }),
    get waiting() {
      return encoder.waiting;
    },
    encode(text) {
      const before = known.get(text);
      if (before !== undefined) return before;
      const now = encoder.encode(text);
      known.set(text, now);
      return now;
    },
    encodeAll: (texts, options) => encoder.encodeAll(texts, options),
    close: () => encoder.close(),
  };
}
