/** Guesses what a misspelt name was meant to be. */
import { editDistance } from '../text/edit-distance.ts';

/** Case and separators are what people get wrong most, so they do not count. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[-_.]/gu, '');
}

/** The name nearest to what was written, or undefined where none is within a third of its length. */
export function closestName(written: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(bare(written), bare(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}
