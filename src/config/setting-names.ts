/** One setting's names in its three writings: config file (`dataDir`), environment (`FAQMATCH_DATA_DIR`) and flag (`--data-dir`). */

import type { SettingName } from './schema.ts';
import { configSchema, SETTING_NAMES } from './schema.ts';
import type { SettingFacts } from './setting.ts';
import { settingFacts } from './setting.ts';

/** The environment variable that names the config file. */
export const CONFIG_FILE_VARIABLE = 'FAQMATCH_CONFIG';

function words(name: string): readonly string[] {
  return name.split(/(?=[A-Z])/u).map((word) => word.toLowerCase());
}

/** What the schema says of a setting. */
export function factsOf(name: SettingName): SettingFacts {
  return settingFacts.get(configSchema.shape[name]) ?? { description: '' };
}

/** E.g. `FAQMATCH_DATA_DIR`. */
export function environmentName(name: SettingName): string {
  return factsOf(name).environment ?? `FAQMATCH_${words(name).join('_').toUpperCase()}`;
}

/** E.g. `--data-dir`. */
export function flagName(name: SettingName): string {
  return `--${words(name).join('-')}`;
}

/** Whether text names a setting, as the config file writes it. */
export function isSettingName(text: string): text is SettingName {
  return SETTING_NAMES.some((name) => name === text);
}
