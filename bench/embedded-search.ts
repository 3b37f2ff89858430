/**
 * The embedded index's search by size: exact search beside usearch's own bare exact search, and the graph that takes over from
 * ANN_FROM_ROWS, with its recall against the exact search. The two searches take turns on the same query, so that noise meets both.
 */
import { createRequire } from 'node:module';
import type * as Usearch from 'usearch';
import { loadModel } from '../src/encoder/model-source.ts';
import { createEncoder } from '../src/encoder/onnx-encoder.ts';
import { ANN_FROM_ROWS } from '../src/index/embedded/ann-threshold.ts';
import { findDistinctRows } from '../src/index/embedded/distinct-rows.ts';
import { type ExactSearch, openExactSearch } from '../src/index/embedded/exact-search.ts';
import { chooseExpansion } from '../src/index/embedded/graph-recall.ts';
import { openGraphSearch } from '../src/index/embedded/graph-search.ts';
import { newGraph } from '../src/index/embedded/native-graph.ts';
import { LEAST_RECALL, recallAt10 } from '../src/index/recall.ts';
import { summariseLatency } from '../src/quality/latency.ts';
import type { BenchContext } from './support/context.ts';
import { askedOf, clusteredVectors, multipliedVectors, seededRandom } from './support/made-up-vectors.ts';
import { atLeast, atMost, type Findings, short } from './support/report.ts';

const { exactSearch, MetricKind } = createRequire(import.meta.url)('usearch') as typeof Usearch;

const DIMENSION = 384;
const K = 10;
/** About one encoding. */
const GOAL_MS = 5;
const REAL_TEXTS = 3_000;
const REAL_UTTERANCES = 200;
const ROWS_AT_ONCE = 1_000;

/** What one size is measured on. */
interface Matter {
  readonly source: string;
  readonly vectors: Float32Array;
  readonly queries: readonly Float32Array[];
}

type Search = (query: Float32Array) => unknown;

/** Median milliseconds of each search, taken in turns over the same queries. */
function medians(searches: readonly Search[], queries: readonly Float32Array[]): readonly number[] {
  const spent = searches.map((): number[] => []);
  for (const query of queries) {
    for (const [number, search] of searches.entries()) {
      const started = performance.now();
      search(query);
      spent[number]?.push(performance.now() - started);
    }
  }
  return spent.map((times) => summariseLatency(times).p50);
}

function bareSearch(vectors: Float32Array): Search {
  return (query) => exactSearch(vectors, query, DIMENSION, K, MetricKind.IP, 1);
}

/** Builds the graph in this thread; the rows are all different but for chance. */
async function measureGraph({ vectors, queries }: Matter, exact: ExactSearch) {
  const distinct = await findDistinctRows(vectors, DIMENSION);
  const started = performance.now();
  const graph = newGraph(DIMENSION);
  for (let first = 0; first < exact.size; first += ROWS_AT_ONCE) {
    const rows = Array.from({ length: Math.min(ROWS_AT_ONCE, exact.size - first) }, (_, place) => first + place);
    graph.add(rows, vectors.subarray(first * DIMENSION, (first + rows.length) * DIMENSION));
  }
  const buildS = (performance.now() - started) / 1000;
  const searchAt = (expansion: number) => {
    const search = openGraphSearch({ graph, distinct, similarity: exact.similarity, expansion });
    return (query: Float32Array, k: number) => search.nearest(query, k) ?? exact.nearest(query, k);
  };
  const chosen = chooseExpansion({ vectors, dimension: DIMENSION, exact: exact.nearest, withExpansion: searchAt });
  const search = searchAt(chosen.expansion);
  const truth = queries.map((query) => exact.nearest(query, K));
  const [p50 = Number.NaN, p50At128 = Number.NaN] = medians([(query) => search(query, K), (query) => search(query, 128)], queries);
  return {
    buildS,
    chosen,
    p50,
    p50At128,
    recall: recallAt10(
      queries.map((query) => search(query, 10)),
      truth,
    ),
  };
}

