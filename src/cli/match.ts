/** `faqmatch match`: one utterance, a file of them, or a conversation. */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { FaqmatchClient } from '../client/client.ts';
import { toJson } from '../client/json.ts';
import type { MatchInput } from '../client/messages.ts';
import { FaqError } from '../errors.ts';
import { callServer } from './call-server.ts';
import { describedCommand, serverAddress, settingsOf } from './command-settings.ts';
import { matchFile } from './match-file.ts';
import { shareFlag, wholeFlag } from './number-flags.ts';
import { readLines, STANDARD_INPUT } from './read-lines.ts';
import { matchLines } from './render-match.ts';
import { reportError } from './report-error.ts';
import type { Terminal } from './terminal.ts';

interface MatchFlags {
  readonly json?: boolean;
  readonly file?: string;
  readonly topK?: number;
  readonly minConfidence?: number;
  readonly minPrecision?: number;
  readonly previousIntent?: string;
  readonly locale?: readonly string[];
  readonly tag?: readonly string[];
  readonly explain?: boolean;
  readonly corpusVersion?: string;
}

interface Session {
  readonly client: FaqmatchClient;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly input: Omit<MatchInput, 'utterance'>;
}

/** A flag that may be repeated. */
function listFlag(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function inputOf(corpus: string, flags: MatchFlags): Omit<MatchInput, 'utterance'> {
  const filtered = flags.locale !== undefined || flags.tag !== undefined;
  return {
    corpus,
    ...(flags.topK === undefined ? {} : { topK: flags.topK }),
    ...(flags.minConfidence === undefined ? {} : { minConfidence: flags.minConfidence }),
    ...(flags.minPrecision === undefined ? {} : { minPrecision: flags.minPrecision }),
    ...(flags.previousIntent === undefined ? {} : { context: { previousIntent: flags.previousIntent } }),
    ...(filtered ? { filter: { locales: flags.locale ?? [], tags: flags.tag ?? [] } } : {}),
    ...(flags.corpusVersion === undefined ? {} : { version: flags.corpusVersion }),
    explain: flags.explain ?? false,
  };
}

async function matchOne(utterance: string, { client, signal, terminal, json, input }: Session): Promise<void> {
  const response = await client.match({ ...input, utterance }, { signal });
  const lines = json ? [JSON.stringify(toJson('MatchResponse', response))] : matchLines(response, terminal);
  for (const line of lines) terminal.out(line);
}

/** Asks until the input ends; an utterance that is refused is reported and the conversation goes on. */
async function converse(session: Session): Promise<void> {
  const { terminal, signal } = session;
  const prompt = createInterface({ input: terminal.stdin, output: terminal.progressStream, prompt: '> ' });
  signal.addEventListener('abort', () => prompt.close(), { once: true });
  prompt.on('SIGINT', () => prompt.close());
  terminal.err('Type an utterance and press Enter; Ctrl-D ends.');
  prompt.prompt();
  for await (const utterance of prompt) {
    if (utterance.trim() !== '') await matchOne(utterance, session).catch((error: unknown) => void reportError(terminal, error));
    prompt.prompt();
  }
}

async function run(session: Session, words: readonly string[], file: string | undefined): Promise<void> {
  if (words.length > 0) return matchOne(words.join(' '), session);
  if (file === undefined && session.terminal.interactive) return converse(session);
  const refused = await matchFile(await readLines(file ?? STANDARD_INPUT, session.terminal, session.signal), session);
  if (refused !== undefined) throw new FaqError(refused.code, `Some lines were refused; the first one because: ${refused.message}`);
}

/** The command. */
export function matchCommand(terminal: Terminal): Command {
  const example = 'faqmatch match shop "wheres my parcel"\nfaqmatch match shop --file utterances.txt --json\nfaqmatch match shop';
  const command = describedCommand('match', {
    description: 'Match an utterance, a file of utterances, or (with neither, at a terminal) a conversation.',
    example,
    settings: ['address'],
  });
  return command
    .argument('<corpus>', 'name of the corpus')
    .argument('[utterance...]', 'what the user typed')
    .option('--file <path>', 'utterances one a line; - for standard input')
    .option('--top-k <count>', 'candidates wanted', wholeFlag(0, 0xffff_ffff))
    .option('--min-confidence <number>', 'confidence below which nothing is answered, 0 to 1', shareFlag)
    .option('--min-precision <number>', 'how often answers should be right, 0 to 1; what is less sure is not answered', shareFlag)
    .option('--previous-intent <intent>', 'intent of the turn before in the conversation')
    .option('--locale <locale>', 'only entries of this locale; repeated, of any of them', listFlag)
    .option('--tag <tag>', 'only entries with this tag; repeated, with all of them', listFlag)
    .option('--explain', 'say why')
    .option('--corpus-version <version>', 'a stored version instead of the active one')
    .action(async (corpus: string, words: readonly string[], flags: MatchFlags) => {
      if (words.length > 0 && flags.file !== undefined) command.error('error: give an utterance or --file, not both');
      const address = serverAddress(settingsOf(command, terminal));
      const input = inputOf(corpus, flags);
      await callServer(address, (client, signal) => run({ client, signal, terminal, json: flags.json ?? false, input }, words, flags.file));
    });
}
