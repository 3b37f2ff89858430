/** Two runs over the same utterances: how far each figure moved, whether that could be chance, and which rows changed sides. */
import { FaqError } from '../errors.ts';
import type { EvaluatedRow } from './evaluated-row.ts';
import { DISTANCES, FIGURE_NAMES, type FigureName, figureStatistics } from './figures.ts';
import { bootstrap, type Estimate, type Statistic } from './measures/bootstrap.ts';
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
  /** After less before, with the range in which it would lie in 95 of 100 like sets of utterances; paired, so what both find hard cancels. */
  readonly difference: Estimate;
  /** Whether that range leaves 0 out. */
  readonly sure: boolean;
}

/** A row that one run got right and the other wrong. */
export interface ChangedRow {
  readonly utterance: string;
  readonly intent: string | null;
  readonly before: Pick<EvaluatedRow, 'decision' | 'best' | 'confidence'>;
  readonly after: Pick<EvaluatedRow, 'decision' | 'best' | 'confidence'>;
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

/** Chance of at most `fewer` heads, or tails, in `count` tosses of a fair coin. In [0, 1]; 1 where there is no toss. */
export function signTest(fewer: number, count: number): number {
  let term = 0.5 ** count;
  // Beyond some 1,000 tosses the first term is 0; such numbers are far from balance or need no exact test.
  if (term === 0) return erfcTwoSided((count / 2 - fewer - 0.5) / Math.sqrt(count / 4));
  let sum = 0;
  for (let heads = 0; heads <= fewer; heads += 1) {
    sum += term;
    term *= (count - heads) / (heads + 1);
  }
  return Math.min(1, 2 * sum);
}

/** Two-sided tail of the normal distribution (Abramowitz and Stegun 7.1.26, good to 1e-7). */
function erfcTwoSided(deviations: number): number {
  const x = Math.max(0, deviations) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, series * Math.exp(-x * x));
}

function changeOf(before: EvaluatedRow, after: EvaluatedRow): ChangedRow {
  const part = ({ decision, best, confidence }: EvaluatedRow): ChangedRow['before'] => ({ decision, best, confidence });
  return { utterance: after.utterance, intent: after.intent, before: part(before), after: part(after) };
}

async function figureChanges(before: readonly EvaluatedRow[], after: readonly EvaluatedRow[], resamples: number) {
  const [was, is] = [figureStatistics(before), figureStatistics(after)];
  const differences = Object.fromEntries(
    FIGURE_NAMES.map((name): [FigureName, Statistic] => [name, (positions) => is[name](positions) - was[name](positions)]),
  ) as Record<FigureName, Statistic>;
  const estimates = await bootstrap(differences, { rows: before.length, resamples, mirrored: DISTANCES });
  const all = Int32Array.from(before.keys());
  const change = (name: FigureName): FigureChange => {
    const difference = estimates[name];
    return { before: was[name](all), after: is[name](all), difference, sure: difference.low > 0 || difference.high < 0 };
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
    figures: await figureChanges(
      ordered.map(({ old }) => old),
      ordered.map(({ row }) => row),
      resamples,
    ),
    fixed,
    broken,
    signTest: signTest(Math.min(fixed.length, broken.length), fixed.length + broken.length),
  };
}
