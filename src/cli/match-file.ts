/** Matches the utterances of a file, one a line, and prints the outcomes in the file's order. */
import pLimit from 'p-limit';
import type { FaqmatchClient } from '../client/client.ts';
import { toJson } from '../client/json.ts';
import type { MatchInput, MatchResponse } from '../client/messages.ts';
import { statusOfCode } from '../client/status-codes.ts';
import { FaqError } from '../errors.ts';
import { startProgress } from './progress.ts';
import { matchLine } from './render-match.ts';
import type { Terminal } from './terminal.ts';

/** Enough to keep the encoder's batches full without filling its queue. */
const CALLS_AT_ONCE = 16;
const CHUNK = 512;

interface FileMatching {
  readonly client: FaqmatchClient;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  readonly json: boolean;
  /** All but the utterance. */
  readonly input: Omit<MatchInput, 'utterance'>;
}

interface Line {
  readonly line: number;
  readonly utterance: string;
}

type LineOutcome = Line & ({ readonly response: MatchResponse } | { readonly error: FaqError });

/** A line's outcome as the contract's stream would send it, the line's number being its request_id, with the utterance beside it. */
function outcomeJson(outcome: LineOutcome): string {
  const value =
    'response' in outcome
      ? ({ $case: 'response', value: outcome.response } as const)
      : ({ $case: 'error', value: { code: statusOfCode(outcome.error.code), message: outcome.error.message, details: [] } } as const);
  const { requestId, ...answer } = toJson('MatchStreamResponse', { requestId: String(outcome.line), outcome: value }) as Record<
    string,
    unknown
  >;
  return JSON.stringify({ requestId, utterance: outcome.utterance, ...answer });
}

function print(outcome: LineOutcome, { terminal, json }: FileMatching): void {
  if (json) terminal.out(outcomeJson(outcome));
  else if ('response' in outcome) terminal.out(matchLine(outcome.utterance, outcome.response, terminal));
  else terminal.err(`line ${outcome.line}: ${outcome.error.message}`);
}

/** What fails one line only; anything else, such as a server that went away, ends the run. */
function concernsOneLine(error: FaqError): boolean {
  return error.code === 'invalid_argument' && error.field === 'utterance';
}

/**
 * Blank lines are skipped. Lines that the server refuses are reported and the rest goes on.
 * @returns the first refusal, undefined where every line was answered.
 */
export async function matchFile(lines: readonly string[], matching: FileMatching): Promise<FaqError | undefined> {
  const { client, signal, input, terminal } = matching;
  const limit = pLimit(CALLS_AT_ONCE);
  const progress = startProgress(terminal, 'Matching');
  const wanted = lines.map((utterance, index) => ({ utterance, line: index + 1 })).filter(({ utterance }) => utterance.trim() !== '');
  let done = 0;
  let refused: FaqError | undefined;
  const matchOne = async ({ utterance, line }: Line): Promise<LineOutcome> => {
    try {
      return { utterance, line, response: await client.match({ ...input, utterance }, { signal }) };
    } catch (thrown) {
      const error = FaqError.from(thrown);
      if (!concernsOneLine(error)) throw error;
      refused ??= error;
      return { utterance, line, error };
    } finally {
      done += 1;
      progress.update(done, wanted.length, 'utterances');
    }
  };
  try {
    for (let start = 0; start < wanted.length; start += CHUNK) {
      const outcomes = await Promise.all(wanted.slice(start, start + CHUNK).map((line) => limit(() => matchOne(line))));
      for (const outcome of outcomes) print(outcome, matching);
    }
  } finally {
    limit.clearQueue();
    progress.stop();
  }
  return refused;
}
