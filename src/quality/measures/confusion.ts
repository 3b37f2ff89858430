/** Which labels are taken for which: counts, precision and recall of each label, and correlation over all. Pure. */

/** What was meant and what was said; "none of these" is a label like any other. */
export interface LabelledPair {
  readonly meant: string;
  readonly said: string;
}

/** One label. Shares are 0 where there is nothing to divide by, as in scikit-learn with zero_division=0. */
export interface LabelFigures {
  readonly label: string;
  /** Rows that mean it. */
  readonly meant: number;
  /** Rows that were told it. */
  readonly said: number;
  readonly right: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Two different labels and how often one was said for the other. */
export interface Confusion extends LabelledPair {
  readonly count: number;
}

function byName(a: LabelledPair, b: LabelledPair): number {
  return a.meant === b.meant ? Number(a.said > b.said) - Number(a.said < b.said) : Number(a.meant > b.meant) - Number(a.meant < b.meant);
}

function countBy(pairs: readonly LabelledPair[], of: (pair: LabelledPair) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const pair of pairs) counts.set(of(pair), (counts.get(of(pair)) ?? 0) + 1);
  return counts;
}

/** Figures of every label that occurs, by name. */
export function labelFigures(pairs: readonly LabelledPair[]): readonly LabelFigures[] {
  const meantCounts = countBy(pairs, (pair) => pair.meant);
  const saidCounts = countBy(pairs, (pair) => pair.said);
  const rightPairs = pairs.filter((pair) => pair.meant === pair.said);
  const rightCounts = countBy(rightPairs, (pair) => pair.meant);
  const labels = [...new Set([...meantCounts.keys(), ...saidCounts.keys()])].sort();
  return labels.map((label) => {
    const meant = meantCounts.get(label) ?? 0;
    const said = saidCounts.get(label) ?? 0;
    const right = rightCounts.get(label) ?? 0;
    const share = (of: number): number => (of === 0 ? 0 : right / of);
    return { label, meant, said, right, precision: share(said), recall: share(meant), f1: (2 * right) / (meant + said) };
  });
}

/** Mean F1 of all labels that occur, each counting alike; NaN without rows. */
export function macroF1(labels: readonly LabelFigures[]): number {
  return labels.reduce((sum, { f1 }) => sum + f1, 0) / labels.length;
}

/**
 * Matthews correlation of many labels (Gorodkin 2004): 1 is perfect, 0 is chance, whatever the sizes of the labels. Two cases are 0 / 0:
 * - all rows mean the same: NaN, since nothing could be told apart, be all right or all wrong. scikit-learn's matthews_corrcoef gives 0, which
 *   reads as no better than chance even where every row is right.
 * - the rows mean several labels and all are told the same: 0, as in scikit-learn, since what is always said knows nothing of what was meant.
 */
export function matthewsCorrelation(labels: readonly LabelFigures[]): number {
  const sum = (of: (label: LabelFigures) => number): number => labels.reduce((total, label) => total + of(label), 0);
  const rows = sum((label) => label.meant);
  const covariance = sum((label) => label.right) * rows - sum((label) => label.meant * label.said);
  const meantSpread = rows ** 2 - sum((label) => label.meant ** 2);
  const saidSpread = rows ** 2 - sum((label) => label.said ** 2);
  if (meantSpread === 0) return Number.NaN;
  return saidSpread === 0 ? 0 : covariance / Math.sqrt(meantSpread * saidSpread);
}

/** Pairs of different labels, the most frequent first, then by name. */
export function confusions(pairs: readonly LabelledPair[]): readonly Confusion[] {
  const wrong = pairs.filter(({ meant, said }) => meant !== said);
  const groups = Map.groupBy(wrong, ({ meant, said }) => JSON.stringify([meant, said]));
  const counted = [...groups.values()].flatMap((group) => group.slice(0, 1).map((pair) => ({ ...pair, count: group.length })));
  return counted.toSorted((a, b) => b.count - a.count || byName(a, b));
}
