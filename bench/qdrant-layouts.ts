/**
 * `npm run bench -- --only qdrant-layouts`: many corpora in one Qdrant server, laid out as one collection per corpus version or as one shared
 * collection with a tenant index. Needs the `qdrant` program on PATH; docs/decisions/0007-qdrant-layouts.md has what was found.
 */
import { type CollectionSettings, collectionLayout, DEFAULT_SETTINGS, TUNED_SETTINGS } from './qdrant/collection-layout.ts';
import type { FillBounds } from './qdrant/fill-layout.ts';
import { type LayoutCase, type LayoutFindings, measureLayout } from './qdrant/measure-layout.ts';
import { sharedLayout } from './qdrant/shared-layout.ts';
import type { BenchContext } from './support/context.ts';
import { qdrantProgram } from './support/qdrant-process.ts';
import { type Findings, type ReportTable, short } from './support/report.ts';

/** Minutes for filling, and again for starting. */
function boundsOf({ corpora }: LayoutCase): FillBounds {
  return { ms: (corpora > 1000 ? 30 : 8) * 60_000, residentMb: 12 * 1024, freeDiskMb: 16 * 1024 };
}

/** One setting changed at a time, to see what each is worth. */
const VARIANTS: Readonly<Record<string, CollectionSettings>> = {
  'server defaults': DEFAULT_SETTINGS,
  'wal 1 MB': { walCapacityMb: 1 },
  'one segment': { segments: 1 },
  'vectors on disk': { vectorsOnDisk: true },
  tuned: TUNED_SETTINGS,
  'tuned, vectors in memory': { ...TUNED_SETTINGS, vectorsOnDisk: false },
  'tuned, payload in memory': { ...TUNED_SETTINGS, payloadOnDisk: false },
  'tuned, terms on disk': { ...TUNED_SETTINGS, termsOnDisk: true },
  'tuned, flushed every 60 s': { ...TUNED_SETTINGS, flushIntervalSec: 60 },
  'tuned, one payload index': { ...TUNED_SETTINGS, indexedFields: ['tags'] },
  'tuned, no payload index': { ...TUNED_SETTINGS, indexedFields: [] },
};

function variantCases(corpora: number): LayoutCase[] {
  return Object.entries(VARIANTS).map(([name, settings]) => ({
    name: `variant: ${name}`,
    corpora,
    questions: 30,
    layout: (client) => collectionLayout(client, settings),
  }));
}

/** The layouts compared. Searches are exact: the graph is what building it costs. */
function layoutCases(corpora: number, questions: number): LayoutCase[] {
  return [
    { name: 'collections', corpora, questions, layout: (client) => collectionLayout(client, TUNED_SETTINGS) },
    { name: 'shared', corpora, questions, layout: (client) => sharedLayout(client, 0) },
    { name: 'shared, a graph a tenant', corpora, questions, layout: (client) => sharedLayout(client, 16) },
  ];
}

function cases(quick: boolean): LayoutCase[] {
  if (quick) return [...layoutCases(10, 30), ...variantCases(20)];
  const byDefault: LayoutCase = {
    name: 'collections, server defaults',
    corpora: 1000,
    questions: 30,
    layout: (client) => collectionLayout(client, DEFAULT_SETTINGS),
  };
  return [
    ...variantCases(100),
    ...layoutCases(10, 30),
    ...layoutCases(10, 300),
    byDefault,
    ...layoutCases(1000, 30),
    ...layoutCases(1000, 300),
    ...layoutCases(20_000, 30),
  ];
}

function titleOf({ name, corpora, questions }: LayoutCase): string {
  return `${name}, ${corpora} × ${questions}`;
}

/** The case of that title, or else all whose title holds the text. */
function asked(all: readonly LayoutCase[], text: string): readonly LayoutCase[] {
  const named = all.filter((one) => titleOf(one) === text);
  return named.length > 0 ? named : all.filter((one) => titleOf(one).includes(text));
}

