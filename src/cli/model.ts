/** `faqmatch model check`: whether a model folder is whole and gives the vectors it gave when it was made. */
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { FaqError } from '../errors.ts';
import { describedCommand } from './command-settings.ts';
import { showFinding } from './doctor.ts';
import { checkModelFolder } from './model-check.ts';
import type { Terminal } from './terminal.ts';

/** The command. Exits with "refused" where a check failed, "not found" where there is no folder. */
export function modelCommand(terminal: Terminal): Command {
  const command = describedCommand('model', {
    description:
      'Check a model folder: the digest of each file, its form, that its graph runs, and each vector of its parity.json, alone and in a batch. Needs no server and no Python.',
    example: 'faqmatch model check models/faqmatch-minilm-l6\nfaqmatch model check ./my-model --json',
    settings: [],
  });
  command.addArgument(new Argument('<action>', 'what to do').choices(['check'])).argument('<folder>', 'the model folder');
  return command.action(async (_action: string, folder: string, flags: { readonly json?: boolean }) => {
    const findings = await checkModelFolder(resolve(folder));
    for (const finding of findings) showFinding(finding, terminal, flags.json ?? false);
    const failed = findings.filter(({ state }) => state === 'fail').length;
    if (failed > 0) throw new FaqError('failed_precondition', `${failed} of ${findings.length} checks failed.`);
  });
}
