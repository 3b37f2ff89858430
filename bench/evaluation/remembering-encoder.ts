/** An encoder that encodes each utterance once a process: one test file measures many corpora. */
import type { Encoder, Encoding } from '../../src/encoder/encoder.ts';

/** Stored texts go through as they are: the embedding cache keeps those. Closing it closes the encoder. */
export function rememberingEncoder(encoder: Encoder): Encoder {
  const known = new Map<string, Promise<Encoding>>();
  return {
    // All that it can, its vocabulary among it: without that no misspelt word is read, as it is in the product.
    ...encoder,
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
  };
}