type Result = readonly [LayoutCase, LayoutFindings];

const NONE = Number.NaN;

function label([{ name, corpora, questions }]: Result): readonly [string, string] {
  return [name, `${corpora} × ${questions}`];
}

function holding(result: Result): readonly string[] {
  const { filled, disk, footprint, restart } = result[1];
  const per = 1 / filled.corpora.length;
  const figures = [
    filled.corpora.length,
    filled.ms * per,
    filled.lastTenthMs,
    (result[1].settledMs ?? NONE) / 1000,
    disk?.allocatedMb ?? NONE,
    disk?.apparentMb ?? NONE,
    footprint?.residentMb ?? NONE,
    footprint?.anonymousMb ?? NONE,
    restart?.footprint.residentMb ?? NONE,
    restart?.footprint.anonymousMb ?? NONE,
    footprint?.openFiles ?? NONE,
    footprint?.maps ?? NONE,
    footprint?.threads ?? NONE,
    (restart?.idleShare ?? NONE) * 100,
  ];
  return [...label(result), ...figures.map(short)];
}

function using(result: Result): readonly string[] {
  const { filled, restart, timings, problem } = result[1];
  const figures = [
    (restart?.stopMs ?? NONE) / 1000,
    (restart?.readyMs ?? NONE) / 1000,
    (restart?.firstMatchMs ?? NONE) / 1000,
    timings?.firstTouch.p50 ?? NONE,
    timings?.match.p50 ?? NONE,
    timings?.match.p95 ?? NONE,
    timings?.matchBoth.p50 ?? NONE,
    timings?.matchBoth.p95 ?? NONE,
    timings?.listVersions ?? NONE,
    timings?.readPointers ?? NONE,
    timings?.replace.p50 ?? NONE,
    timings?.remove.p50 ?? NONE,
  ];
  const stopped = filled.stopped && `stopped at ${filled.corpora.length} after ${Math.round(filled.ms / 1000)} s: ${filled.stopped}`;
  return [...label(result), ...figures.map(short), [stopped, problem].filter(Boolean).join('; ')];
}

const HOLDING = [
  'layout',
  'corpora × questions',
  'created',
  'create one, ms',
  'last tenth, ms',
  'green after, s',
  'disk, MB',
  'file lengths, MB',
  'RSS, MB',
  'anonymous, MB',
  'RSS restarted, MB',
  'anonymous restarted, MB',
  'open files',
  'maps',
  'threads',
  'processor at rest, %',
];

const USING = [
  'layout',
  'corpora × questions',
  'stop, s',
  'ready, s',
  'first match, s',
  'untouched p50, ms',
  'match p50, ms',
  'p95',
  'with terms p50, ms',
  'p95',
  'list versions, ms',
  'read pointers, ms',
  'replace one, ms',
  'remove one, ms',
  'stopped',
];

function tables(results: readonly Result[]): ReportTable[] {
  return [
    { title: 'Many corpora in one Qdrant: building and holding them', heading: HOLDING, rows: results.map(holding) },
    { title: 'Many corpora in one Qdrant: using them', heading: USING, rows: results.map(using) },
  ];
}

/** Measures the layouts, or says why it cannot. A case that a bound stops is reported as far as it came. */
export async function qdrantLayouts({ dataDir, quick, onlyCase, log }: BenchContext): Promise<Findings> {
  const program = qdrantProgram();
  if (program === undefined) {
    log('qdrant-layouts needs the `qdrant` program on PATH and found none: nothing measured');
    return { tables: [], figures: [] };
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  const results: Result[] = [];
  for (const wanted of asked(cases(quick), onlyCase)) {
    log(titleOf(wanted));
    const findings = await measureLayout(wanted, { program, dataDir, bounds: boundsOf(wanted), log });
    results.push([wanted, findings]);
    log(JSON.stringify(findings, (key, value) => (key === 'corpora' ? value.length : value)));
  }
  return { tables: tables(results), figures: [] };
}
