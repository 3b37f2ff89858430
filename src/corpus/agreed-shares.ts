/** Settings that several places give: one value each, or a fault. */
import type { LocatedShare, ShareName } from './collection.ts';
import type { AnswerDemands, CorpusSettings } from './corpus.ts';
import type { FaultList } from './fault-list.ts';

/** The first value of each name; a later one that differs is a fault. @param whose as messages name it, e.g. `intent "refund"`. */
function agreedShares(shares: readonly LocatedShare[], whose: string, list: FaultList): ReadonlyMap<ShareName, number> {
  const first = new Map<ShareName, LocatedShare>();
  for (const located of shares) {
    const { name, share, place } = located;
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, located);
      continue;
    }
    if (before.share === share) continue;
    const where = `${before.place.document.file} line ${before.place.document.lineOf(before.place.path)}`;
    const message = `Expected one ${name} for ${whose}, came ${share} after ${before.share} (${where}); make them agree or write it once.`;
    list.fault('conflicting_value', place, message);
  }
  return new Map(Array.from(first, ([name, { share }]) => [name, share]));
}

function demandsIn(shares: ReadonlyMap<ShareName, number>): AnswerDemands {
  return { minConfidence: shares.get('min_confidence'), minPrecision: shares.get('min_precision') };
}

/** What an entry or an intent demands; undefined where it demands nothing. */
export function agreedDemands(shares: readonly LocatedShare[], whose: string, list: FaultList): AnswerDemands | undefined {
  return shares.length === 0 ? undefined : demandsIn(agreedShares(shares, whose, list));
}

/** What the files say of the whole corpus; undefined where they say nothing. */
export function agreedSettings(shares: readonly LocatedShare[], list: FaultList): CorpusSettings | undefined {
  if (shares.length === 0) return undefined;
  const agreed = agreedShares(shares, 'the corpus', list);
  return { ...demandsIn(agreed), outOfScopeShare: agreed.get('out_of_scope_share') };
}
