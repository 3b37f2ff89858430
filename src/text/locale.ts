/**
 * Language tags in the one form in which they are stored and compared.
 */

/** The canonical form of a BCP 47 tag, e.g. `pt-BR` for `PT-br`; undefined where the text is none. */
export function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
