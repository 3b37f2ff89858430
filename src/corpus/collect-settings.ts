/** Numbers that say when to answer: of the corpus under `settings:`, of an intent in its entry. */
import type { Collection, LocatedShare, ShareName } from './collection.ts';
import { describeValue } from './describe-value.ts';
import { isMapping, type Place, within } from './source-document.ts';
import { warnUnknownFields } from './unknown-fields.ts';

/** Fields of an entry that demand something of its intent's answers. */
export const DEMAND_FIELDS = ['min_confidence', 'min_precision'] as const satisfies readonly ShareName[];
const SETTING_FIELDS = [...DEMAND_FIELDS, 'out_of_scope_share'] as const satisfies readonly ShareName[];

/** The ends of the range: π at 0 or 1 would leave nothing to weigh. */
function inRange(name: ShareName, value: number): boolean {
  return name === 'out_of_scope_share' ? value > 0 && value < 1 : value >= 0 && value <= 1;
}

/** What to write instead of a number out of its range: 0 and 1 are so for the out-of-scope share alone. */
function rangeAdvice(value: number): string {
  if (value === 0) return 'some traffic is always out of scope: write a small share such as 0.01, or remove the line';
  if (value === 1) return 'some traffic is always in scope: write a share such as 0.9, or remove the line';
  return value > 1 ? 'write a share such as 0.8, not percent' : 'write a share such as 0.8';
}

function readShare(value: unknown, name: ShareName, at: { readonly place: Place; readonly collection: Collection }): number | undefined {
  const { place, collection } = at;
  const range = name === 'out_of_scope_share' ? 'above 0 and below 1' : 'from 0 to 1';
  if (typeof value !== 'number') {
    const advice = typeof value === 'string' ? 'write it as 0.8, without quotes' : 'write a number such as 0.8, or remove the line';
    collection.list.fault('wrong_type', place, `Expected ${name} as a number ${range}, came ${describeValue(value)}; ${advice}.`);
    return undefined;
  }
  if (inRange(name, value)) return value;
  collection.list.fault('out_of_range', place, `Expected ${name} ${range}, came ${value}; ${rangeAdvice(value)}.`);
  return undefined;
}

/** The named fields that a mapping gives; faulty ones are reported and left out. */
export function readShares(
  value: Readonly<Record<string, unknown>>,
  names: readonly ShareName[],
  { place, collection }: { readonly place: Place; readonly collection: Collection },
): readonly LocatedShare[] {
  return names.flatMap((name) => {
    if (value[name] === undefined) return [];
    const sharePlace = within(place, name);
    const share = readShare(value[name], name, { place: sharePlace, collection });
    return share === undefined ? [] : [{ name, share, place: sharePlace }];
  });
}

/** Adds what a document says under `settings`. */
export function collectSettings(value: unknown, place: Place, collection: Collection): void {
  if (value === undefined || value === null) return;
  if (!isMapping(value)) {
    const message = `Expected a mapping of settings, came ${describeValue(value)}; known are ${SETTING_FIELDS.join(', ')}.`;
    collection.list.fault('wrong_type', place, message);
    return;
  }
  warnUnknownFields(value, SETTING_FIELDS, { place, collection });
  for (const share of readShares(value, SETTING_FIELDS, { place, collection })) collection.settings.push(share);
}
