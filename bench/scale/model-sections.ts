/** What the model says, as tables. All of it modelled; inputs carry their own mark. */
import { percentText } from '../../src/quality/report/number-text.ts';
import { balanceOf } from './group-hashing.ts';
import { INPUTS, type InputName, type Inputs } from './inputs.ts';
import type { Latency } from './latency.ts';
import { gpuPlanOf, type Plan, planOf } from './plan.ts';
import { corporaPerReplica, corpusMb, emptyReplicaGb } from './replica-memory.ts';
import { databaseGb, exactMs, hnswMs, questionBytes, termsMs } from './search-cost.ts';
import { type Cell, chartSection, figure, type Section, tableSection } from './section.ts';
import { GROWTH, LARGEST, LARGEST_CORPUS, questionsOf, TENANTS, type Workload } from './workload.ts';

function times(latency: Latency | undefined): string {
  return latency === undefined ? 'never' : `${figure(latency.p50Ms)} / ${figure(latency.p99Ms)}`;
}

function nodes({ nodes: count, nodeCores, nodeGb, nodesBy }: Plan): string {
  return `${figure(count)} × ${figure(nodeCores)} cores, ${figure(nodeGb)} GB (${nodesBy})`;
}

function planRow(inputs: Inputs, plan: Plan): readonly Cell[] {
  const { workload, groups } = plan;
  const gpu = gpuPlanOf(inputs, plan);
  return [
    workload.name,
    `${figure(workload.corpora)} × ${figure(workload.questions)}`,
    figure(workload.matchesPerSecond),
    `${figure(plan.shards)} × ${workload.copies}, ${plan.search.kind}`,
    nodes(plan),
    `${figure(plan.replicas)}${groups.count > 1 ? ` in ${groups.count} groups` : ''}`,
    `${figure(plan.encoderCores)} or ${gpu.gpus}`,
    `${figure(plan.databaseGb)} + ${figure(plan.replicas * groups.replicaGb)}; ${figure(plan.diskGb)}`,
    `${times(plan.latency)}; ${times(plan.lossy)}`,
    `${figure(plan.perHour)} (${figure(gpu.perHour)})`,
    figure(plan.perMillion),
  ];
}

const PLAN_HEADING = [
  'case',
  'corpora × questions',
  'matches/s',
  'shards × copies, search',
  'Qdrant nodes (decided by)',
  'replicas',
  'encoder cores or GPUs',
  'GB in memory: database + replicas; on disk',
  'p50 / p99 ms; with a replica and a node lost',
  'cost an hour (with GPUs)',
  'cost a million',
];

/** The largest single corpus three ways. */
function oneCorpus(inputs: Inputs): Section {
  const rare = { ...inputs, postingShare: 0.0572 };
  const none = { ...inputs, nsPerPosting: 0 };
  const row = (name: string, values: Inputs): readonly Cell[] => {
    const plan = planOf(values, LARGEST_CORPUS);
    const searchCores = (LARGEST_CORPUS.matchesPerSecond / 1000) * plan.search.fanOut * plan.search.shardMs;
    return [name, plan.search.fanOut, figure(searchCores), nodes(plan), figure(plan.perHour)];
  };
  return tableSection(
    'one-corpus',
    ['terms searched', 'shards a match', 'cores busy searching', 'Qdrant nodes (decided by)', 'cost an hour'],
    [row('all, as built', inputs), row('without those in over 5 % of the questions', rare), row('none', none)],
  );
}

function tenants(inputs: Inputs): Section {
  const row = (workload: Workload): readonly Cell[] => {
    const plan = planOf(inputs, workload);
    const all = emptyReplicaGb(inputs) + (workload.corpora * corpusMb(inputs, workload.questions)) / 1000;
    const gb = (layout: Plan['layout']) => figure(databaseGb(inputs, workload, layout));
    return [
      ...[workload.name, figure(workload.matchesPerSecond), figure(questionsOf(workload))],
      ...[gb('collection per corpus'), gb('one shared collection'), plan.layout, figure(all)],
      ...[plan.groups.count, plan.replicas, nodes(plan), times(plan.latency), figure(plan.perHour)],
    ];
  };
  const heading = [
    ...['case', 'matches/s', 'questions', 'GB, collection per corpus', 'GB, shared', 'layout taken'],
    ...['GB of a replica that serves all', 'groups', 'replicas', 'Qdrant nodes (decided by)', 'p50 / p99 ms', 'cost an hour'],
  ];
  return tableSection('tenants', heading, TENANTS.map(row));
}

function gpus(inputs: Inputs): Section {
  const rows = GROWTH.map((workload) => {
    const plan = planOf(inputs, workload);
    const gpu = gpuPlanOf(inputs, plan);
    return [
      workload.name,
      figure(workload.matchesPerSecond),
      figure(plan.encoderCores),
      figure(plan.perHour),
      gpu.gpus,
      gpu.replicas,
      figure(gpu.perHour),
    ];
  });
  return tableSection(
    'gpus',
    ['case', 'matches/s', 'encoder cores', 'cost an hour', 'or GPUs', 'replicas then', 'cost an hour then'],
    rows,
  );
}

