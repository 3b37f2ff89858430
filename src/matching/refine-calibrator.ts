/**
 * What labelled utterances teach beside the corpus's own rows: both logistics fitted once more to what users typed, drawn towards what the corpus taught alone, as that
 * is drawn towards constants of other corpora.
 */
import { type Calibrator, type CalibratorRow, fitLogistic } from './calibrator.ts';
import { type CalibratorTask, fitTemperature, HANDFUL, noneShifted, outOfScopeRows, shared, toRow } from './fit-calibrator.ts';
import type { HonestRows, HonestScore } from './honest-rows.ts';

/** So many labelled utterances say as much as all that a corpus says of itself, and fewer where it has no such number of rows. */
export const KNOWN_TRAFFIC = 50;
type Weighed = readonly { readonly row: HonestScore; readonly weight: number }[];

function scaled(rows: Weighed, factor: number): Weighed {
  return rows.map(({ row, weight }) => ({ row, weight: weight * factor }));
}

function sum(rows: Weighed): number {
  return rows.reduce((total, { weight }) => total + weight, 0);
}

/**
 * Rows of both sides, each utterance as itself and the corpus's own rows as KNOWN_TRAFFIC, those of one side weighing less where the expected share has fewer of them.
 * None where a side is missing.
 */
function inProportion(inside: Weighed, outside: Weighed, share: number): Weighed {
  const [within, without] = [sum(inside), sum(outside)];
  const total = Math.min(within / (1 - share), without / share);
  return total === 0 ? [] : [...scaled(inside, ((1 - share) * total) / within), ...scaled(outside, (share * total) / without)];
}

/** @param own fitted to the corpus's own rows. @returns it where no utterance is labelled. */
export function refineCalibrator(
  own: Calibrator,
  rows: HonestRows,
  { share, baseline }: Pick<CalibratorTask, 'share' | 'baseline'>,
): Calibrator {
  const labelled = (rows.labelled ?? []).filter(({ proves }) => !proves);
  if (labelled.length === 0) return own;
  const seen = labelled.filter(({ intent }) => intent !== undefined);
  const inside = [
    ...seen.map((row) => ({ row, weight: 1 })),
    ...shared(rows.inScope, Math.min((1 - share) * KNOWN_TRAFFIC, rows.inScope.length)),
  ];
  const unstored = outOfScopeRows(rows);
  const outside = [
    ...labelled.filter(({ intent }) => intent === undefined).map((row) => ({ row, weight: 1 })),
    ...unstored.map(({ row, part }) => ({ row, weight: part * Math.min(share * KNOWN_TRAFFIC, unstored.length) })),
  ];
  const fitted = (some: Weighed, label: (row: CalibratorRow) => boolean, mean: Calibrator['right']) =>
    fitLogistic(
      some.map(({ row, weight }) => toRow(row, weight, baseline)),
      label,
      { mean, strength: 1 + HANDFUL / labelled.length },
    );
  const start = noneShifted(own);
  return {
    ...start,
    right: fitted(inside, (row) => row.right, start.right),
    inScope: fitted(inProportion(inside, outside, share), (row) => row.inScope, start.inScope),
    temperature: fitTemperature(seen, start.temperature),
  };
}
