/** Language tags that are well formed and name no language: BCP 47 lets "english" pass, and a filter on "en" never finds it. */

const LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz');
const LANGUAGE_NAMES = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/** Codes of two letters by the English names of their languages, in small letters. */
function codesByName(): ReadonlyMap<string, string> {
  const codes = LETTERS.flatMap((first) => LETTERS.map((second) => `${first}${second}`));
  return new Map(codes.map((code) => [LANGUAGE_NAMES.of(code)?.toLowerCase() ?? '', code]));
}

/** Whether a language's code is none: codes have two or three letters; of three there are too many to know. */
function isNone(language: string): boolean {
  return language.length > 3 || (language.length === 2 && LANGUAGE_NAMES.of(language) === undefined);
}

/** What to do about a tag whose language does not look like one that is registered; undefined where nothing. @param tag in canonical form. */
export function localeAdvice(tag: string): string | undefined {
  const [language = ''] = tag.split('-');
  if (!isNone(language)) return undefined;
  const meant = codesByName().get(language);
  return meant === undefined ? 'write the language as two or three letters, such as en or pt-BR' : `did you mean ${meant}?`;
}
