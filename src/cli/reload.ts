/** `faqmatch reload`: builds a version on the server from its own files or from local ones, and activates it. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { toJson } from '../client/json.ts';
import type { CorpusSource, ReloadCorpusResponse, ReloadResult } from '../client/messages.ts';
import { formatOfName, roleOfName } from '../corpus/formats.ts';
import { isPlainName } from '../corpus/inline-source.ts';
import { readLocalSource } from '../corpus/read-source.ts';
import { FaqError } from '../errors.ts';
import { percentText } from '../quality/report/number-text.ts';
import { counted } from '../text/counted.ts';
import { callServer } from './call-server.ts';
import { describedCommand, serverAddress, settingsOf } from './command-settings.ts';
import type { ProgressDisplay } from './progress.ts';
import { startProgress } from './progress.ts';
import { faultLine } from './report-error.ts';
import type { Terminal } from './terminal.ts';

/** A large corpus takes as long as its encoder does; Ctrl-C ends a reload sooner, and the version before stays active. */
const RELOAD_DEADLINE_MS = 24 * 60 * 60 * 1_000;

interface ReloadFlags {
  readonly json?: boolean;
  readonly inline?: string;
  readonly stageOnly?: boolean;
}

/** Local files as an inline corpus: the first FAQ file is the corpus, all others go beside it but for golden files that cannot be read. */
async function inlineSource(path: string, signal: AbortSignal, terminal: Terminal): Promise<CorpusSource> {
  const files = await readLocalSource(path, { signal });
  const main = files.find((file) => roleOfName(file.name) === 'faq');
  const format = main === undefined ? undefined : formatOfName(main.name);
  if (main === undefined || format === undefined) {
    throw new FaqError(
      'invalid_argument',
      `No FAQ file at "${path}"; expected a .yaml, .json, .jsonl, .csv or .tsv file or a folder with one.`,
    );
  }
  for (const { name: file, unreadable } of files) {
    // The server cannot tell: it does not get the file.
    if (unreadable === undefined) continue;
    terminal.err(`warning: ${faultLine({ file, line: 0, field: '', code: 'unreadable_file', message: unreadable })}`);
  }
  const others = files.filter((file) => file !== main && file.unreadable === undefined);
  const rest = others.map((file) => ({ name: basename(file.name), data: file.data }));
  const name = basename(main.name);
  // A server names faults by it; a name that a request cannot carry is left to the server.
  return { inline: { format, data: main.data, files: rest, ...(isPlainName(name) ? { name } : {}) } };
}

function searchWords({ searchMethod, recallAt10 }: ReloadResult): string {
  return searchMethod === 'hnsw' ? `searched by a graph that finds ${percentText(recallAt10)} of the ten nearest` : 'searched exactly';
}

/** What to do where the corpus's own questions prove less than is likely to be asked for. */
const OUT_OF_REACH =
  'a request that asks for a precision out of reach gets stored questions alone answered; a calibration file teaches more than the questions tell, and eval with --min-precision and a golden file says which --min-confidence holds it';

function precisionWords({ precisionThresholds }: ReloadResult): string {
  const parts = precisionThresholds.map(({ minPrecision, confidence, expectedCoverage, reachable, learnt, proof }) => {
    const wanted = `precision ${minPrecision}`;
    if (!reachable) return `${wanted} out of reach`;
    const coverage = learnt ? `, ${percentText(expectedCoverage, 0)} of traffic answered` : ' (general constants)';
    const guaranteed = proof === undefined ? '' : `, guaranteed by ${proof.right} of ${counted(proof.answers, 'calibration row')} right`;
    return `${wanted} from confidence ${confidence.toFixed(2)}${coverage}${guaranteed}`;
  });
  return parts.join('; ');
}

/** What a reload did, for people. */
export function resultLines(result: ReloadResult): readonly string[] {
  const state = result.activated ? 'active' : 'stored, not active';
  const before = result.previousVersion === '' || result.previousVersion === result.version ? '' : ` (before: ${result.previousVersion})`;
  const calibration = result.calibrationRows === 0 ? '' : `, ${counted(result.calibrationRows, 'calibration row')}`;
  return [
    `${result.version}  ${state}${result.unchanged ? ', unchanged' : ''}${before}`,
    `${counted(result.entries, 'entry', 'entries')}, ${counted(result.questions, 'question')}, ${counted(result.intents, 'intent')}${calibration}; ${searchWords(result)}`,
    `${counted(result.encoded, 'text')} encoded, ${result.reused} reused, ${counted(result.removed, 'question')} removed, ${(result.durationMs / 1000).toFixed(1)} s`,
    ...(result.precisionThresholds.length > 0 ? [precisionWords(result)] : []),
    ...(result.precisionThresholds.every(({ reachable }) => reachable) ? [] : [OUT_OF_REACH]),
  ];
}

function show(event: ReloadCorpusResponse, terminal: Terminal, progress: ProgressDisplay): ReloadResult | undefined {
  if (event.event?.$case === 'progress') {
    const { phase, done, total } = event.event.value;
    progress.update(done, total, phase);
    return undefined;
  }
  if (event.event?.$case !== 'result') return undefined;
  progress.stop();
  for (const warning of event.event.value.warnings) terminal.err(`warning: ${faultLine(warning)}`);
  return event.event.value;
}

async function follow(events: AsyncIterable<ReloadCorpusResponse>, terminal: Terminal, json: boolean): Promise<void> {
  const progress = startProgress(terminal, 'Reloading');
  let result: ReloadResult | undefined;
  try {
    for await (const event of events) {
      if (json) terminal.out(JSON.stringify(toJson('ReloadCorpusResponse', event)));
      result = show(event, terminal, progress) ?? result;
    }
  } finally {
    progress.stop();
  }
  if (result === undefined) throw new FaqError('internal', 'The server ended the reload without a result; its log may say why.');
  if (!json) for (const line of resultLines(result)) terminal.out(line);
}

/** The command. */
export function reloadCommand(terminal: Terminal): Command {
  const command = describedCommand('reload', {
    description:
      "Build a corpus's version from FAQ files and activate it; matches flow meanwhile. Without a path, the folder named like the corpus is read.",
    example: 'faqmatch reload shop\nfaqmatch reload shop shop/faq.yaml --stage-only\nfaqmatch reload mine --inline ./my-faq.yaml',
    settings: ['address'],
  });
  return command
    .argument('<corpus>', 'name of the corpus')
    .argument('[path]', "file or folder below the server's corpus root")
    .option('--inline <path>', 'send a local file or folder instead')
    .option('--stage-only', 'build and store, do not activate')
    .action(async (corpus: string, path: string | undefined, flags: ReloadFlags) => {
      if (path !== undefined && flags.inline !== undefined) command.error('error: give a path or --inline, not both');
      await callServer(serverAddress(settingsOf(command, terminal)), async (client, signal) => {
        const source = flags.inline === undefined ? { path: path ?? corpus } : await inlineSource(flags.inline, signal, terminal);
        await follow(
          client.reload({ corpus, source, stageOnly: flags.stageOnly ?? false }, { signal, deadlineMs: RELOAD_DEADLINE_MS }),
          terminal,
          flags.json ?? false,
        );
      });
    });
}
