/**
 * A fitted scorer as bytes and back. The bytes are V8's structured serialisation (stable across Node versions, typed arrays kept as
 * they are); whoever stores them checks their digest.
 */
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import { FaqError } from '../errors.ts';
import type { FittedScorer } from './fitted-scorer.ts';
import { hitScorer } from './hit-scorer.ts';
import { ridgeScorer } from './ridge-scorer.ts';
import type { IntentScorer } from './scorer.ts';

/** Raised whenever the same corpus would score differently or stored bytes could not be read; part of a version's identity. */
export const SCORER_FORMAT = 1;

const weights = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const calibrator = z.object({ right: weights, inScope: weights, temperature: z.number().positive() });
const floats = z.instanceof(Float32Array);
const characters = z.object({
  vocabulary: z.string(),
  idf: floats,
  offsets: z.instanceof(Int32Array),
  landmarks: z.instanceof(Int32Array),
  weights: floats,
  landmarkCount: z.int().nonnegative(),
});
const model = z.object({
  dimension: z.int().positive(),
  intentCount: z.int().positive(),
  mean: floats,
  landmarks: floats,
  weights: floats,
  base: floats,
  characters,
});
const stored = z.object({
  format: z.literal(SCORER_FORMAT),
  fitted: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('kernel_ridge'), model, voteWeight: z.number().nonnegative(), calibrator }),
    z.object({ kind: z.literal('hits'), intentCount: z.int().positive(), calibrator }),
  ]),
});

/** Bytes of a fitted scorer. */
export function serialiseScorer(fitted: FittedScorer): Uint8Array {
  return serialize({ format: SCORER_FORMAT, fitted });
}

/** @throws FaqError data_loss where the bytes are no fitted scorer of this format. */
export function loadScorer(bytes: Uint8Array): IntentScorer {
  try {
    const { fitted } = stored.parse(deserialize(bytes));
    return fitted.kind === 'kernel_ridge' ? ridgeScorer(fitted) : hitScorer(fitted);
  } catch (cause) {
    throw new FaqError('data_loss', `The stored scorer is not readable as format ${SCORER_FORMAT}; reload the corpus to fit a new one.`, { cause });
  }
}
