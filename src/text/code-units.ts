/** An order of texts that is the same on every machine. */

/** By code units, which is the same everywhere; a locale's order is not. */
export function byCodeUnits(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
