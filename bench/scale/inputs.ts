/**
 * Every number the cost model starts from, with its unit and where it comes from. Replace any of them with
 * `node bench/scale/main.ts --set name=value`.
 */

/** `measured` here, `counted` from the code or a format, `published` by others, `chosen` by who plans, `assumed` until somebody measures it. */
export type Origin = 'measured' | 'counted' | 'published' | 'chosen' | 'assumed';

/** One number. */
export interface Input {
  readonly value: number;
  readonly unit: string;
  readonly origin: Origin;
  readonly source: string;
}

const ENCODER = {
  encodeFixedMs: {
    value: 3.11,
    unit: 'ms a run',
    origin: 'measured',
    source:
      'docs/evaluation.md: 4.9 ms alone (bare); `npm run bench -- --only devices`: 386 a second and thread in batches of 8, padded by a fifth',
  },
  encodeMsPerPiece: { value: 0.15, unit: 'ms a padded word piece', origin: 'measured', source: 'the same two figures' },
  attentionPieces: {
    value: 106,
    unit: 'word pieces',
    origin: 'measured',
    source: 'docs/evaluation.md: 1 utterance in 20 long costs 2.17 ms more a match, so a long one 46 ms; attention grows with the square',
  },
  longPieces: { value: 129, unit: 'word pieces', origin: 'measured', source: '`bench/scale/measure.ts texts`: 100 words of CLINC150' },
  longShare: { value: 0.02, unit: 'share of utterances', origin: 'assumed', source: 'your logs' },
  maxBatchItems: { value: 8, unit: 'texts', origin: 'counted', source: 'src/encoder/onnx-encoder.ts' },
  maxBatchPieces: { value: 1024, unit: 'padded word pieces', origin: 'counted', source: 'docs/configuration.md, maxBatchTokens' },
  gpuTextsPerSecond: {
    value: 49_900,
    unit: 'texts/s a GPU',
    origin: 'measured',
    source: 'docs/encoders.md: float32 export on an NVIDIA H200, by CUDA',
  },
} as const satisfies Record<string, Input>;

const REPLICA = {
  loopMs: {
    value: 3.1,
    unit: 'ms of the event loop a match',
    origin: 'measured',
    source: 'docs/evaluation.md: 6.19 ms at 64 callers, less 2.6 (encoder) and .5 (search)',
  },
  databaseClientMs: {
    value: 0.85,
    unit: 'ms of the event loop a search',
    origin: 'measured',
    source: 'docs/evaluation.md, one trip to Qdrant in parts, 10,000 questions',
  },
  networkMs: { value: 0.5, unit: 'ms there and back', origin: 'assumed', source: 'your network' },
  encoderWorkers: { value: 2, unit: 'threads a replica', origin: 'chosen', source: 'takes the fewest cores, see docs/scale.md' },
  replicaMb: { value: 420, unit: 'MB', origin: 'measured', source: 'docs/operations.md, one worker' },
  workerMb: { value: 150, unit: 'MB a further worker', origin: 'measured', source: 'docs/operations.md' },
  replicaBytesPerQuestion: { value: 2544, unit: 'bytes', origin: 'measured', source: '`bench/scale/measure.ts memory`, 40,000 questions' },
  ridgeMbAt300: { value: 3.16, unit: 'MB a corpus of 300', origin: 'measured', source: '`bench/scale/measure.ts memory`, 150 intents' },
  ridgeMbAt10000: {
    value: 38.3,
    unit: 'MB a corpus of 10,000',
    origin: 'measured',
    source: '`bench/scale/measure.ts memory`, 150 intents',
  },
  ridgeQuestions: { value: 30_000, unit: 'questions', origin: 'counted', source: 'src/matching/contract.ts, maxRidgeQuestions' },
  replicaGb: { value: 8, unit: 'GB a replica', origin: 'chosen', source: 'your machines' },
  corporaPerProcess: {
    value: 16_358,
    unit: 'corpora with a ridge',
    origin: 'measured',
    source: 'WebAssembly memories of one process: 8 GiB of addresses each, 128 TiB in all',
  },
  questionsPerCorpus: {
    value: 5_000_000,
    unit: 'questions',
    origin: 'counted',
    source: 'corpus.json is read as one string: 2^29 characters, about 100 a question',
  },
  groupImbalance: {
    value: 1.25,
    unit: 'busiest group / mean',
    origin: 'chosen',
    source: 'hashing alone gives up to 1.2 (group-hashing.ts); the rest for uneven traffic',
  },
} as const satisfies Record<string, Input>;

