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

/** A locale and those that hold it, the nearest first: `de-AT-1996`, `de-AT`, `de`. */
function truncations(tag: string): readonly string[] {
  const subtags = tag.split('-');
  return subtags.map((_, dropped) => subtags.slice(0, subtags.length - dropped).join('-'));
}

/**
 * A canonical locale and what it belongs to, the nearest first: wider ones, by leaving out subtags (the lookup of RFC 4647, section 3.4), and those
 * in the script that it is likely written in (likely subtags of UTS 35): `zh-TW`, `zh-Hant-TW`, `zh-Hant`, `zh`. What is no locale belongs to itself.
 */
export function widerLocales(tag: string): readonly string[] {
  if (canonicalLocale(tag) === undefined) return [tag];
  const full = truncations(new Intl.Locale(tag).maximize().toString());
  const short = truncations(tag).slice(0, -1);
  return [...new Set([tag, ...short, ...full])];
}

/** The tag that a text which is none means, e.g. `pt-BR` for the `pt_BR` of many programs; undefined where it cannot be told. */
export function meantLocale(text: string): string | undefined {
  return canonicalLocale(text.replaceAll('_', '-'));
}
