/** Settings as flags of a command, made from the one schema. */
import { Command, Option } from 'commander';
import type { LoadedConfig } from '../config/load-config.ts';
import { loadConfig } from '../config/load-config.ts';
import type { Config, SettingName } from '../config/schema.ts';
import { SETTING_NAMES } from '../config/schema.ts';
import { factsOf, flagName } from '../config/setting-names.ts';
import type { Terminal } from './terminal.ts';

/** Settings that are given without a value. */
const SWITCHES: ReadonlySet<SettingName> = new Set(['offline']);

function optionOf(name: SettingName): Option {
  const { description, placeholder } = factsOf(name);
  return new Option(SWITCHES.has(name) ? flagName(name) : `${flagName(name)} <${placeholder ?? 'value'}>`, description);
}

/** Which settings decide what the encoder is; every command with an encoder takes them. */
export const ENCODER_SETTINGS = [
  'model',
  'modelCache',
  'offline',
  'device',
  'bulkDevice',
  'deviceFallback',
  'truncateDim',
  'queryPrompt',
  'storedPrompt',
  'encoderWorkers',
  'maxBatchTokens',
  'encoderUrl',
  'encoderApiKey',
  'encoderModel',
  'encoderTimeoutMs',
  'encoderRetries',
  'encoderBatchSize',
  'encoderInFlight',
  'dataDir',
] as const satisfies readonly SettingName[];

/** A command with `--json`, `--config`, the named settings as flags and an example at the end of its help. */
export function describedCommand(
  name: string,
  facts: { readonly description: string; readonly example: string; readonly settings: readonly SettingName[] },
): Command {
  const command = new Command(name).description(facts.description);
  command.option('--json', 'print JSON lines on standard output');
  command.option('--config <path>', 'config file (YAML); FAQMATCH_CONFIG by default');
  for (const setting of facts.settings) command.addOption(optionOf(setting));
  return command.addHelpText('after', `\nExample:\n${facts.example.replace(/^/gmu, '  ')}`);
}

/** Reads the settings of a command that was called; unknown variables are told on standard error. */
export function settingsOf(command: Command, terminal: Terminal): Config {
  const options: Readonly<Record<string, unknown>> = command.opts();
  const flags = Object.fromEntries(SETTING_NAMES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
  const configFile = typeof options.config === 'string' ? options.config : undefined;
  const loaded: LoadedConfig = loadConfig({ flags, configFile });
  for (const warning of loaded.warnings) terminal.err(`warning: ${warning}`);
  return loaded.config;
}

/** The server that client commands call. A server that listens on every interface is called on loopback. */
export function serverAddress(config: Config): string {
  return config.address ?? config.grpcAddress.replace(/^(?:0\.0\.0\.0|\[::\]):/u, '127.0.0.1:');
}
