/** `faqmatch rollback`: switches a corpus back. */
import type { Command } from 'commander';
import { toJson } from '../client/json.ts';
import { switchedLine } from './activate.ts';
import { callServer } from './call-server.ts';
import { describedCommand, serverAddress, settingsOf } from './command-settings.ts';
import type { Terminal } from './terminal.ts';

/** The command. */
export function rollbackCommand(terminal: Terminal): Command {
  const command = describedCommand('rollback', {
    description: 'Switch a corpus back to the version that was active before, or to a named one.',
    example: 'faqmatch rollback shop\nfaqmatch rollback shop v-1a2b3c4d5e6f7081',
    settings: ['address'],
  });
  return command
    .argument('<corpus>', 'name of the corpus')
    .argument('[version]', 'the version; the one active before by default')
    .action(async (corpus: string, version: string | undefined, flags: { readonly json?: boolean }) => {
      await callServer(serverAddress(settingsOf(command, terminal)), async (client, signal) => {
        const response = await client.rollback({ corpus, ...(version === undefined ? {} : { version }) }, { signal });
        if (flags.json === true) {
          terminal.out(JSON.stringify(toJson('RollbackCorpusResponse', response)));
          return;
        }
        terminal.out(switchedLine(corpus, response.version, response.previousVersion));
        if (version === undefined)
          terminal.err(
            `One more rollback goes back to ${response.previousVersion}; name a version to go further back (faqmatch versions ${corpus}).`,
          );
      });
    });
}
