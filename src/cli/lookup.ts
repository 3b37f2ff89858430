/** `faqmatch lookup`: an entry by its id, an answer by its intent, or the list of all entries. */
import type { Command } from 'commander';
import type { FaqmatchClient } from '../client/client.ts';
import { toJson } from '../client/json.ts';
import type { Entry } from '../client/messages.ts';
import { FaqError } from '../errors.ts';
import { callServer } from './call-server.ts';
import { describedCommand, serverAddress, settingsOf } from './command-settings.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';

interface LookupFlags {
  readonly json?: boolean;
  readonly intent?: string;
  readonly locale?: string;
}

interface Lookup {
  readonly client: FaqmatchClient;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly corpus: string;
}

function entryLines(entry: Entry): readonly string[] {
  const metadata = Object.entries(entry.metadata).map(([key, value]) => `${key}=${value}`);
  return [
    `id       ${entry.id}`,
    `intent   ${entry.intent}`,
    ...(entry.locale === '' ? [] : [`locale   ${entry.locale}`]),
    ...(entry.tags.length === 0 ? [] : [`tags     ${entry.tags.join(', ')}`]),
    ...(metadata.length === 0 ? [] : [`metadata ${metadata.join(', ')}`]),
    ...entry.questions.map((question, index) => `${index === 0 ? 'asked as' : '        '} ${question}`),
    `answer   ${entry.answer === '' ? '(none)' : entry.answer}`,
  ];
}

async function lookUpEntry(entryId: string, { client, signal, terminal, json, corpus }: Lookup): Promise<void> {
  const response = await client.getEntry({ corpus, entryId }, { signal });
  if (json) terminal.out(JSON.stringify(toJson('GetEntryResponse', response)));
  else if (response.entry !== undefined) for (const line of entryLines(response.entry)) terminal.out(line);
}

async function lookUpAnswer(intent: string, locale: string | undefined, { client, signal, terminal, json, corpus }: Lookup): Promise<void> {
  const response = await client.getAnswer({ corpus, key: { intent }, ...(locale === undefined ? {} : { locale }) }, { signal });
  if (json) terminal.out(JSON.stringify(toJson('GetAnswerResponse', response)));
  else terminal.out(response.answer === '' ? `(entry ${response.entryId} has no answer text)` : response.answer);
}

async function listEntries(locale: string | undefined, { client, signal, terminal, json, corpus }: Lookup): Promise<void> {
  const filter = { locales: locale === undefined ? [] : [locale] };
  if (json) {
    let token = '';
    do {
      const page = await client.listEntriesPage({ corpus, filter }, token, { signal });
      terminal.out(JSON.stringify(toJson('ListEntriesResponse', page)));
      token = page.nextPageToken;
    } while (token !== '');
    return;
  }
  const rows: string[][] = [];
  for await (const entry of client.listEntries({ corpus, filter }, { signal }))
    rows.push([entry.id, entry.intent, entry.questions[0] ?? '']);
  for (const line of tableLines(['ENTRY', 'INTENT', 'QUESTION'], rows)) terminal.out(line);
}

/** A server names its own calls; what a person types for them is this program's to say. */
function inCommands(error: unknown, corpus: string): unknown {
  if (!(error instanceof FaqError) || error.reason !== 'ENTRY_NOT_FOUND') return error;
  const message = error.message.replace('ListEntries names those there are', `"faqmatch lookup ${corpus}" lists those there are`);
  return new FaqError(error.code, message, { reason: error.reason, cause: error });
}

/** The command. */
export function lookupCommand(terminal: Terminal): Command {
  const command = describedCommand('lookup', {
    description: 'Look an entry up by id, an answer by --intent, or list all entries.',
    example: 'faqmatch lookup shop track-order\nfaqmatch lookup shop --intent track_order --locale en\nfaqmatch lookup shop --json',
    settings: ['address'],
  });
  return command
    .argument('<corpus>', 'name of the corpus')
    .argument('[entry]', 'id of the entry')
    .option('--intent <intent>', 'look the answer of an intent up')
    .option('--locale <locale>', 'wanted locale: of the answer of --intent, or of the entries listed')
    .action(async (corpus: string, entry: string | undefined, flags: LookupFlags) => {
      if (entry !== undefined && flags.intent !== undefined) command.error('error: give an entry or --intent, not both');
      if (entry !== undefined && flags.locale !== undefined)
        command.error('error: give --locale with --intent or alone: an entry has its own');
      await callServer(serverAddress(settingsOf(command, terminal)), async (client, signal) => {
        const lookup: Lookup = { client, signal, terminal, json: flags.json ?? false, corpus };
        try {
          if (entry !== undefined) await lookUpEntry(entry, lookup);
          else if (flags.intent !== undefined) await lookUpAnswer(flags.intent, flags.locale, lookup);
          else await listEntries(flags.locale, lookup);
        } catch (error) {
          throw inCommands(error, corpus);
        }
      });
    });
}
