/** What a corpus says of deciding, in matching's terms: its own demands on answers, and settings that stand in for the server's. */
import type { AnswerDemands, Corpus } from '../corpus/corpus.ts';
import type { MatchSettings } from '../matching/contract.ts';
import type { StandingDemands } from '../matching/demands.ts';

/** @param intents names by intent number. */
export function standingDemands({ entries, settings = {} }: Corpus, intents: readonly string[]): StandingDemands {
  const byName = new Map<string, AnswerDemands>();
  // Entries of one intent never disagree: each may give a part.
  for (const { intent, demands } of entries) {
    if (demands === undefined) continue;
    const before = byName.get(intent);
    const minConfidence = demands.minConfidence ?? before?.minConfidence;
    byName.set(intent, { minConfidence, minPrecision: demands.minPrecision ?? before?.minPrecision });
  }
  const { minConfidence, minPrecision } = settings;
  return { corpus: { minConfidence, minPrecision }, ofIntent: byName.size === 0 ? [] : intents.map((intent) => byName.get(intent)) };
}

/** The server's settings with the corpus's own in place of them: what a version is fitted with and named for. */
export function corpusSettings(settings: MatchSettings, corpus: Corpus): MatchSettings {
  return { ...settings, outOfScopeShare: corpus.settings?.outOfScopeShare ?? settings.outOfScopeShare };
}
