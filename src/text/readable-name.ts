/**
 * Names that people give to things in code, as words: `card_arrival`, `cardArrival` and `card.arrival` become "card arrival".
 */

/** A small letter or digit before a capital: where camel case hides a space. */
const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu;
const SEPARATORS = /[^\p{L}\p{M}\p{N}]+/gu;

/** Lower-cased words of a name with one space between. Empty where the name has neither letters nor digits. */
export function readableName(name: string): string {
  return name.replace(HUMP, ' ').replace(SEPARATORS, ' ').trim().toLowerCase();
}
