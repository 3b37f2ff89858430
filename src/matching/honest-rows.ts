/** What a corpus knows of its own traffic: rows scored as if they were not stored. */
import type { Closeness } from './features.ts';

/** One honestly scored utterance. */
export interface HonestScore {
  readonly scores: Float32Array;
  /** Closeness to each intent (counter-examples.ts). */
  readonly closenessOf: (intent: number) => Closeness;
  /** The right intent; undefined for out of scope. */
  readonly intent: number | undefined;
}

/** A stored question as if its intent were not there. */
export interface SimulatedScore extends HonestScore {
  readonly intent: undefined;
  /** The intent that it is stored under. */
  readonly source: number;
}

/** A counter-example as if it were not there. */
export interface CounterScore extends HonestScore {
  /** How much of a row of out-of-scope traffic it is (fair-counts.ts), 0 to 1; 1 where not given. */
  readonly counts?: number;
}

/** A labelled utterance, which was never stored. */
export interface LabelledScore extends HonestScore {
  readonly utterance: string;
  /** Whether it is kept aside to prove what the others taught. */
  readonly proves: boolean;
}

/** Honest rows by where they come from. */
export interface HonestRows {
  /** Leave-one-out. */
  readonly inScope: readonly HonestScore[];
  /** Leave-one-intent-out: what is asked near the corpus. */
  readonly simulated: readonly SimulatedScore[];
  /** The same without the intents most like the one left out: what is asked further off. Where there are any, half of the simulated traffic for the calibrator and FAR_IN_DECISIONS of it for decisions. */
  readonly far?: readonly SimulatedScore[];
  readonly counterExamples: readonly CounterScore[];
  /** What users typed, in and out of scope; left out where none is labelled. */
  readonly labelled?: readonly LabelledScore[];
}
