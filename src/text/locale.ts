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

/** The tag that a text which is none means, e.g. `pt-BR` for the `pt_BR` of many programs; undefined where it cannot be told. */
export function meantLocale(text: string): string | undefined {
  return canonicalLocale(text.replaceAll('_', '-'));
}
