/**
 * What can go wrong with a remote encoder, and the project's error for each: one table for all protocols.
 * The server's own words stay in the cause, which is logged and never sent to a chatbot.
 */
import { abortError, type ErrorCode, FaqError } from '../../errors.ts';

/** Kinds of trouble. */
export type RemoteFault =
  /** No connection, or one that broke. */
  | 'REMOTE_UNREACHABLE'
  | 'REMOTE_UNTRUSTED'
  | 'REMOTE_SLOW'
  | 'REMOTE_BUSY'
  /** The server says that it failed. */
  | 'REMOTE_FAILED'
  /** An answer of another form than the protocol's. */
  | 'REMOTE_GARBLED'
  | 'REMOTE_FORBIDDEN'
  /** The server knows no such call or model. */
  | 'REMOTE_UNKNOWN_CALL'
  | 'REMOTE_REFUSED'
  /** This text, or the number or size of texts. */
  | 'TEXT_REFUSED'
  /** Vectors, dimension or name of another model. */
  | 'REMOTE_MISMATCH';

interface Meaning {
  readonly code: ErrorCode;
  /** As it follows "The remote encoder ". */
  readonly says: string;
  /** The same call may succeed a little later. */
  readonly passes: boolean;
}

const MEANINGS: Readonly<Record<RemoteFault, Meaning>> = {
  REMOTE_UNREACHABLE: {
    code: 'unavailable',
    says: 'cannot be reached. Check FAQMATCH_ENCODER_URL and that the server runs.',
    passes: true,
  },
  REMOTE_UNTRUSTED: {
    code: 'unavailable',
    says: 'cannot be reached over TLS: its certificate does not hold, or the port does not speak TLS. For an authority of your own set NODE_EXTRA_CA_CERTS to its file (PEM).',
    passes: false,
  },
  REMOTE_SLOW: {
    code: 'unavailable',
    says: 'did not answer in time. Look at its load, or raise FAQMATCH_ENCODER_TIMEOUT_MS.',
    passes: true,
  },
  REMOTE_BUSY: { code: 'resource_exhausted', says: 'has too much to do. Try again later.', passes: true },
  REMOTE_FAILED: { code: 'unavailable', says: 'failed to encode. Its own log has the cause.', passes: true },
  REMOTE_GARBLED: {
    code: 'unavailable',
    says: 'gave an answer that is cut off or of another form. Check the kind in FAQMATCH_ENCODER_URL and what stands between.',
    passes: true,
  },
  REMOTE_FORBIDDEN: {
    code: 'failed_precondition',
    says: 'does not accept the key. Set FAQMATCH_ENCODER_API_KEY to one that it knows.',
    passes: false,
  },
  REMOTE_UNKNOWN_CALL: {
    code: 'failed_precondition',
    says: 'knows no such call or model. Check kind and path in FAQMATCH_ENCODER_URL, and FAQMATCH_ENCODER_MODEL.',
    passes: false,
  },
  REMOTE_REFUSED: { code: 'failed_precondition', says: 'refused the call. Its own log has the cause.', passes: false },
  TEXT_REFUSED: { code: 'invalid_argument', says: 'refused the text, as too long or for what is in it.', passes: false },
  REMOTE_MISMATCH: { code: 'failed_precondition', says: 'serves another model.', passes: false },
};

/** Time to wait that is named where the server names none, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** What a protocol throws. `words` are the server's own. */
export class RemoteTrouble extends Error {
  readonly fault: RemoteFault;
  readonly words: string;
  readonly retryAfterMs: number | undefined;

  constructor(fault: RemoteFault, facts: { readonly words?: string; readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(facts.words === undefined || facts.words === '' ? fault : `${fault}: ${facts.words}`, { cause: facts.cause });
    this.name = 'RemoteTrouble';
    this.fault = fault;
    this.words = facts.words ?? '';
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Longest piece of a server's words that is repeated, in characters. */
const MOST_WORDS = 300;

/** The error for a kind of trouble. `detail` goes after the sentence that the kind has. */
export function remoteError(
  fault: RemoteFault,
  facts: { readonly detail?: string; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
): FaqError {
  const { code, says, passes } = MEANINGS[fault];
  const message = `The remote encoder ${says}${facts.detail === undefined ? '' : ` ${facts.detail}`}`;
  const retry = passes || facts.retryAfterMs !== undefined ? { retryAfterMs: facts.retryAfterMs ?? RETRY_AFTER_MS } : {};
  const field = fault === 'TEXT_REFUSED' ? { field: 'utterance' } : {};
  return new FaqError(code, message, { reason: fault, cause: facts.cause, ...retry, ...field });
}

/** Where a call went wrong. */
export interface FailedCall {
  /** Those who wait for the answer. */
  readonly signal: AbortSignal | undefined;
  /** The time ran out. */
  readonly timedOut: boolean;
}

/** The error that a failed call stands for. What is no trouble of the remote's comes back as `internal`. */
export function toRemoteError(error: unknown, { signal, timedOut }: FailedCall): FaqError {
  if (error instanceof FaqError) return error;
  if (signal?.aborted === true) return abortError(signal);
  if (timedOut) return remoteError('REMOTE_SLOW', { cause: error });
  if (!(error instanceof RemoteTrouble)) return FaqError.from(error);
  return remoteError(error.fault, { cause: error, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) });
}

/** The server's own sentence about an error, for operators; empty where it gave none. */
export function remoteWords(error: FaqError): string {
  return error.cause instanceof RemoteTrouble ? error.cause.words.slice(0, MOST_WORDS) : '';
}

/** Whether the same call may succeed a little later. False for refusals of our own queue. */
export function mayPass(error: unknown): error is FaqError {
  const reason = error instanceof FaqError ? error.reason : undefined;
  return reason !== undefined && Object.hasOwn(MEANINGS, reason) && MEANINGS[reason as RemoteFault].passes;
}
