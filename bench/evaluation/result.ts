/** What is kept of one measurement: enough to write the page again without measuring. */
import { readFileSync, writeFileSync } from 'node:fs';
import { bestIsRight, type EvaluatedRow, NONE } from '../../src/quality/evaluated-row.ts';
import { FIGURE_NAMES, type FigureName } from '../../src/quality/figures.ts';
import { labelFigures, matthewsCorrelation } from '../../src/quality/measures/confusion.ts';
import { areaUnderRoc } from '../../src/quality/measures/ranking-quality.ts';
import type { EvaluationReport } from '../../src/quality/report/evaluation-report.ts';

/** What was measured with what. */
export interface MeasuredCase {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly questions: number;
  readonly intents: number;
  readonly inScope: number;
  readonly outOfScope: number;
}

/** Numbers that could not be told are null. */
export interface CaseResult extends MeasuredCase {
  /** [value, low, high] */
  readonly figures: Readonly<Record<FigureName, readonly [number | null, number | null, number | null]>>;
  /** Asked back in scope: share of the rows, and how often the intents asked between hold the right one. Left out by runs before it was kept. */
  readonly clarify?: { readonly rows: number; readonly share: number; readonly holds: number | null };
  readonly coverageAt80: number;
  /** Best candidate right and confidence at least .5; out of scope below .5. */
  readonly atHalf: { readonly inScope: number; readonly refused: number | null };
  /** Confidence of in-scope against out-of-scope rows, as the figures published for HINT3 take it. */
  readonly scopeAuroc: number | null;
  /** Greatest Matthews correlation over the thresholds .1 to .9: chosen on the test rows, as the published ones are. */
  readonly bestMcc: number;
}

const RESULTS = new URL('results.json', import.meta.url);

/** A number that JSON can hold. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Matthews correlation of what a least confidence answers with what was meant, "none of these" being a label like any other. */
export function mccAt(rows: readonly EvaluatedRow[], threshold: number): number {
  const pairs = rows.map(({ intent, best, confidence }) => ({
    meant: intent ?? NONE,
    said: confidence >= threshold ? (best ?? NONE) : NONE,
  }));
  return matthewsCorrelation(labelFigures(pairs));
}

function clarifyOf({ metrics: { inScope } }: EvaluationReport): NonNullable<CaseResult['clarify']> {
  const { clarify } = inScope.decisions;
  return { rows: clarify, share: clarify / inScope.rows, holds: finite(inScope.clarifiedRight / clarify) };
}

/** The part of a report that is kept. */
export function caseResult(id: string, report: EvaluationReport): CaseResult {
  const { rows, figures, model, version, questions, intents } = report;
  const inside = rows.filter(({ intent }) => intent !== null);
  const outside = rows.filter(({ intent }) => intent === null);
  const told = FIGURE_NAMES.map((name) => {
    const { value, low, high } = figures[name];
    return [name, [finite(value), finite(low), finite(high)]] as const;
  });
  return {
    id,
    model,
    version,
    questions,
    intents,
    inScope: inside.length,
    outOfScope: outside.length,
    figures: Object.fromEntries(told) as CaseResult['figures'],
    clarify: clarifyOf(report),
    coverageAt80: report.coverageAt.find(({ precision }) => precision === 0.8)?.coverage ?? 0,
    atHalf: {
      inScope: inside.filter((row) => bestIsRight(row) && row.confidence >= 0.5).length / inside.length,
      refused: finite(outside.filter(({ confidence }) => confidence < 0.5).length / outside.length),
    },
    scopeAuroc: finite(areaUnderRoc(rows.map(({ confidence, intent }) => ({ confidence, right: intent !== null })))),
    bestMcc: Math.max(...Array.from({ length: 9 }, (_, i) => mccAt(rows, (i + 1) / 10))),
  };
}

/** Results kept so far, by case. */
export function keptResults(): ReadonlyMap<string, CaseResult> {
  const list: readonly CaseResult[] = JSON.parse(readFileSync(RESULTS, 'utf8'));
  return new Map(list.map((result) => [result.id, result]));
}

/** Results as JSON, one a line, with six significant digits. */
export function roundedJson(results: readonly unknown[]): string {
  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);
  return `[\n${results.map((result) => JSON.stringify(result, rounded)).join(',\n')}\n]\n`;
}

/** Keeps results in the order given. */
export function keepResults(results: readonly CaseResult[]): void {
  writeFileSync(RESULTS, roundedJson(results));
}
