/** An utterance as it is encoded: with misspelt words read as the corpus writes them. One rule for what is asked and for what teaches. */
import type { Encoder } from '../encoder/encoder.ts';
import type { MatchSettings } from '../matching/contract.ts';
import type { Reading, Spelling } from '../text/spelling.ts';

/** What reading stands on. */
export interface ReadingParts {
  readonly encoder: Pick<Encoder, 'hasWord'>;
  readonly settings: Pick<MatchSettings, 'readMisspelt'>;
}

/** @param text normalised. @returns it as typed where reading is switched off or the encoder's vocabulary is elsewhere. */
export function readUtterance(text: string, spelling: Spelling, { encoder, settings }: ReadingParts): Reading {
  if (!settings.readMisspelt || encoder.hasWord === undefined) return { text, words: [] };
  return spelling.read(text, encoder.hasWord);
}
