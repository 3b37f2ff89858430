import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pooling } from '../../../src/encoder/encoder.ts';
import { normaliseRows, poolPieces } from '../../../src/encoder/pooling.ts';

/** One text's word-piece vectors with a mask of at least one word piece. */
const text = (dimension: number, sequence: number) =>
  fc.record({
    pieces: fc.array(fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: dimension, maxLength: dimension }), {
      minLength: sequence,
      maxLength: sequence,
    }),
    length: fc.integer({ min: 1, max: sequence }),
  });

const batch = fc
  .record({ dimension: fc.integer({ min: 1, max: 6 }), sequence: fc.integer({ min: 1, max: 7 }), size: fc.integer({ min: 1, max: 4 }) })
  .chain(({ dimension, sequence, size }) =>
    fc.record({
      dimension: fc.constant(dimension),
      sequence: fc.constant(sequence),
      texts: fc.array(text(dimension, sequence), { minLength: size, maxLength: size }),
    }),
  );

/** The definitions, one line each, over the word pieces that are not padding. */
const NAIVE: Readonly<Record<Pooling, (column: readonly number[]) => number>> = {
  cls: (column) => column[0] ?? 0,
  max: (column) => Math.max(...column),
  mean: (column) => column.reduce((sum, value) => sum + value, 0) / column.length,
  mean_sqrt_len: (column) => column.reduce((sum, value) => sum + value, 0) / Math.sqrt(column.length),
};

describe('pooling', () => {
  it.each(Object.keys(NAIVE) as Pooling[])('by %s is its definition over the word pieces, whatever stands in the padding', (pooling) => {
    fc.assert(
      fc.property(batch, ({ dimension, sequence, texts }) => {
        const pieces = Float32Array.from(texts.flatMap((one) => one.pieces.flat()));
        const mask = Int32Array.from(texts.flatMap((one) => one.pieces.map((_, index) => (index < one.length ? 1 : 0))));
        const pooled = poolPieces(pieces, mask, { shape: { batch: texts.length, sequence, dimension }, pooling });
        texts.forEach((one, row) => {
          for (let column = 0; column < dimension; column += 1) {
            const values = one.pieces.slice(0, one.length).map((piece) => piece[column] ?? 0);
            expect(pooled[row * dimension + column]).toBeCloseTo(NAIVE[pooling](values), 4);
          }
        });
      }),
    );
  });

  it('gives zeros, not NaN, for a text of padding alone', () => {
    const how = { shape: { batch: 1, sequence: 2, dimension: 2 }, pooling: 'mean' } as const;
    expect([...poolPieces(Float32Array.of(1, 2, 3, 4), new Int32Array(2), how)]).toEqual([0, 0]);
  });
});

describe('normalising rows', () => {
  it('makes every row that has a direction one long and keeps the direction', () => {
    const row = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const normalised = Float32Array.from(rows.flat());
        const before = Float32Array.from(normalised);
        const bad = normaliseRows(normalised, 3);
        rows.forEach((_, index) => {
          const old = before.subarray(index * 3, index * 3 + 3);
          const now = normalised.subarray(index * 3, index * 3 + 3);
          const length = Math.hypot(...old);
          if (bad.includes(index)) expect(length).toBeLessThan(1e-11);
          else for (const [column, value] of now.entries()) expect(value).toBeCloseTo((old[column] ?? 0) / length, 5);
        });
      }),
    );
  });

  it('names the rows that hold NaN, infinity or nothing but zeros and leaves the others right', () => {
    const rows = Float32Array.of(3, 4, Number.NaN, 1, 0, 0, Number.POSITIVE_INFINITY, 1);
    expect(normaliseRows(rows, 2)).toEqual([1, 2, 3]);
    expect([...rows.subarray(0, 2)]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  });
});