const QDRANT = {
  dimension: { value: 384, unit: 'numbers a vector', origin: 'counted', source: 'models/faqmatch-minilm-l6' },
  bytesPerNumber: { value: 4, unit: 'bytes', origin: 'counted', source: 'float32; 1 with scalar quantisation' },
  quantisedBytes: { value: 1, unit: 'bytes a number', origin: 'counted', source: 'int8, float32 then on disk' },
  linkBytes: {
    value: 136,
    unit: 'bytes a question',
    origin: 'counted',
    source: 'HNSW m = 16: 32 links below, 16 for one in 15 above, 4 bytes each',
  },
  termsPerQuestion: { value: 8.2, unit: 'distinct terms', origin: 'measured', source: '`bench/scale/measure.ts texts`' },
  bytesPerTerm: { value: 8, unit: 'bytes', origin: 'counted', source: 'number and weight' },
  payloadBytes: { value: 150, unit: 'bytes a question', origin: 'assumed', source: 'to be measured with Qdrant' },
  overhead: {
    value: 1.5,
    unit: 'factor',
    origin: 'published',
    source: 'qdrant.tech, capacity planning: ids, versions, segments being rebuilt',
  },
  residentVersions: {
    value: 1.2,
    unit: 'versions of a corpus in memory',
    origin: 'assumed',
    source: 'the active one, and one in five being replaced',
  },
  keptVersions: { value: 5, unit: 'versions on disk', origin: 'counted', source: 'docs/configuration.md' },
  collectionMb: {
    value: 0.5,
    unit: 'MB a collection and copy',
    origin: 'measured',
    source: 'docs/decisions/0007: 516 MB after a restart with 1,000',
  },
  collectionsMost: {
    value: 1900,
    unit: 'collections',
    origin: 'counted',
    source: 'docs/decisions/0007: 33 memory maps each of the 65,530 that Linux allows by default',
  },
  queryMs: {
    value: 1.3,
    unit: 'core ms a search and shard',
    origin: 'measured',
    source: 'docs/evaluation.md, one trip in parts: 1.77 at 10,000 questions less .47 of the graph; seven intents are asked for beside it',
  },
  scanGbPerSecond: {
    value: 8,
    unit: 'GB/s a core',
    origin: 'measured',
    source: '`npm run bench -- --only qdrant-match` with qdrantHnswFrom 20,000: 10,000 × 384 float32 in 2 ms',
  },
  exactBudgetMs: { value: 1, unit: 'ms', origin: 'counted', source: 'qdrantHnswFrom: 5,000 questions' },
  hnswMsAtMillion: {
    value: 0.83,
    unit: 'core ms',
    origin: 'measured',
    source: 'docs/evaluation.md, one trip in parts: .47 at 10,000, .65 at 100,000, by the logarithm',
  },
  hnswGrowth: { value: 0.065, unit: 'share more for twice the rows', origin: 'measured', source: 'the same two figures' },
  postingShare: {
    value: 0.72,
    unit: 'postings a search and question stored',
    origin: 'measured',
    source: '`bench/scale/measure.ts texts`',
  },
  nsPerPosting: { value: 2, unit: 'ns', origin: 'assumed', source: 'to be measured with Qdrant' },
  shardBudgetMs: { value: 20, unit: 'ms a search in one shard', origin: 'chosen', source: 'slower ones are split' },
  nodeCores: { value: 16, unit: 'cores', origin: 'chosen', source: 'your machines' },
  nodeGb: { value: 64, unit: 'GB', origin: 'chosen', source: 'your machines' },
  nodeFill: { value: 0.75, unit: 'share of the memory', origin: 'chosen', source: 'room for the page cache and rebuilds' },
} as const satisfies Record<string, Input>;

const MONEY = {
  utilisation: {
    value: 0.6,
    unit: 'share of the time',
    origin: 'chosen',
    source: 'the load planned for; .9 at most with one of each lost',
  },
  coreHour: { value: 0.04, unit: 'money', origin: 'assumed', source: 'your price list' },
  gbHour: { value: 0.005, unit: 'money', origin: 'assumed', source: 'your price list' },
  gpuHour: { value: 2, unit: 'money', origin: 'assumed', source: 'your price list' },
} as const satisfies Record<string, Input>;

/** All inputs by name. */
export const INPUTS = { ...ENCODER, ...REPLICA, ...QDRANT, ...MONEY } as const satisfies Record<string, Input>;

/** Name of an input. */
export type InputName = keyof typeof INPUTS;

/** The values alone. */
export type Inputs = Readonly<Record<InputName, number>>;

/** The values of the table, with some of them replaced. */
export function inputsWith(replaced: Partial<Inputs> = {}): Inputs {
  const values = Object.fromEntries(Object.entries(INPUTS).map(([name, { value }]) => [name, value]));
  return { ...(values as Inputs), ...replaced };
}
