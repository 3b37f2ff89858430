/** `faqmatch doctor`: whether this machine and these settings can serve, and what to do where they cannot. */
import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import { describedCommand, ENCODER_SETTINGS, settingsOf } from './command-settings.ts';
import type { Finding } from './doctor-checks.ts';
import { checkCorpora, checkDataDir, checkDisk, checkGrpcPort, checkHttpPort, checkMemory, checkNode } from './doctor-checks.ts';
import { checkModel } from './doctor-model.ts';
import { checkQdrant } from './doctor-qdrant.ts';
import type { Colour, Terminal } from './terminal.ts';

const COLOURS: Readonly<Record<Finding['state'], Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** One finding as a line and what to do next, or as a JSON line. */
export function showFinding({ name, state, detail, next }: Finding, terminal: Terminal, json: boolean): void {
  if (json) {
    terminal.out(JSON.stringify({ check: name, state, detail, next }));
    return;
  }
  terminal.out(`${terminal.paint(COLOURS[state], state.padEnd(4))}  ${name}: ${detail}`);
  if (next !== '') terminal.out(`      ${next}`);
}

async function run(config: Config, terminal: Terminal, json: boolean): Promise<void> {
  const findings: Finding[] = [];
  const record = (finding: Finding): void => {
    findings.push(finding);
    showFinding(finding, terminal, json);
  };
  for (const check of [checkNode, checkDataDir, checkDisk, checkMemory, checkGrpcPort, checkHttpPort, checkCorpora])
    record(await check(config));
  for (const finding of await checkQdrant(config)) record(finding);
  for (const finding of await checkModel(config, terminal)) record(finding);
  const failed = findings.filter(({ state }) => state === 'fail').length;
  if (failed > 0) throw new FaqError('failed_precondition', `${failed} of ${findings.length} checks failed.`);
}

/** The command. Exits with "refused" where a check failed. */
export function doctorCommand(terminal: Terminal): Command {
  const command = describedCommand('doctor', {
    description:
      'Check Node, model, inference or the remote encoder, data directory, ports, corpora, disk and memory, and Qdrant where that is the index. Needs no server of ours.',
    example: 'faqmatch doctor\nfaqmatch doctor --model ./my-model --json',
    settings: [...ENCODER_SETTINGS, 'corpusRoot', 'grpcAddress', 'httpAddress', 'index', 'qdrantUrl', 'qdrantApiKey', 'qdrantTimeoutMs'],
  });
  return command.action(async (flags: { readonly json?: boolean }) => {
    await run(settingsOf(command, terminal), terminal, flags.json ?? false);
  });
}
