/** Values as messages name them: short, one line, never a whole file. */
import { editDistance } from '../text/edit-distance.ts';

const SHOWN = 60;

/** A text in quotes, cut to 60 characters. */
export function quoted(text: string): string {
  const characters = Array.from(text.slice(0, 2 * SHOWN + 2));
  return characters.length > SHOWN ? `${JSON.stringify(characters.slice(0, SHOWN).join(''))}…` : JSON.stringify(text);
}

/** What came, e.g. `the number 7`, `a list`, `nothing`. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value} ${String(value)}`;
}

/** The known word that was probably meant, at most two slips away; undefined where none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_MISSPELT) return undefined;
  const lower = word.toLowerCase().replaceAll(/[-\s]/gu, '_');
  const ranked = known.map((name) => ({ name, slips: editDistance(lower, name) })).toSorted((a, b) => a.slips - b.slips);
  const best = ranked[0];
  return best !== undefined && best.slips <= 2 && best.slips < best.name.length / 2 ? best.name : undefined;
}

/** No field name is longer; longer words cannot be slips of one. */
const MAX_MISSPELT = 32;
