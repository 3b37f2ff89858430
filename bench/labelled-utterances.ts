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
import { corpusFiles } from '../src/quality/cross-validation/corpus-files.ts';
import { evaluateGolden } from '../src/quality/evaluate-golden.ts';
import { type LabelledUtterance, scopedRow } from '../src/quality/evaluated-row.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';
import { CONFIDENCE_CASES, type ConfidenceCase, DEFAULT_SHARE } from './evaluation/confidence-cases.ts';
import { madeCorpus } from './evaluation/made-corpus.ts';
import type { MeasuringParts } from './evaluation/measure-confidence.ts';
import { rememberingEncoder } from './evaluation/remembering-encoder.ts';
import { storedCorpus } from './evaluation/stored-set.ts';
import { askedPrecision, calibrationError, weighed, weighedAuroc } from './evaluation/weighed-measures.ts';
import { seeded } from './support/random.ts';

const COUNTS = [0, 50, 100, 200, 400];
const ASKED = [0.8, 0.9, 0.95];
const CORPUS = 'set';

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

async function measure(
  wanted: ConfidenceCase,
  { config, encoder, root, onProblem }: MeasuringParts,
): Promise<readonly (readonly string[])[]> {
  const labelled = (await Promise.all(wanted.measured.map((path) => goldenRows(join(root, path))))).flat();
  const { corpus, rows } = madeCorpus({ corpus: await storedCorpus(wanted.stored, root), rows: labelled }, wanted);
  const drawn = shuffled(rows, 1);
  const pool = Math.min(COUNTS.at(-1) ?? 0, Math.floor(drawn.length / 2));
  const asked = drawn.slice(pool);
  const lines: (readonly string[])[] = [];
  for (const count of COUNTS.filter((wish) => wish <= pool)) {
    const files = [...corpusFiles(corpus), ...(count === 0 ? [] : [calibrationFile(drawn.slice(0, count))])];
    await withThrowawayVersions({ ...config, outOfScopeShare: DEFAULT_SHARE }, { encoder, onProblem }, async ({ versions, match }) => {
      await versions.reload(CORPUS, files);
      const version = await versions.acquire(CORPUS);
      const { rows: evaluated } = await evaluateGolden({ match, corpus: CORPUS, rows: asked, minConfidence: 0 });
      const scoped = weighed(
        evaluated.map((row) => ({ ...scopedRow(row), answerable: row.decision === 'answer' })),
        DEFAULT_SHARE,
      );
      const precisions = ASKED.map((precision) => {
        const { confidence, coverage, proof } = precisionThreshold(version.scorer.decisions, precision);
        const got = askedPrecision(scoped, { asked: precision, threshold: confidence ?? null, expected: coverage });
        const percent = (value: number) => (Number.isFinite(value) ? (100 * value).toFixed(1) : '–');
        return `${percent(got.reached)} / ${percent(got.answered)} / ${percent(got.oracle)}${proof === undefined ? '' : ' *'}`;
      });
      const told = [calibrationError(scoped).toFixed(3), weighedAuroc(scoped).toFixed(3), ...precisions];
      lines.push([wanted.id, String(count), ...told]);
      console.error([wanted.id, String(count), ...told].join(' | '));
    });
  }
  return lines;
}

const { config } = loadConfig();
const part = process.argv[2] ?? '';
if (config.evalData === undefined) throw new Error('Expected FAQMATCH_EVAL_DATA to name the folder of public sets; it is not set.');
const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
const encoder = await openEncoder(config, { onProblem });
try {
  const parts = { config, encoder: rememberingEncoder(encoder), root: config.evalData, onProblem };
  const lines: (readonly string[])[] = [];
  for (const wanted of CONFIDENCE_CASES) if (wanted.id.includes(part)) lines.push(...(await measure(wanted, parts)));
  const head = ['corpus', 'calibration rows', 'ECE', 'AUROC', ...ASKED.map((asked) => `asked ${asked}: reached / answered / oracle, %`)];
  console.log(markdownLines(head, lines).join('\n'));
} finally {
  await encoder.close();
}
