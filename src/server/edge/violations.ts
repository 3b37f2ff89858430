/**
 * Collects everything wrong with one request, so that the caller mends it in one go.
 */
import { FaqError } from '../../errors.ts';

/** One refused field of a request. */
export interface Violation {
  /** Path within the message sent, e.g. `utterance` or `requests[3].top_k`. */
  readonly field: string;
  /** What was expected, what came, what to do. */
  readonly description: string;
}

/** `invalid_argument` with every refused field; its message holds all descriptions. */
export class InvalidRequest extends FaqError {
  readonly violations: readonly Violation[];

  constructor(violations: readonly [Violation, ...Violation[]]) {
    const message = violations.map(({ field, description }) => `${field}: ${description}`).join(' ');
    super('invalid_argument', message, { field: violations[0].field, reason: 'INVALID_REQUEST' });
    this.violations = violations;
  }
}

/** Notes violations under a path prefix and throws them together. */
export interface Violations {
  /** Notes that `field` is refused where `refused` holds. */
  check(refused: boolean, field: string, description: () => string): void;
  /** @throws InvalidRequest where anything was noted. */
  throwIfAny(): void;
}

/** @param prefix path of the message that is checked within the message sent, with its dot; empty for the message itself. */
export function collectViolations(prefix = ''): Violations {
  const found: Violation[] = [];
  return {
    check(refused, field, description) {
      if (refused) found.push({ field: `${prefix}${field}`, description: description() });
    },
    throwIfAny() {
      const [first, ...rest] = found;
      if (first !== undefined) throw new InvalidRequest([first, ...rest]);
    },
  };
}

/** The error of a request that sets a field not built yet. @param field its path. */
export function fieldNotBuilt(field: string, reason: string): FaqError {
  return new FaqError('unimplemented', `The field ${field} is in the contract but not built yet; leave it unset.`, { field, reason });
}

/** The error of a call that is not built yet. */
export function callNotBuilt(call: string): FaqError {
  return new FaqError('unimplemented', `${call} is in the contract but not built yet.`, { reason: 'CALL_NOT_BUILT' });
}
