/** How the program ends: one exhaustive table from error codes to exit codes. */
import { BAD_SETTINGS } from '../config/load-config.ts';
import type { ErrorCode, FaqError } from '../errors.ts';

/** What scripts may rely on. */
export const EXIT = { done: 0, internal: 1, usage: 2, badInput: 3, notFound: 4, unavailable: 5, refused: 6 } as const;

/** One of EXIT. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** `cancelled` counts as refused: the work was not done, and by nobody's fault. */
const EXIT_OF_ERROR = {
  invalid_argument: EXIT.badInput,
  not_found: EXIT.notFound,
  failed_precondition: EXIT.refused,
  resource_exhausted: EXIT.unavailable,
  aborted: EXIT.refused,
  unavailable: EXIT.unavailable,
  unauthenticated: EXIT.refused,
  permission_denied: EXIT.refused,
  deadline_exceeded: EXIT.unavailable,
  cancelled: EXIT.refused,
  unimplemented: EXIT.refused,
  data_loss: EXIT.internal,
  internal: EXIT.internal,
} as const satisfies Record<ErrorCode, ExitCode>;

/** The exit code of an error; refused settings count as wrong usage. */
export function exitCodeOf(error: FaqError): ExitCode {
  return error.reason === BAD_SETTINGS ? EXIT.usage : EXIT_OF_ERROR[error.code];
}
