/** What a search costs a database node, and what a question costs its memory. */
import type { Inputs } from './inputs.ts';
import { questionsOf, type Workload } from './workload.ts';

/** How the corpora lie in the database. */
export type Layout = 'collection per corpus' | 'one shared collection';

/** Core milliseconds of the nearest rows by comparing with all of them. */
export function exactMs({ dimension, scanGbPerSecond }: Inputs, rows: number): number {
  return (rows * dimension * 4) / (scanGbPerSecond * 1e6);
}

/** Core milliseconds of the nearest rows by graph: it grows with the logarithm of the rows. */
export function hnswMs({ hnswMsAtMillion, hnswGrowth }: Inputs, rows: number): number {
  return hnswMsAtMillion * Math.max(0.2, 1 + hnswGrowth * Math.log2(rows / 1e6));
}

/** Core milliseconds of the best rows by terms; nothing where a fitted ridge has its own lexical part. */
export function termsMs({ ridgeQuestions, postingShare, nsPerPosting }: Inputs, questions: number, rows: number): number {
  return questions <= ridgeQuestions ? 0 : (rows * postingShare * nsPerPosting) / 1e6;
}

/** How one match searches. */
export interface Search {
  readonly kind: 'exact' | 'hnsw';
  /** Shards that one match asks; the answer waits for the slowest. */
  readonly fanOut: number;
  /** Core milliseconds in each of them. */
  readonly shardMs: number;
}

/** The cheapest way to search a corpus, and into how many shards it is cut so that each answers in its budget. */
export function searchOf(inputs: Inputs, questions: number): Search {
  for (let fanOut = 1; ; fanOut *= 2) {
    const rows = questions / fanOut;
    const kind = exactMs(inputs, rows) <= inputs.exactBudgetMs ? 'exact' : 'hnsw';
    const dense = kind === 'exact' ? exactMs(inputs, rows) : hnswMs(inputs, rows);
    const shardMs = inputs.queryMs + dense + termsMs(inputs, questions, rows);
    if (shardMs <= inputs.shardBudgetMs || rows < 1000) return { kind, fanOut, shardMs };
  }
}

/** A collection per corpus while there are few of them. */
export function layoutOf({ collectionsMost }: Inputs, { corpora }: Workload): Layout {
  return corpora <= collectionsMost ? 'collection per corpus' : 'one shared collection';
}

/** Bytes in memory of one question, one copy, one version. */
export function questionBytes(inputs: Inputs, quantised = false): number {
  const vector = inputs.dimension * (quantised ? inputs.quantisedBytes : inputs.bytesPerNumber);
  return (vector + inputs.linkBytes + inputs.termsPerQuestion * inputs.bytesPerTerm) * inputs.overhead;
}

/** GB in memory of the whole database, all copies. */
export function databaseGb(inputs: Inputs, workload: Workload, layout: Layout): number {
  const versions = workload.copies * inputs.residentVersions;
  const questions = questionsOf(workload) * questionBytes(inputs) * versions;
  const collections = layout === 'collection per corpus' ? workload.corpora * inputs.collectionMb * 1e6 * versions : 0;
  return (questions + collections) / 1e9;
}

/** GB on disk of the whole database, all copies and kept versions. */
export function diskGb(inputs: Inputs, workload: Workload): number {
  const bytes = questionBytes(inputs) + inputs.payloadBytes * inputs.overhead;
  return (questionsOf(workload) * bytes * workload.copies * inputs.keptVersions) / 1e9;
}
