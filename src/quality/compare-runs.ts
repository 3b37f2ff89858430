/** Two runs over the same utterances: how far each figure moved, whether that could be chance, and which rows changed sides. */
import { FaqError } from '../errors.ts';
import type { EvaluatedRow } from './evaluated-row.ts';
import { COUNTING, DISTANCES, FIGURE_NAMES, type FigureName, figureStatistics, WINNING } from './figures.ts';
import { bootstrap, type Estimate, type Statistic } from './measures/bootstrap.ts';
import { signTest } from './measures/sign-test.ts';
import { isRight } from './metrics.ts';

/** One run as a comparison needs it. */
export interface ComparedRun {
  /** As a person tells it from the other: a version, a model, a setting. */
  readonly name: string;
  readonly rows: readonly EvaluatedRow[];
}

/** One figure before and after. */
export interface FigureChange {
  readonly before: number;
  readonly after: number;
  /** After less before, with the range that holds the difference on all such traffic in 95 of 100 measurements; paired, so what both find hard cancels. */
  readonly difference: Estimate;
  /**
   * Whether that range has a width and leaves 0 out, over LEAST_ROWS rows or more; of a share of rows the exact sign test over those that
   * changed sides must say so, too.
   */
  readonly sure: boolean;
}

/** A row that one run got right and the other wrong. */
export interface ChangedRow {
  readonly utterance: string;
  readonly intent: string | null;
  readonly before: Pick<EvaluatedRow, 'decision' | 'best' | 'confidence'>;
  readonly after: Pick<EvaluatedRow, 'decision' | 'best' | 'confidence'>;
}

/** One utterance in both runs. */
interface RowPair {
  readonly old: EvaluatedRow;
  readonly row: EvaluatedRow;
}

/** What changed from one run to the other. */
export interface Comparison {
  readonly before: string;
  readonly after: string;
  /** Rows that both measured; nothing else is compared. */
  readonly rows: number;
  /** Rows that only one of them measured. */
  readonly leftOut: number;
  readonly figures: Readonly<Record<FigureName, FigureChange>>;
  readonly fixed: readonly ChangedRow[];
  readonly broken: readonly ChangedRow[];
  /** Chance that so many more would change to one side if both sides were as likely: exact sign test (McNemar), two-sided. */
  readonly signTest: number;
}

/** Utterance and label; the nth row of a kind is paired with the nth of the other run. */
function keyed(rows: readonly EvaluatedRow[]): ReadonlyMap<string, EvaluatedRow> {
  const seen = new Map<string, number>();
  return new Map(
    rows.map((row) => {
      const label = row.relevant.toSorted();
      const key = JSON.stringify([row.utterance, label]);
      const turn = seen.get(key) ?? 0;
      seen.set(key, turn + 1);
      return [JSON.stringify([row.utterance, label, turn]), row];
    }),
  );
}

function changeOf(before: EvaluatedRow, after: EvaluatedRow): ChangedRow {
  const part = ({ decision, best, confidence }: EvaluatedRow): ChangedRow['before'] => ({ decision, best, confidence });
  return { utterance: after.utterance, intent: after.intent, before: part(before), after: part(after) };
}

/** With fewer rows that count for a figure nothing is sure. */
const LEAST_ROWS = 10;
/** Chance from which on a change is taken for chance, as by a range of 95 %. */
const MOST_CHANCE = 0.05;

/** Chance that so many more rows win, or lose, what they did not before; 0 of a figure that is no share of rows. */
function chanceOf(name: FigureName, pairs: readonly RowPair[]): number {
  const wins = WINNING[name];
  if (wins === undefined) return 0;
  const won = pairs.filter(({ old, row }) => !wins(old) && wins(row)).length;
  const lost = pairs.filter(({ old, row }) => wins(old) && !wins(row)).length;
  return signTest(Math.min(won, lost), won + lost);
}

/** Whether a difference may be called better or worse: a bootstrap of one or two changed rows leaves 0 out too easily. */
function isSure(name: FigureName, { low, high }: Estimate, pairs: readonly RowPair[]): boolean {
  const counts = COUNTING[name];
  const counting = pairs.filter(({ old, row }) => counts(old) || counts(row));
  return (low > 0 || high < 0) && low !== high && counting.length >= LEAST_ROWS && chanceOf(name, counting) < MOST_CHANCE;
}

/** @param pairs ascending by confidence before. */
async function figureChanges(pairs: readonly RowPair[], resamples: number) {
  const [before, after] = [pairs.map(({ old }) => old), pairs.map(({ row }) => row)];
  const [was, is] = [figureStatistics(before), figureStatistics(after)];
  const differences = Object.fromEntries(
    FIGURE_NAMES.map((name): [FigureName, Statistic] => [name, (positions) => is[name](positions) - was[name](positions)]),
  ) as Record<FigureName, Statistic>;
  const estimates = await bootstrap(differences, { rows: before.length, resamples, mirrored: DISTANCES });
  const all = Int32Array.from(before.keys());
  const change = (name: FigureName): FigureChange => {
    const difference = estimates[name];
    return { before: was[name](all), after: is[name](all), difference, sure: isSure(name, difference, pairs) };
  };
  return Object.fromEntries(FIGURE_NAMES.map((name) => [name, change(name)])) as Record<FigureName, FigureChange>;
}

/** Compares the rows that both runs measured. @throws FaqError invalid_argument where they share none. */
export async function compareRuns(
  before: ComparedRun,
  after: ComparedRun,
  { resamples = 1000 }: { readonly resamples?: number } = {},
): Promise<Comparison> {
  const [was, is] = [keyed(before.rows), keyed(after.rows)];
  const pairs = [...is].flatMap(([key, row]) => {
    const old = was.get(key);
    return old === undefined ? [] : [{ old, row }];
  });
  if (pairs.length === 0)
    throw new FaqError(
      'invalid_argument',
      `Expected two runs over the same utterances, came two that share none; measure both with one golden file.`,
    );
  const ordered = pairs.toSorted((a, b) => a.old.confidence - b.old.confidence);
  const changed = (nowRight: boolean): readonly ChangedRow[] =>
    pairs.filter(({ old, row }) => isRight(row) === nowRight && isRight(old) !== nowRight).map(({ old, row }) => changeOf(old, row));
  const [fixed, broken] = [changed(true), changed(false)];
  return {
    before: before.name,
    after: after.name,
    rows: pairs.length,
    leftOut: was.size + is.size - 2 * pairs.length,
    figures: await figureChanges(ordered, resamples),
    fixed,
    broken,
    signTest: signTest(Math.min(fixed.length, broken.length), fixed.length + broken.length),
  };
}
