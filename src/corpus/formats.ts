/** Which formats there are, and how a file name tells. */

/** A format of FAQ files. */
export type Format = 'yaml' | 'json' | 'jsonl' | 'csv' | 'tsv';

const FORMAT_OF_ENDING: ReadonlyMap<string, Format> = new Map([
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['json', 'json'],
  ['jsonl', 'jsonl'],
  ['csv', 'csv'],
  ['tsv', 'tsv'],
]);

/** The endings, as messages list them. */
export const KNOWN_ENDINGS = Array.from(FORMAT_OF_ENDING.keys()).join(', ');

/** The format of an ending without its dot, in any case; undefined for others. */
export function formatOfEnding(ending: string): Format | undefined {
  return FORMAT_OF_ENDING.get(ending.toLowerCase());
}

/** The format of a file name; undefined where the ending is unknown or missing. */
export function formatOfName(name: string): Format | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot < 1 ? undefined : formatOfEnding(base.slice(dot + 1));
}

/** What a file holds: entries, or labelled utterances that measure or that teach confidence. */
export type FileRole = 'faq' | 'golden' | 'calibration';

/** What the base name of a file says that it holds: `golden`, `calibration`, or any other for entries. */
export function roleOfName(name: string): FileRole {
  const base = /(?:^|\/)(golden|calibration)\.[^./]+$/iu.exec(name)?.[1]?.toLowerCase();
  return base === 'golden' || base === 'calibration' ? base : 'faq';
}

/** Whether a file holds golden rows. */
export function isGoldenName(name: string): boolean {
  return roleOfName(name) === 'golden';
}
