/** Collects faults and warnings, so that a file is told everything that is wrong with it at once. */
import type { Fault } from '../errors.ts';
import type { FaultCode, WarningCode } from './fault-codes.ts';
import { MAX_LISTED } from './limits.ts';
import type { Place } from './source-document.ts';

/** A list under construction. */
export interface FaultList {
  fault(code: FaultCode, place: Place, message: string): void;
  /** A fault's code where the fault refuses nothing, as in a golden file beside a reload. */
  warn(code: WarningCode | FaultCode, place: Place, message: string): void;
  /** In order of file, then line. At most limits.ts' MAX_LISTED; a last one tells how many more there are. */
  faults(): readonly Fault[];
  warnings(): readonly Fault[];
  /** Whether a fault was reported. */
  refused(): boolean;
}

function faultAt(code: string, place: Place, message: string): Fault {
  const { document, path } = place;
  return { file: document.file, line: document.lineOf(path), field: document.fieldOf(path), code, message };
}

function inOrder(list: readonly Fault[], total: number): readonly Fault[] {
  const rank = new Map<string, number>();
  for (const fault of list) if (!rank.has(fault.file)) rank.set(fault.file, rank.size);
  const sorted = list.toSorted((a, b) => (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || a.line - b.line);
  const last = sorted.at(-1);
  if (last === undefined || total <= list.length) return sorted;
  const more = { file: '', line: 0, field: '', code: last.code, message: `${total - list.length} more are not listed; mend these first.` };
  return [...sorted, more];
}

/** An empty list. */
export function createFaultList(): FaultList {
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  let faultCount = 0;
  let warningCount = 0;
  return {
    fault(code, place, message) {
      faultCount += 1;
      if (faults.length < MAX_LISTED) faults.push(faultAt(code, place, message));
    },
    warn(code, place, message) {
      warningCount += 1;
      if (warnings.length < MAX_LISTED) warnings.push(faultAt(code, place, message));
    },
    faults: () => inOrder(faults, faultCount),
    warnings: () => inOrder(warnings, warningCount),
    refused: () => faultCount > 0,
  };
}
