/**
 * `FAQMATCH_EVAL_DATA=… node bench/labelled-utterances.ts [part of an id]`: what calibration rows are worth, as markdown. Corpora and utterances are those of
 * bench/evaluation/confidence-cases.ts; some of the utterances, drawn by a seed, become calibration rows, and the others, the same for every number of rows, are asked.
 * docs/decisions/0033-labelled-utterances.md has the figures.
 */
import { join } from 'node:path';
import { goldenRows } from '../src/cli/eval-source.ts';
import { markdownLines } from '../src/cli/table.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { precisionThreshold } from '../src/matching/learnt-decisions.ts';
import { corpusAsFiles } from '../src/quality/cross-validation/corpus-as-files.ts';
import { evaluateGolden } from '../src/quality/evaluate-golden.ts';
import { type EvaluatedRow, type LabelledUtterance, scopedRow } from '../src/quality/evaluated-row.ts';
import type { LoadedVersion } from '../src/versions/contract.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';
import { CONFIDENCE_CASES, type ConfidenceCase, DEFAULT_SHARE } from './evaluation/confidence-cases.ts';
import { madeCorpus } from './evaluation/made-corpus.ts';
import type { MeasuringParts } from './evaluation/measure-confidence.ts';
import { rememberingEncoder } from './evaluation/remembering-encoder.ts';
import { storedCorpus } from './evaluation/stored-set.ts';
import { type AskedPrecision, askedPrecision, calibrationError, weighed, weighedAuroc } from './evaluation/weighed-measures.ts';
import { seeded } from './support/random.ts';

const COUNTS = [0, 50, 100, 200, 400];
const ASKED = [0.8, 0.9, 0.95];
const CORPUS = 'set';
/** A precision that is missed by more counts as short. */
const SHORT = 0.02;

/** Utterances in an order of chance, those that become calibration rows first. */
function shuffled<Row>(rows: readonly Row[], seed: number): readonly Row[] {
  const chance = seeded(seed);
  return rows
    .map((row) => ({ row, lot: chance() }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ row }) => row);
}

function calibrationFile(rows: readonly LabelledUtterance[]) {
  const lines = rows.map(({ utterance, intent }) => JSON.stringify({ utterance, intent }));
  return { name: 'calibration.jsonl', data: new TextEncoder().encode(lines.join('\n')) };
}

/** What came of one corpus with so many calibration rows. */
interface Measured {
  readonly id: string;
  readonly group: ConfidenceCase['group'];
  readonly count: number;
  readonly ece: number;
  readonly auroc: number;
  readonly asked: readonly (AskedPrecision & { readonly guaranteed: boolean })[];
}

function measuredOf(
  { id, group, count }: Pick<Measured, 'id' | 'group' | 'count'>,
  version: LoadedVersion,
  evaluated: readonly EvaluatedRow[],
): Measured {
  const scoped = weighed(
    evaluated.map((row) => ({ ...scopedRow(row), answerable: row.decision === 'answer' })),
    DEFAULT_SHARE,
  );
  return {
    id,
    group,
    count,
    ece: calibrationError(scoped),
    auroc: weighedAuroc(scoped),
    asked: ASKED.map((asked) => {
      const { confidence, coverage, proof } = precisionThreshold(version.scorer.decisions, asked);
      return { ...askedPrecision(scoped, { asked, threshold: confidence ?? null, expected: coverage }), guaranteed: proof !== undefined };
    }),
  };
}

async function measure(wanted: ConfidenceCase, { config, encoder, root, onProblem }: MeasuringParts): Promise<readonly Measured[]> {
  const labelled = (await Promise.all(wanted.measured.map((path) => goldenRows(join(root, path))))).flat();
  const { corpus, rows } = madeCorpus({ corpus: await storedCorpus(wanted.stored, root), rows: labelled }, wanted);
  const drawn = shuffled(rows, 1);
  const pool = Math.min(COUNTS.at(-1) ?? 0, Math.floor(drawn.length / 2));
  const found: Measured[] = [];
  for (const count of COUNTS.filter((wish) => wish <= pool)) {
    const files = [...corpusAsFiles(corpus), ...(count === 0 ? [] : [calibrationFile(drawn.slice(0, count))])];
    await withThrowawayVersions({ ...config, outOfScopeShare: DEFAULT_SHARE }, { encoder, onProblem }, async ({ versions, match }) => {
      await versions.reload(CORPUS, files);
      const version = await versions.acquire(CORPUS);
      const { rows: evaluated } = await evaluateGolden({ match, corpus: CORPUS, rows: drawn.slice(pool), minConfidence: 0 });
      found.push(measuredOf({ ...wanted, count }, version, evaluated));
    });
    console.error(`${wanted.id}: ${count} calibration rows`);
  }
  return found;
}

function percent(value: number): string {
  return Number.isFinite(value) ? (100 * value).toFixed(1) : '–';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function caseLine({ id, count, ece, auroc, asked }: Measured): readonly string[] {
  const told = asked.map(
    ({ reached, answered, oracle, guaranteed }) =>
      `${percent(reached)} / ${percent(answered)} / ${percent(oracle)}${guaranteed ? ' *' : ''}`,
  );
  return [id, String(count), ece.toFixed(3), auroc.toFixed(3), ...told];
}

/** Corpora of a kind that had so many rows to give, without and with them. */
function groupLines(results: readonly Measured[]): readonly (readonly string[])[] {
  return [...Map.groupBy(results, ({ group }) => group)].flatMap(([group, own]) =>
    COUNTS.filter((count) => count > 0).flatMap((count) => {
      const after = own.filter((one) => one.count === count);
      const before = own.filter(({ id, count: none }) => none === 0 && after.some((one) => one.id === id));
      if (after.length === 0) return [];
      const both = (told: (some: readonly Measured[]) => string) => `${told(before)} → ${told(after)}`;
      const short = (some: readonly Measured[], at: number) =>
        some.filter(({ asked }) => (asked[at]?.reached ?? 1) < (asked[at]?.asked ?? 0) - SHORT).length;
      const lost = (some: readonly Measured[], at: number) =>
        percent(mean(some.map(({ asked }) => Math.max(0, (asked[at]?.oracle ?? 0) - (asked[at]?.answered ?? 0)))));
      return [
        [
          group,
          String(count),
          String(after.length),
          both((some) => mean(some.map(({ ece }) => ece)).toFixed(3)),
          both((some) => mean(some.map(({ auroc }) => auroc)).toFixed(3)),
          ...ASKED.map((_, at) => both((some) => `${short(some, at)}, ${lost(some, at)}`)),
        ],
      ];
    }),
  );
}

const { config } = loadConfig();
const part = process.argv[2] ?? '';
if (config.evalData === undefined) throw new Error('Expected FAQMATCH_EVAL_DATA to name the folder of public sets; it is not set.');
const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
const encoder = await openEncoder(config, { onProblem });
try {
  const parts = { config, encoder: rememberingEncoder(encoder), root: config.evalData, onProblem };
  const results: Measured[] = [];
  for (const wanted of CONFIDENCE_CASES) if (wanted.id.includes(part)) results.push(...(await measure(wanted, parts)));
  const groups = ['kind', 'rows', 'corpora', 'ECE', 'AUROC', ...ASKED.map((asked) => `asked ${asked}: short, coverage lost %`)];
  const cases = ['corpus', 'rows', 'ECE', 'AUROC', ...ASKED.map((asked) => `asked ${asked}: reached / answered / oracle, %`)];
  console.log([...markdownLines(groups, groupLines(results)), '', ...markdownLines(cases, results.map(caseLine))].join('\n'));
} finally {
  await encoder.close();
}
