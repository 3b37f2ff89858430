/** Why a figure cannot be told of some rows: what stands beside the dash that it is shown as. Pure. */
import { bestIsRight, type EvaluatedRow } from './evaluated-row.ts';
import { COUNTING, type FigureName } from './figures.ts';

/** Figures that have no value, each with the reason as half a sentence. */
export type UntoldFigures = Readonly<Partial<Record<FigureName, string>>>;

const hasInScope = (rows: readonly EvaluatedRow[]): boolean => rows.some(({ intent }) => intent !== null);

/** What a figure needs beside a row that counts for it. */
const REASONS: Readonly<Partial<Record<FigureName, (rows: readonly EvaluatedRow[]) => string>>> = {
  auroc: (rows) => (rows.some(bestIsRight) ? 'every best candidate is right' : 'no best candidate is right'),
  mcc: (rows) => (hasInScope(rows) ? 'every utterance means the same intent' : 'no utterance is in scope'),
  precision: () => 'nothing was answered',
  refused: () => 'no utterance is out of scope',
};

/** Reasons of the figures whose value is no number. */
export function untoldFigures(values: Readonly<Record<FigureName, number>>, rows: readonly EvaluatedRow[]): UntoldFigures {
  const names = (Object.keys(COUNTING) as FigureName[]).filter((name) => !Number.isFinite(values[name]));
  return Object.fromEntries(
    names.map((name) => [name, rows.length === 0 ? 'there are no utterances' : (REASONS[name]?.(rows) ?? 'no utterance is in scope')]),
  );
}
