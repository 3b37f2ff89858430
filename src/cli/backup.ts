/** `faqmatch backup` and `faqmatch restore`: versions out of the store into a folder and back, without encoding anything. */
import type { Command } from 'commander';
import type { SettingName } from '../config/schema.ts';
import { describedCommand, settingsOf } from './command-settings.ts';
import { type CopyJob, copyStore } from './copy-store.ts';
import type { Terminal } from './terminal.ts';

const STORE_SETTINGS: readonly SettingName[] = [
  'index',
  'dataDir',
  'qdrantUrl',
  'qdrantApiKey',
  'qdrantPrefix',
  'qdrantTimeoutMs',
  'qdrantReplicationFactor',
  'qdrantShards',
  'qdrantHnswFrom',
  'qdrantQuantise',
];

interface CopyFlags {
  readonly all?: boolean;
  /** What commander makes of `--no-activate`. */
  readonly activate?: boolean;
  readonly json?: boolean;
}

function copyCommand(
  terminal: Terminal,
  direction: CopyJob['direction'],
  facts: { readonly description: string; readonly example: string },
): Command {
  const command = describedCommand(direction, { ...facts, settings: STORE_SETTINGS });
  return command
    .argument('<folder>', direction === 'backup' ? 'where to; made where it is not there' : 'a backup, or a data directory')
    .argument('[corpora...]', 'names of corpora; all by default')
    .option('--all', 'every stored version, not only the active one and the one before it')
    .action(async (folder: string, corpora: readonly string[], flags: CopyFlags) => {
      const { all = false, activate = true, json = false } = flags;
      await copyStore(settingsOf(command, terminal), { direction, folder, corpora, everyVersion: all, activate, json }, terminal);
    });
}

/** Store to folder. */
export function backupCommand(terminal: Terminal): Command {
  return copyCommand(terminal, 'backup', {
    description:
      'Copy versions from the store (Qdrant or the data directory) into a folder laid out as a data directory. Servers may go on. Run again, it ' +
      'copies what is new and makes active in the folder what is active in the store; nothing is removed from the folder.',
    example: 'faqmatch backup ./backup-2026-11 --index qdrant\nfaqmatch backup ./data shop --index qdrant   # from Qdrant to embedded',
  });
}

/** Folder to store. */
export function restoreCommand(terminal: Terminal): Command {
  return copyCommand(terminal, 'restore', {
    description:
      'Copy versions from a backup, or from a data directory, into the store and activate what was active there: encodes nothing, the answers ' +
      'are the same. Where the store had another version active, even a newer one, it stays stored as the one before, so that "faqmatch ' +
      'rollback" undoes the restore. Running replicas on the same Qdrant follow at once; a server on the same data directory must be stopped.',
    example:
      'faqmatch restore ./backup-2026-11 --index qdrant\nfaqmatch restore ./data --index qdrant          # from embedded to Qdrant\n' +
      'faqmatch restore ./backup-2026-11 shop --index qdrant --no-activate',
  }).option('--no-activate', 'only store; what is active stays so');
}
