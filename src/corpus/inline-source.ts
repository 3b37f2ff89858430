/** FAQ files that came inside a request, as the same source files that a folder gives. */
import { FaqError } from '../errors.ts';
import type { SourceFile } from './corpus.ts';
import { quoted } from './describe-value.ts';
import { formatOfEnding, formatOfName, KNOWN_ENDINGS, roleOfName } from './formats.ts';

/** FAQ files in memory. */
export interface InlineSource {
  /** yaml, json, jsonl, csv or tsv. */
  readonly format: string;
  readonly data: Uint8Array;
  /** Name of data, as faults name it; `faq.<format>` where absent. */
  readonly name?: string | undefined;
  /** More files, e.g. golden.yaml; their format is their ending. */
  readonly files: readonly SourceFile[];
}

const MAX_NAME = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
const FORBIDDEN = /[/\\:\u0000-\u001f\u007f]/u;

function refuse(field: string, message: string): FaqError {
  return new FaqError('invalid_argument', message, { field });
}

/** Whether a name can stand for a file in a request. */
export function isPlainName(name: string): boolean {
  return name.length <= MAX_NAME && !FORBIDDEN.test(name) && !/^\.*$/u.test(name);
}

function checkName(name: string, field: string): void {
  if (!isPlainName(name)) {
    throw refuse(field, `Expected a plain file name such as golden.yaml, came ${quoted(name)}; leave folders out.`);
  }
  if (formatOfName(name) !== undefined) return;
  throw refuse(field, `Expected a file name ending in one of ${KNOWN_ENDINGS}, came ${quoted(name)}; rename it.`);
}

function mainName({ format, name }: InlineSource): string {
  if (name === undefined) return `faq.${format.toLowerCase()}`;
  checkName(name, 'inline.name');
  if (roleOfName(name) !== 'faq' || formatOfName(name) !== formatOfEnding(format)) {
    const message = `Expected the name of an FAQ file in ${quoted(format)}, came ${quoted(name)}; give it the ending of its format, and send golden and calibration files under files.`;
    throw refuse('inline.name', message);
  }
  return name;
}

/**
 * The files of an inline corpus: data first, then the others as named.
 * @throws FaqError invalid_argument for an unknown format, or a name with folders, of dots only, of unknown ending or there already.
 */
export function inlineSource(source: InlineSource): readonly SourceFile[] {
  if (formatOfEnding(source.format) === undefined) {
    throw refuse('inline.format', `Expected a format of ${KNOWN_ENDINGS}, came ${quoted(source.format)}; name the format of data.`);
  }
  const main = { name: mainName(source), data: source.data };
  const names = new Set([main.name]);
  for (const [index, { name }] of source.files.entries()) {
    const field = `inline.files[${index}].name`;
    checkName(name, field);
    if (names.has(name)) throw refuse(field, `Expected each file name once, came ${quoted(name)} again; rename one. data is ${main.name}.`);
    names.add(name);
  }
  return [main, ...source.files];
}
