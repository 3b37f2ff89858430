/**
 * The command line: one file per command, this one puts them together. Knows nothing of how answers come about.
 * A command's code is loaded when it is called, so that a match does not wait for the encoder's libraries.
 */
import { Command, CommanderError } from 'commander';
import { buildVersion } from '../build-version.ts';
import type { ExitCode } from './exit-codes.ts';
import { EXIT } from './exit-codes.ts';
import { reportError } from './report-error.ts';
import type { Terminal } from './terminal.ts';

type MakeCommand = (terminal: Terminal) => Command;

/** Every command: a line for the overview, and where its code is. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<MakeCommand> }>> = {
  serve: { summary: 'run the service', load: async () => (await import('./serve.ts')).serveCommand },
  match: { summary: 'match utterances against a corpus', load: async () => (await import('./match.ts')).matchCommand },
  lookup: { summary: 'look entries and answers up', load: async () => (await import('./lookup.ts')).lookupCommand },
  reload: { summary: 'build and activate a version of a corpus', load: async () => (await import('./reload.ts')).reloadCommand },
  versions: { summary: 'list versions or corpora', load: async () => (await import('./versions.ts')).versionsCommand },
  activate: { summary: 'switch a corpus to a stored version', load: async () => (await import('./activate.ts')).activateCommand },
  rollback: { summary: 'switch a corpus back', load: async () => (await import('./rollback.ts')).rollbackCommand },
  backup: { summary: 'copy versions from the store into a folder', load: async () => (await import('./backup.ts')).backupCommand },
  restore: { summary: 'copy versions from a folder into the store', load: async () => (await import('./backup.ts')).restoreCommand },
  validate: { summary: 'name every fault of FAQ files', load: async () => (await import('./validate.ts')).validateCommand },
  eval: { summary: 'measure the answers to golden utterances', load: async () => (await import('./eval.ts')).evalCommand },
  encode: { summary: 'print the vectors of texts', load: async () => (await import('./encode.ts')).encodeCommand },
  model: { summary: 'check a model folder', load: async () => (await import('./model.ts')).modelCommand },
  bench: { summary: 'measure how fast a server answers', load: async () => (await import('./bench.ts')).benchCommand },
  doctor: { summary: 'check this machine and these settings', load: async () => (await import('./doctor.ts')).doctorCommand },
};

/** Names of all commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS);

const OVERVIEW = `
Examples:
  faqmatch serve --demo
  faqmatch match shop "wheres my parcel"
  faqmatch <command> --help

Exit codes: 0 done, 1 internal, 2 usage, 3 bad input, 4 not found, 5 unavailable, 6 refused.`;

/** commander would end the process itself; here it throws, and writes where the terminal says. */
function tamed(command: Command, terminal: Terminal): Command {
  return command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text.replace(/\n$/u, '')),
    writeErr: (text) => terminal.err(text.replace(/\n$/u, '')),
  });
}

async function createProgram(terminal: Terminal, wanted: string | undefined): Promise<Command> {
  const program = tamed(new Command('faqmatch'), terminal)
    .description('Matches utterances to FAQ intents over gRPC: answers, asks back, or honestly says that none fits.')
    .version(buildVersion(), '-V, --version')
    .showHelpAfterError('(add --help for usage)')
    .addHelpText('after', OVERVIEW);
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = name === wanted ? (await load())(terminal) : new Command(name);
    program.addCommand(tamed(command.summary(summary), terminal).showHelpAfterError('(add --help for usage)'));
  }
  return program;
}

/** Which command the arguments name; `help match` names match too. */
function wantedCommand(args: readonly string[]): string | undefined {
  return args.find((argument) => Object.hasOwn(COMMANDS, argument));
}

/** Runs one command to its end. @param args what follows the program's name. @returns the exit code. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const program = await createProgram(terminal, wantedCommand(args));
    await program.parseAsync(args, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    // commander has said already what was wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.code === 'commander.help' || error.exitCode !== 0 ? EXIT.usage : EXIT.done;
    return reportError(terminal, error);
  }
}
