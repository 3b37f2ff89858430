/** What the encoder takes for texts of which length. */
import type { Outcomes } from './distribution.ts';
import type { Inputs } from './inputs.ts';

/** Word pieces of short utterances: quantiles of CLINC150's (mean 10.9), measured by `bench/scale/measure.ts texts`. */
export const SHORT_TEXTS = [
  { pieces: 6, share: 0.1 },
  { pieces: 8, share: 0.25 },
  { pieces: 10, share: 0.25 },
  { pieces: 12, share: 0.15 },
  { pieces: 14, share: 0.13 },
  { pieces: 17, share: 0.09 },
  { pieces: 21, share: 0.03 },
] as const;

/** Texts of one length, and how many of all. */
export interface TextLength {
  readonly pieces: number;
  readonly share: number;
}

/** All lengths, long ones included. Shares sum to 1. */
export function textLengths({ longShare, longPieces }: Inputs): readonly TextLength[] {
  return [
    ...SHORT_TEXTS.map(({ pieces, share }) => ({ pieces, share: share * (1 - longShare) })),
    { pieces: longPieces, share: longShare },
  ].filter(({ share }) => share > 0);
}

/** Milliseconds of one run over texts padded to the longest: a fixed part (reading the weights), one by piece, attention by its square. */
export function runMs({ encodeFixedMs, encodeMsPerPiece, attentionPieces }: Inputs, texts: number, longest: number): number {
  return encodeFixedMs + encodeMsPerPiece * texts * longest * (1 + longest / attentionPieces);
}

/** Times of texts that are encoded alone. */
export function aloneOutcomes(inputs: Inputs): Outcomes {
  return textLengths(inputs).map(({ pieces, share }) => ({ ms: runMs(inputs, 1, pieces), share }));
}

/** Mean and squared coefficient of variation. */
export function moments(outcomes: Outcomes): { readonly meanMs: number; readonly scv: number } {
  const meanMs = outcomes.reduce((sum, { ms, share }) => sum + ms * share, 0);
  const square = outcomes.reduce((sum, { ms, share }) => sum + ms * ms * share, 0);
  return { meanMs, scv: square / meanMs ** 2 - 1 };
}

/** Pieces to which short texts of like length are padded in a batch of so many: the mean for one, a fifth more for eight. */
export function paddedPieces(texts: number): number {
  const mean = SHORT_TEXTS.reduce((sum, { pieces, share }) => sum + pieces * share, 0);
  return mean * (1 + 0.23 * (1 - 1 / texts));
}

/** Least encoder time a text when every batch is full; long texts go alone. */
export function fullBatchMs(inputs: Inputs): number {
  const { maxBatchItems, longShare, longPieces } = inputs;
  const short = runMs(inputs, maxBatchItems, paddedPieces(maxBatchItems)) / maxBatchItems;
  return (1 - longShare) * short + longShare * runMs(inputs, 1, longPieces);
}
