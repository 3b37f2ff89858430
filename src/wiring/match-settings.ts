/** The settings that bear on answers, as matching takes them and as reports name them. */
import type { Config } from '../config/schema.ts';
import { DEFAULT_MATCH_SETTINGS, type MatchSettings } from '../matching/contract.ts';

function chosen({ outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio, readMisspelt }: Config) {
  return { outOfScopeShare, answerConfidence, clarifyConfidence, clarifyRatio, readMisspelt };
}

/** For matching; what no setting names is its default. */
export function matchSettingsOf(config: Config): MatchSettings {
  return { ...DEFAULT_MATCH_SETTINGS, ...chosen(config) };
}

/** For reports: the settings by name; a switch is 1 or 0. */
export function reportedSettingsOf(config: Config): Readonly<Record<string, number>> {
  const settings = chosen(config);
  return { ...settings, readMisspelt: Number(settings.readMisspelt) };
}
