/** `faqmatch versions`: the stored versions of a corpus, or the corpora of a server. */
import type { Command } from 'commander';
import type { FaqmatchClient } from '../client/client.ts';
import { toJson } from '../client/json.ts';
import type { VersionInfo } from '../client/messages.ts';
import { callServer } from './call-server.ts';
import { describedCommand, serverAddress, settingsOf } from './command-settings.ts';
import type { Cell } from './table.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';

function dayAndTime(date: Date | undefined): string {
  return date === undefined ? '-' : date.toISOString().slice(0, 16).replace('T', ' ');
}

function versionRow(version: VersionInfo): readonly Cell[] {
  const state = version.active ? 'active' : version.usable ? '' : `unusable: ${version.problem}`;
  return [version.version, dayAndTime(version.createdAt), version.entries, version.questions, version.intents, state];
}

async function listVersions(
  corpus: string,
  client: FaqmatchClient,
  options: { readonly signal: AbortSignal; readonly json: boolean },
): Promise<readonly string[]> {
  const versions = await client.listVersions(corpus, { signal: options.signal });
  if (options.json) return [JSON.stringify(toJson('ListVersionsResponse', { versions }))];
  return tableLines(['VERSION', 'BUILT (UTC)', 'ENTRIES', 'QUESTIONS', 'INTENTS', 'STATE'], versions.map(versionRow));
}

async function listCorpora(
  client: FaqmatchClient,
  options: { readonly signal: AbortSignal; readonly json: boolean },
): Promise<readonly string[]> {
  const corpora = await client.listCorpora({ signal: options.signal });
  if (options.json) return [JSON.stringify(toJson('ListCorporaResponse', { corpora }))];
  const rows = corpora.map((one) => [
    one.corpus,
    one.activeVersion === '' ? '(none active)' : one.activeVersion,
    dayAndTime(one.activatedAt),
    one.entries,
    one.questions,
    one.intents,
  ]);
  return tableLines(['CORPUS', 'ACTIVE VERSION', 'SINCE (UTC)', 'ENTRIES', 'QUESTIONS', 'INTENTS'], rows);
}

/** The command. */
export function versionsCommand(terminal: Terminal): Command {
  const command = describedCommand('versions', {
    description: 'List the stored versions of a corpus, newest first; without a corpus, list the corpora.',
    example: 'faqmatch versions shop\nfaqmatch versions --json',
    settings: ['address'],
  });
  return command
    .argument('[corpus]', 'name of the corpus')
    .action(async (corpus: string | undefined, flags: { readonly json?: boolean }) => {
      await callServer(serverAddress(settingsOf(command, terminal)), async (client, signal) => {
        const options = { signal, json: flags.json ?? false };
        const lines = corpus === undefined ? await listCorpora(client, options) : await listVersions(corpus, client, options);
        for (const line of lines) terminal.out(line);
      });
    });
}
