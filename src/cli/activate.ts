/** `faqmatch activate`: switches a corpus to a stored version. */
import type { Command } from 'commander';
import { toJson } from '../client/json.ts';
import { callServer } from './call-server.ts';
import { describedCommand, serverAddress, settingsOf } from './command-settings.ts';
import type { Terminal } from './terminal.ts';

/** What is active now, for people. */
export function switchedLine(corpus: string, version: string, previous: string): string {
  if (previous === version) return `${corpus}: ${version} was active already; nothing changed`;
  return `${corpus}: ${version} is active${previous === '' ? '' : `, ${previous} was before`}`;
}

/** The command. */
export function activateCommand(terminal: Terminal): Command {
  const command = describedCommand('activate', {
    description: 'Switch a corpus to a stored version, e.g. one built with reload --stage-only.',
    example: 'faqmatch activate shop v-1a2b3c4d5e6f7081',
    settings: ['address'],
  });
  return command
    .argument('<corpus>', 'name of the corpus')
    .argument('<version>', 'the version')
    .action(async (corpus: string, version: string, flags: { readonly json?: boolean }) => {
      await callServer(serverAddress(settingsOf(command, terminal)), async (client, signal) => {
        const response = await client.activate({ corpus, version }, { signal });
        const json = flags.json === true;
        terminal.out(
          json
            ? JSON.stringify(toJson('ActivateVersionResponse', response))
            : switchedLine(corpus, response.version, response.previousVersion),
        );
      });
    });
}
