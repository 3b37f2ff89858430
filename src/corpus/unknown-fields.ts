/** Fields that nothing reads: a slip of the pen must not pass in silence. */
import type { Collection } from './collection.ts';
import { nearestWord } from './describe-value.ts';
import { type Place, within } from './source-document.ts';

/** Warns of every field that nothing reads, with the known field that was probably meant. */
export function warnUnknownFields(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  at: { readonly place: Place; readonly collection: Collection },
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const meant = nearestWord(key, known);
    const advice = meant === undefined ? `known are ${known.join(', ')}; put others under metadata` : `did you mean ${meant}?`;
    at.collection.list.warn(
      'unknown_field',
      within(at.place, key),
      `Expected a known field, came ${JSON.stringify(key)}, which is ignored; ${advice}`,
    );
  }
}
