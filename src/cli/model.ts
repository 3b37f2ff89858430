/** `faqmatch model check`: whether a model folder is whole and gives the vectors it gave when it was made. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { shippedModelFolder } from '../encoder/model-source.ts';
import { FaqError } from '../errors.ts';
import { describedCommand } from './command-settings.ts';
import { showFinding } from './doctor.ts';
import { checkModelFolder } from './model-check.ts';
import type { Terminal } from './terminal.ts';

/** A folder, or the one of a shipped model by that name. */
async function folderOf(folder: string): Promise<string> {
  const there = await stat(resolve(folder)).catch(() => undefined);
  if (folder !== '' && there?.isDirectory() === true) return resolve(folder);
  const shipped = await shippedModelFolder(folder);
  if (shipped !== undefined) return shipped;
  const came = there === undefined ? `none at "${folder}"` : folder === '' ? 'an empty name' : `"${folder}", which is a file`;
  throw new FaqError(
    'not_found',
    `Expected a model folder or the name of a shipped model, found ${came}. A hub model lies in the model cache once it was used.`,
  );
}

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
    const findings = await checkModelFolder(await folderOf(folder));
    for (const finding of findings) showFinding(finding, terminal, flags.json ?? false);
    const failed = findings.filter(({ state }) => state === 'fail').length;
    if (failed > 0) throw new FaqError('failed_precondition', `${failed} of ${findings.length} checks failed.`);
  });
}