function shapes(inputs: Inputs): Section {
  const rows = [1, 2, 3, 4, 6].map((encoderWorkers): readonly Cell[] => {
    const plan = planOf({ ...inputs, encoderWorkers }, LARGEST);
    const { loop = Number.NaN, encoder = Number.NaN } = plan.latency ?? {};
    const cores = plan.replicas * (encoderWorkers + 1);
    return [encoderWorkers, figure(plan.replicas), figure(cores), percentText(loop, 0), percentText(encoder, 0), times(plan.latency)];
  });
  const heading = ['encoder threads', 'replicas', 'their cores', 'event loop busy', 'encoder busy', 'p50 / p99 ms'];
  return tableSection('shapes', heading, rows);
}

function limits(inputs: Inputs): Section {
  const most = (questions: number) => figure(Math.floor(corporaPerReplica(inputs, questions)));
  const rows: readonly (readonly Cell[])[] = [
    [`memory of ${figure(inputs.replicaGb)} GB, corpora of 300 questions`, `${most(300)} corpora`, 'groups of replicas'],
    [`memory of ${figure(inputs.replicaGb)} GB, corpora of 10,000`, `${most(10_000)} corpora`, 'groups of replicas'],
    [
      `memory of ${figure(inputs.replicaGb)} GB, one corpus`,
      `${figure(((inputs.replicaGb - emptyReplicaGb(inputs)) * 1e9) / inputs.replicaBytesPerQuestion)} questions`,
      'more memory, and `--max-old-space-size`',
    ],
    [
      'WebAssembly address space of a process',
      `${figure(inputs.corporaPerProcess)} corpora with a ridge, old versions included`,
      'groups of replicas',
    ],
    [
      'texts of a corpus as one string',
      `about ${figure(inputs.questionsPerCorpus)} questions`,
      'texts in the database, read with the hits (not built)',
    ],
    ['keys of one Map (exact texts)', '16,777,216 questions', 'the same'],
  ];
  return tableSection('limits', ['what ends', 'at', 'then'], rows);
}

function hashing(): Section {
  const rows = [
    [1000, 3],
    [10_000, 65],
    [20_000, 11],
  ].map(([corpora = 0, groups = 1]): readonly Cell[] => {
    const { imbalance, moved } = balanceOf(corpora, groups);
    return [figure(corpora), groups, figure(imbalance), percentText(moved), percentText(1 / (groups + 1))];
  });
  return tableSection('hashing', ['corpora', 'groups', 'busiest / mean', 'moved by one group more', 'least possible'], rows);
}

function searchCosts(inputs: Inputs): Section {
  const rows = [300, 10_000, 100_000, 1_000_000, 10_000_000].map((rows): readonly Cell[] => [
    ...[figure(rows), figure(exactMs(inputs, rows)), figure(hnswMs(inputs, rows)), figure(termsMs(inputs, rows, rows))],
    ...[figure((rows * questionBytes(inputs)) / 1e9), figure((rows * questionBytes(inputs, true)) / 1e9)],
  ]);
  const heading = ['questions in a shard', 'exact, core ms', 'HNSW, core ms', 'terms, core ms', 'GB float32', 'GB int8'];
  return tableSection('search-costs', heading, rows);
}

function memoryChart(inputs: Inputs): Section {
  const at = [250, 500, 1000, 2000, 4000];
  return chartSection('memory-chart', {
    title: 'GB of a replica by corpora of 300 questions, and what it has',
    across: 'corpora',
    at,
    up: 'GB',
    lines: [at.map((corpora) => emptyReplicaGb(inputs) + (corpora * corpusMb(inputs, 300)) / 1000), at.map(() => inputs.replicaGb)],
  });
}

/** Inputs of one or more origins. */
export function inputSection(name: string, origins: readonly string[], values: Inputs): Section {
  const rows = Object.entries(INPUTS)
    .filter(([, { origin }]) => origins.includes(origin))
    .map(([key, { unit, origin, source }]): readonly Cell[] => [`\`${key}\``, figure(values[key as InputName]), unit, origin, source]);
  return tableSection(name, ['input', 'value', 'unit', 'kind', 'source, or who can tell'], rows);
}

function growth(inputs: Inputs): Section {
  const rows = [...GROWTH, LARGEST_CORPUS].map((workload) => planRow(inputs, planOf(inputs, workload)));
  return tableSection('growth', PLAN_HEADING, rows);
}

/** Sections of the model by name, made when called. */
export const MODEL_SECTIONS: Readonly<Record<string, (inputs: Inputs) => Section>> = {
  growth,
  'one-corpus': oneCorpus,
  tenants,
  gpus,
  shapes,
  limits,
  hashing,
  'search-costs': searchCosts,
  'memory-chart': memoryChart,
  assumed: (inputs) => inputSection('assumed', ['assumed'], inputs),
};
