/** Lays the layers over one another: defaults < config file < environment < flags; all faults come back together. */
import type { Fault } from '../errors.ts';
import { FaqError } from '../errors.ts';
import { closestName } from './closest-name.ts';
import type { ConfigFile } from './config-file.ts';
import { readConfigFile } from './config-file.ts';
import { withoutUserInfo } from './print-config.ts';
import type { Config, SettingName } from './schema.ts';
import { configSchema, SETTING_NAMES } from './schema.ts';
import { CONFIG_FILE_VARIABLE, environmentName, factsOf, flagName } from './setting-names.ts';

/** Variables by name, as process.env has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line gave: settings by their config-file name, undefined where a flag was not given. */
export type Flags = Readonly<Partial<Record<SettingName, unknown>>>;

/** Where the layers come from. */
export interface ConfigSources {
  /** Of the command line; none by default. */
  readonly flags?: Flags;
  /** --config; FAQMATCH_CONFIG where it is undefined. */
  readonly configFile?: string | undefined;
  /** process.env by default. An empty variable counts as unset, since container files pass such ones. */
  readonly environment?: Environment;
}

/** The settings and where each that is not a default came from. */
export interface LoadedConfig {
  readonly config: Config;
  /** In words, e.g. `environment variable FAQMATCH_MODEL`; `default` where no layer said anything. */
  readonly origins: ReadonlyMap<SettingName, string>;
  /** Variables that look like ours and are not, and settings that contradict one another. */
  readonly warnings: readonly string[];
}

interface LayeredValue {
  readonly value: unknown;
  readonly origin: string;
  readonly file: string;
  readonly line: number;
}

/** Error reason of refused settings; the command line exits with "usage" on it. */
export const BAD_SETTINGS = 'BAD_SETTINGS';

interface Layers {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly file: ConfigFile;
  readonly path: string;
}

function topmost(name: SettingName, { flags, environment, file, path }: Layers): LayeredValue | undefined {
  const flag = flags[name];
  if (flag !== undefined) return { value: flag, origin: `flag ${flagName(name)}`, file: flagName(name), line: 0 };
  const variable = environmentName(name);
  const fromEnvironment = environment[variable];
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    return { value: fromEnvironment, origin: `environment variable ${variable}`, file: variable, line: 0 };
  }
  const fromFile = file.values.get(name);
  return fromFile === undefined
    ? undefined
    : { value: fromFile.value, origin: `${path}:${fromFile.line}`, file: path, line: fromFile.line };
}

function unknownVariables(environment: Environment): readonly string[] {
  const known = [...SETTING_NAMES.map(environmentName), CONFIG_FILE_VARIABLE];
  return Object.keys(environment)
    .filter((name) => name.startsWith('FAQMATCH_') && !known.includes(name))
    .map((name) => {
      const guess = closestName(name, known);
      return `environment variable ${name} is not a setting${guess === undefined ? '' : `; did you mean ${guess}?`}`;
    });
}

function refusal(faults: readonly Fault[], warnings: readonly string[]): FaqError {
  const lines = faults.map((fault) => {
    const place = fault.line > 0 ? `${fault.file}:${fault.line}` : fault.file;
    return `  ${place}: ${fault.message}`;
  });
  const beside = warnings.map((warning) => `  ${warning}`);
  return new FaqError('invalid_argument', `The settings were refused:\n${[...lines, ...beside].join('\n')}`, {
    reason: BAD_SETTINGS,
    faults,
  });
}

function shown(name: SettingName, value: unknown): string {
  return factsOf(name).secret === true ? 'a secret' : withoutUserInfo(JSON.stringify(value) ?? String(value));
}

function contradictions({ answerConfidence, clarifyConfidence }: Config): readonly string[] {
  if (clarifyConfidence <= answerConfidence) return [];
  return [
    `clarifyConfidence ${clarifyConfidence} is above answerConfidence ${answerConfidence}, so that nothing is asked back below an answer; set it lower`,
  ];
}

/**
 * Reads all layers and checks them.
 * @throws FaqError invalid_argument with reason BAD_SETTINGS and every fault of every layer.
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const environment = sources.environment ?? process.env;
  const path = sources.configFile ?? environment[CONFIG_FILE_VARIABLE] ?? '';
  const file: ConfigFile = path === '' ? { values: new Map(), faults: [] } : readConfigFile(path);
  const layers: Layers = { flags: sources.flags ?? {}, environment, file, path };
  const faults: Fault[] = [...file.faults];
  const values: Record<string, unknown> = {};
  const origins = new Map<SettingName, string>();
  for (const name of SETTING_NAMES) {
    const layered = topmost(name, layers);
    const checked = configSchema.shape[name].safeParse(layered?.value);
    origins.set(name, layered?.origin ?? 'default');
    if (checked.success) values[name] = checked.data;
    else {
      const expected = checked.error.issues.map((issue) => issue.message).join('; ');
      const message = `${name}: expected ${expected}; got ${shown(name, layered?.value)}`;
      faults.push({ file: layered?.file ?? 'default', line: layered?.line ?? 0, field: name, code: 'bad_value', message });
    }
  }
  const unknown = unknownVariables(environment);
  if (faults.length > 0) throw refusal(faults, unknown);
  const config = Object.freeze(configSchema.parse(values));
  return { config, origins, warnings: [...unknown, ...contradictions(config)] };
}
