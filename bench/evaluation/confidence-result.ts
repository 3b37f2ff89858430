/** What is kept of one measurement of confidence: enough to write the page again without measuring. */
import { readFileSync, writeFileSync } from 'node:fs';
import { precisionThreshold } from '../../src/matching/learnt-decisions.ts';
import type { EvaluatedRow } from '../../src/quality/evaluated-row.ts';
import { scopedRow } from '../../src/quality/evaluated-row.ts';
import { chanceCalibration } from '../../src/quality/measures/chance-calibration.ts';
import { goldenMetrics } from '../../src/quality/metrics.ts';
import type { LoadedVersion } from '../../src/versions/contract.ts';
import type { ConfidenceCase, ExpectedShare } from './confidence-cases.ts';
import { finite, type MeasuredCase, mccAt, roundedJson } from './result.ts';
import { type AskedPrecision, askedPrecision, calibrationError, type WeighedRow, weighed, weighedAuroc } from './weighed-measures.ts';

/** One case at one expected share, its id `<case>@<expected share>`. Numbers that could not be told are null. */
export interface ConfidenceResult extends MeasuredCase {
  /** Share of out-of-scope traffic that the version was fitted for. */
  readonly share: number;
  readonly ece: number;
  /** What confidences that mean exactly what they say would show on so many rows. */
  readonly eceByChance: number;
  readonly auroc: number | null;
  /** Best candidate right, in scope. */
  readonly intentAccuracy: number;
  /** Rows as they come. Right: best candidate right with at least this confidence. Refused: out of scope below it. */
  readonly thresholds: readonly {
    readonly threshold: number;
    readonly right: number;
    readonly refused: number | null;
    readonly mcc: number;
  }[];
  readonly asked: readonly (Omit<AskedPrecision, 'reached'> & { readonly reached: number | null })[];
}

const RESULTS = new URL('confidence-results.json', import.meta.url);
const THRESHOLDS = [0.3, 0.4, 0.5];
const ASKED = [0.8, 0.9, 0.95];

/** What a result is told from. */
export interface ConfidenceRun {
  readonly wanted: ConfidenceCase;
  readonly expected: ExpectedShare;
  /** What that comes to. */
  readonly share: number;
  readonly version: LoadedVersion;
  /** Decided with a least confidence of 0: ANSWER unless a second candidate is close. */
  readonly rows: readonly EvaluatedRow[];
}

/** Of a case at an expected share. */
export function resultId({ id }: Pick<ConfidenceCase, 'id'>, expected: ExpectedShare): string {
  return `${id}@${expected}`;
}

function atThreshold(rows: readonly EvaluatedRow[], scoped: readonly WeighedRow[], threshold: number) {
  const inside = scoped.filter(({ inScope }) => inScope);
  const outside = scoped.filter(({ inScope }) => !inScope);
  return {
    threshold,
    right: inside.filter(({ right, confidence }) => right && confidence >= threshold).length / inside.length,
    refused: finite(outside.filter(({ confidence }) => confidence < threshold).length / outside.length),
    mcc: mccAt(rows, threshold),
  };
}

/** The part of a run that is kept. */
export function confidenceResult({ wanted, expected, share, version, rows }: ConfidenceRun): ConfidenceResult {
  const scoped = rows.map((row) => ({ ...scopedRow(row), answerable: row.decision === 'answer' }));
  const weighedRows = weighed(scoped, wanted.group === 'set' ? share : undefined);
  const outOfScope = weighedRows.filter(({ inScope }) => !inScope).length;
  return {
    id: resultId(wanted, expected),
    model: version.modelDigest,
    version: version.version,
    questions: version.questions.length,
    intents: version.intents.length,
    inScope: rows.length - outOfScope,
    outOfScope,
    share,
    ece: calibrationError(weighedRows),
    eceByChance: chanceCalibration(weighedRows).mean,
    auroc: finite(weighedAuroc(weighedRows)),
    intentAccuracy: goldenMetrics(rows).inScope.intentAccuracy,
    thresholds: THRESHOLDS.map((threshold) => atThreshold(rows, weighedRows, threshold)),
    asked: ASKED.map((asked) => {
      const { confidence, coverage } = precisionThreshold(version.scorer.decisions, asked);
      const got = askedPrecision(weighedRows, { asked, threshold: confidence ?? null, expected: coverage });
      return { ...got, reached: finite(got.reached) };
    }),
  };
}

/** Results kept so far, by id. */
export function keptConfidence(): ReadonlyMap<string, ConfidenceResult> {
  const list: readonly ConfidenceResult[] = JSON.parse(readFileSync(RESULTS, 'utf8'));
  return new Map(list.map((result) => [result.id, result]));
}

/** Keeps one more result, in place of the one before with its id. */
export function keepConfidence(result: ConfidenceResult): void {
  const results = new Map(keptConfidence());
  results.delete(result.id);
  writeFileSync(RESULTS, roundedJson([...results.set(result.id, result).values()]));
}
