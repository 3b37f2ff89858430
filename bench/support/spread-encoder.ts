/** A real encoder whose bulk encoding takes many times more texts than there is time for: a variant's vector is its base's, moved a little. */
import { createHash } from 'node:crypto';
import type { Encoder } from '../../src/encoder/encoder.ts';
import type { LabelledText } from './workload.ts';

/** What sets variants of a text apart. */
const MARK = ' (variant ';
/** Length of the move against the unit vector: variants lie at a cosine of about .9 to their base, as paraphrases do. */
const MOVE = 0.45;

/** As many questions as asked for: the given ones, and variants of them. */
export function spreadQuestions(questions: readonly LabelledText[], count: number): readonly LabelledText[] {
  return Array.from({ length: count }, (_, number) => {
    const { text, intent } = questions[number % questions.length] ?? { text: '', intent: '' };
    const round = Math.floor(number / questions.length);
    return { text: round === 0 ? text : `${text}${MARK}${round})`, intent };
  });
}

/** Numbers in [-1, 1) that depend on the text alone. */
function noiseOf(text: string, length: number): Float32Array {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0) || 1;
  return Float32Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  });
}

function moved(vector: Float32Array, text: string): Float32Array {
  const noise = noiseOf(text, vector.length);
  const scale = MOVE / Math.hypot(...noise);
  const sum = vector.map((value, place) => value + scale * (noise[place] ?? 0));
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

/** Encodes bases for real, each once; variants and their texts' other words cost nothing. Utterances are encoded for real. */
export function spreadEncoder(encoder: Encoder): Encoder {
  const known = new Map<string, Float32Array>();
  const baseOf = (text: string): string => text.split(MARK)[0] ?? text;
  return {
    ...encoder,
    get waiting() {
      return encoder.waiting;
    },
    encode: (text, options) => encoder.encode(text, options),
    async encodeAll(texts, options = {}) {
      const { dimension } = encoder.info;
      const bases = [...new Set(texts.map(baseOf))].filter((base) => !known.has(base));
      const fresh = await encoder.encodeAll(bases, options.signal === undefined ? {} : { signal: options.signal });
      for (const [row, base] of bases.entries()) known.set(base, fresh.slice(row * dimension, (row + 1) * dimension));
      const vectors = new Float32Array(texts.length * dimension);
      for (const [row, text] of texts.entries()) {
        const base = known.get(baseOf(text)) ?? new Float32Array(dimension);
        vectors.set(text.includes(MARK) ? moved(base, text) : base, row * dimension);
      }
      options.onProgress?.(texts.length);
      return vectors;
    },
  };
}
