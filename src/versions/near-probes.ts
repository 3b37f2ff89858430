/**
 * Honest probes for the hit scorer: a corpus's own questions, each with itself left out, and its counter-examples.
 * A seeded sample, so that the same corpus gives the same scorer.
 */
import { openBm25 } from '../index/bm25.ts';
import { type ScoredRow, topRows } from '../index/top-rows.ts';
import { type FitInput, type Multiply, type NearQuestion, NO_INTENT, type Probe } from '../matching/contract.ts';
import { type Held, heldAgainst } from '../matching/counter-examples.ts';
import { readLabelled } from '../matching/labelled-scores.ts';
import { sharedQuestions } from '../matching/near-duplicates.ts';
import { seededRandom } from '../seeded-random.ts';
import { wordTerms } from '../text/terms.ts';
import { groupRows } from './version-rows.ts';

/** Questions, and counter-examples, that are tried at most: enough for four calibrator weights, seconds at 100,000 questions. */
const MOST_PROBES = 1_000;
/** Neighbours of each: the hit scorer asks for 64 at least. */
const NEIGHBOURS = 128;
/** Cosines computed at a time; bounds memory to 32 MB. */
const BLOCK_NUMBERS = 8_000_000;

interface ProbeSeed extends Pick<Probe, 'kind' | 'text' | 'intent'> {
  readonly vector: Float32Array;
  /** The probe's own row; -1 for what is no question. */
  readonly own: number;
}

function shuffled<T>(items: Iterable<T>, random: () => number): readonly T[] {
  return Array.from(items, (item) => ({ item, place: random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}

/** Rows drawn round-robin over the intents, so that a large intent does not crowd out the others. */
export function sampleRows(intents: Int32Array, intentCount: number, most: number): readonly number[] {
  const random = seededRandom(0x5eed);
  const queues = shuffled(
    groupRows(intents, intentCount).map((rows) => shuffled(rows, random)),
    random,
  );
  const longest = queues.reduce((length, rows) => Math.max(length, rows.length), 0);
  const sample: number[] = [];
  for (let round = 0; round < longest && sample.length < most; round += 1) {
    for (const rows of queues) {
      const row = rows[round];
      if (row !== undefined && sample.length < most) sample.push(row);
    }
  }
  return sample;
}

function labelledSeeds({ labelled, dimension }: FitInput): readonly ProbeSeed[] {
  if (labelled === undefined) return [];
  return readLabelled(labelled).map((number) => {
    const intent = labelled.intents[number];
    const vector = labelled.vectors.subarray(number * dimension, (number + 1) * dimension);
    return { kind: 'labelled', text: labelled.texts[number] ?? '', vector, intent: intent === NO_INTENT ? undefined : intent, own: -1 };
  });
}

/** Stored questions first, then labelled utterances, then counter-examples. */
function probeSeeds(input: FitInput): readonly ProbeSeed[] {
  const { dimension } = input;
  const row = (vectors: Float32Array, number: number): Float32Array => vectors.subarray(number * dimension, (number + 1) * dimension);
  const shared = sharedQuestions(input);
  const questions = sampleRows(input.intents, input.intentCount, MOST_PROBES)
    .filter((own) => !shared.has(own) && input.learnt?.[own] !== 1)
    .map(
      (own): ProbeSeed => ({
        kind: 'question',
        text: input.texts[own] ?? '',
        vector: row(input.vectors, own),
        intent: input.intents[own],
        own,
      }),
    );
  const counters = input.counterTexts
    .map(
      (text, number): ProbeSeed => ({
        kind: 'counter_example',
        text,
        vector: row(input.counterVectors, number),
        intent: undefined,
        own: -1,
      }),
    )
    .filter((_, number) => input.counterIntents[number] === NO_INTENT)
    .slice(0, MOST_PROBES);
  return [...questions, ...labelledSeeds(input), ...counters];
}

/** Numbers 0 to count - 1 that stay. */
function* rowsThat(count: number, stays: (row: number) => boolean): Generator<number> {
  for (let row = 0; row < count; row += 1) if (stays(row)) yield row;
}

/** [seeds × dimension]. */
function joined(seeds: readonly ProbeSeed[], dimension: number): Float32Array {
  const rows = new Float32Array(seeds.length * dimension);
  seeds.forEach(({ vector }, place) => {
    rows.set(vector, place * dimension);
  });
  return rows;
}

/** How near the counter-examples are to each seed; to one that is a counter-example itself, those that do not say nearly the same. */
async function heldSeeds(seeds: readonly ProbeSeed[], input: FitInput, multiply: Multiply): Promise<readonly Held[]> {
  const [others, counters] = [
    seeds.filter(({ kind }) => kind !== 'counter_example'),
    seeds.filter(({ kind }) => kind === 'counter_example'),
  ];
  return [
    ...(await heldAgainst(joined(others, input.dimension), input, { twins: 'stay', multiply })),
    ...(await heldAgainst(joined(counters, input.dimension), input, { twins: 'leave', multiply })),
  ];
}

/** Finds each probe's nearest stored questions, cosines by blocks through `multiply`, BM25 beside them. */
export async function buildProbes(
  input: FitInput,
  multiply: Multiply,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<readonly Probe[]> {
  const { dimension, texts, vectors, intents } = input;
  const count = texts.length;
  const seeds = probeSeeds(input);
  const held = await heldSeeds(seeds, input, multiply);
  const bm25 = openBm25(texts.map(wordTerms));
  const perBlock = Math.max(1, Math.floor(BLOCK_NUMBERS / Math.max(1, count)));
  const probes: Probe[] = [];
  for (let start = 0; start < seeds.length; start += perBlock) {
    const block = seeds.slice(start, start + perBlock);
    const rows = joined(block, dimension);
    const cosines = await multiply(rows, vectors, { rows: block.length, inner: dimension, columns: count, transposeB: true });
    for (const [place, { kind, text, intent, own }] of block.entries()) {
      const nearestThat = (stays: (row: number) => boolean) =>
        topRows(rowsThat(count, stays), (row) => cosines[place * count + row] ?? 0, NEIGHBOURS);
      const probe = bm25.scored(wordTerms(text), ({ byRow }): Probe => {
        const asNear = ({ row, score }: ScoredRow): NearQuestion => ({
          row,
          intent: intents[row] ?? 0,
          similarity: score,
          lexical: byRow[row] ?? 0,
        });
        return {
          kind,
          text,
          intent,
          refusals: (held[start + place] as Held).refusals,
          near: nearestThat((row) => row !== own).map(asNear),
          nearOthers: kind !== 'question' ? [] : nearestThat((row) => intents[row] !== intent).map(asNear),
        };
      });
      probes.push(probe);
    }
    onProgress(probes.length, seeds.length);
  }
  return probes;
}