/** Vectors of real texts and utterances, to be multiplied. */
async function encodeTexts({ workload, dataDir, log }: BenchContext) {
  const encoder = await createEncoder({
    model: await loadModel({ model: 'faqmatch-minilm-l6', cacheFolder: dataDir, offline: true }),
    workers: 1,
  });
  try {
    log(`encoding ${REAL_TEXTS} questions`);
    const stored = await encoder.encodeAll(workload.questions.slice(0, REAL_TEXTS).map(({ text }) => text));
    const asked = await encoder.encodeAll(workload.utterances.slice(0, REAL_UTTERANCES));
    return { stored, asked: Array.from({ length: asked.length / DIMENSION }, (_, i) => asked.slice(i * DIMENSION, (i + 1) * DIMENSION)) };
  } finally {
    await encoder.close();
  }
}

/** Times exact search and graph by size. */
export async function embeddedSearch(context: BenchContext): Promise<Findings> {
  const { quick, log, workload } = context;
  const sizes = quick ? [1_000, 3_500, 10_000, 50_000] : [1_000, 3_500, 10_000, 50_000, 100_000, 200_000, 500_000];
  // A graph of 100,000 takes a minute or two to build.
  const graphSizes = quick ? [10_000] : [100_000];
  const real = await encodeTexts(context);
  const exactRows: (string | number)[][] = [];
  const graphRows: (string | number)[][] = [];
  const ratios: number[] = [];
  const recalls: number[] = [];
  const graphTimes: number[] = [];
  let perThousand = Number.NaN;
  for (const rows of sizes) {
    const made = clusteredVectors(rows, DIMENSION, seededRandom(1));
    const multiplied = multipliedVectors(real.stored, { rows, dimension: DIMENSION, step: 0.5 }, seededRandom(2));
    const matters: readonly Matter[] = [
      { source: 'made up', vectors: made, queries: askedOf(made, DIMENSION, 200) },
      { source: workload.source, vectors: multiplied, queries: real.asked },
    ];
    for (const matter of matters) {
      log(`${rows} rows, ${matter.source}`);
      const exact = openExactSearch(matter.vectors, DIMENSION);
      const [bare = 0, ours = 0, wide = 0] = medians(
        [bareSearch(matter.vectors), (query) => exact.nearest(query, K), (query) => exact.nearest(query, 128)],
        matter.queries,
      );
      ratios.push(ours / bare);
      perThousand = (1000 * ours) / rows;
      exactRows.push([rows, matter.source, short(bare), short(ours), short(ours / bare), short(wide)]);
      if (!graphSizes.includes(rows)) continue;
      log(`building a graph of ${rows} rows, ${matter.source}`);
      const { buildS, chosen, p50, p50At128, recall } = await measureGraph(matter, exact);
      recalls.push(recall);
      graphTimes.push(p50);
      graphRows.push([rows, matter.source, short(buildS), chosen.expansion, chosen.recallAt10, short(recall), short(p50), short(p50At128)]);
    }
  }
  return {
    tables: [
      {
        title: `Exact search, ${K} nearest of rows of ${DIMENSION} values, p50 ms`,
        heading: ['rows', 'vectors', 'usearch bare', 'embedded', 'ratio', 'embedded, 128 nearest'],
        rows: exactRows,
      },
      {
        title: 'Search through the graph',
        heading: [
          'rows',
          'vectors',
          'build, s',
          'proposals',
          'recall when built',
          'recall of queries',
          '10 nearest, p50 ms',
          '128 nearest, p50 ms',
        ],
        rows: graphRows,
      },
    ],
    figures: [
      atMost('embedded exact search / usearch bare, worst size', Math.max(...ratios), 1.3),
      atMost(`exact search at ANN_FROM_ROWS (${ANN_FROM_ROWS}), extrapolated, p50 ms`, (perThousand * ANN_FROM_ROWS) / 1000, GOAL_MS),
      atLeast('least recall@10 of a graph', Math.min(...recalls), LEAST_RECALL),
      atMost('search through the graph, slowest p50 ms', Math.max(...graphTimes), GOAL_MS),
    ],
  };
}
