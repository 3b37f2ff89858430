/**
 * An encoder without a model: every word has a place of its own in the vector, so texts that share words are close.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Encoder, EncoderInfo } from '../../src/encoder/encoder.ts';
import { type FaqError, throwIfAborted } from '../../src/errors.ts';
import { wordTerms } from '../../src/text/terms.ts';

export interface FakeEncoder extends Encoder {
  /** Every text that went through encodeAll, in order. */
  readonly encoded: readonly string[];
  /** encodeAll waits for this before each batch; lets a test act in mid-encoding. */
  hold: Promise<void>;
  /** What encodeAll fails with from now on. */
  failure: FaqError | undefined;
}

export interface FakeEncoderOptions {
  readonly digest?: string;
  readonly dimension?: number;
}

const BATCH = 8;

/** Unit vector with a one for each word, by hash; the first axis alone for a text without words. */
export function keywordVector(text: string, dimension: number): Float32Array {
  const vector = new Float32Array(dimension);
  for (const term of wordTerms(text)) {
    const place = createHash('sha256').update(term).digest().readUInt32LE(0) % dimension;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Deterministic, never busy. */
export function createFakeEncoder({ digest = 'sha256:fake', dimension = 256 }: FakeEncoderOptions = {}): FakeEncoder {
  const encoded: string[] = [];
  const info: EncoderInfo = { name: 'fake', digest, dimension, maxTokens: 256, pooling: 'mean', device: 'cpu', workers: 1 };
  const fake: FakeEncoder = {
    info,
    encoded,
    hold: Promise.resolve(),
    failure: undefined,
    waiting: 0,
    async encode(text, options = {}) {
      throwIfAborted(options.signal);
      return {
        vector: keywordVector(text, dimension),
        tokens: wordTerms(text).length + 2,
        truncated: wordTerms(text).length + 2 > info.maxTokens,
        timings: { tokenizeMs: 0, queueMs: 0, encodeMs: 0 },
      };
    },
    async encodeAll(texts, options = {}) {
      const vectors = new Float32Array(texts.length * dimension);
      for (let start = 0; start < texts.length; start += BATCH) {
        await fake.hold;
        await nextTurn();
        throwIfAborted(options.signal);
        if (fake.failure !== undefined) throw fake.failure;
        const batch = texts.slice(start, start + BATCH);
        batch.forEach((text, row) => {
          vectors.set(keywordVector(text, dimension), (start + row) * dimension);
        });
        encoded.push(...batch);
        options.onProgress?.(start + batch.length);
      }
      return vectors;
    },
    close: async () => undefined,
  };
  return fake;
}
