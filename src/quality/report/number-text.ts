/** Numbers as reports write them. Pure. */
import { FIGURES, type FigureName } from '../figures.ts';
import type { Estimate } from '../measures/bootstrap.ts';

/** An en dash where there is nothing to tell. */
const NOTHING = '–';

/** 0.973 as `97.3 %`. */
export function percentText(share: number, digits = 1): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(digits)} %` : NOTHING;
}

/** A share with the digits it has, at most two behind the percent's point: .996 as `99.6 %`, .9 as `90 %`. */
export function exactPercent(share: number): string {
  return Number.isFinite(share) ? `${Number((share * 100).toFixed(2))} %` : NOTHING;
}

/** A threshold, rounded down: just above the utterance that it was read from it would leave that one out. */
export function thresholdText(threshold: number): string {
  return (Math.floor(threshold * 1e4) / 1e4).toFixed(4);
}

/** A figure in its own way of writing: percent, or three decimals. */
export function figureText(name: FigureName, value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  return FIGURES[name].share ? percentText(value) : value.toFixed(3);
}

/** The range of an estimate, e.g. `93.1 to 96.4 %`; empty where there is none. One without width comes of rows that are all alike, and says nothing of others (plain shares have Wilson's then). */
export function rangeText(name: FigureName, { low, high }: Pick<Estimate, 'low' | 'high'>): string {
  if (!Number.isFinite(low) || !Number.isFinite(high) || low === high) return '';
  return FIGURES[name].share ? `${(low * 100).toFixed(1)} to ${percentText(high)}` : `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

/** How much of a figure chance alone makes; empty for all but the calibration error. */
export function chanceText(name: FigureName, { eceByChance }: { readonly eceByChance: number }): string {
  return name === 'ece' && Number.isFinite(eceByChance) ? `chance alone makes about ${eceByChance.toFixed(3)}` : '';
}

/** A difference with its sign: percentage points for shares. */
export function differenceText(name: FigureName, value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const number = FIGURES[name].share ? (value * 100).toFixed(1) : value.toFixed(3);
  return `${value > 0 ? '+' : ''}${number}${FIGURES[name].share ? ' pts' : ''}`;
}
