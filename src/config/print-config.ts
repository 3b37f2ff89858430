/** Settings for people to read: secrets are never shown. */
import type { Config } from './schema.ts';
import { SETTING_NAMES } from './schema.ts';
import { factsOf } from './setting-names.ts';

/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

/** A text with what a URL in it says of user and password redacted. */
export function withoutUserInfo(text: string): string {
  return text.replace(/(?<=:\/\/)[^/?#\s"']*@/gu, `${REDACTED}@`);
}

function printable(value: unknown): unknown {
  if (typeof value === 'string') return withoutUserInfo(value);
  return Array.isArray(value) ? value.map(printable) : value;
}

/** The settings as plain data, secrets redacted, unset ones left out; safe to log. */
export function printableConfig(config: Config): Readonly<Record<string, unknown>> {
  const shown = SETTING_NAMES.filter((name) => config[name] !== undefined);
  return Object.fromEntries(shown.map((name) => [name, factsOf(name).secret === true ? REDACTED : printable(config[name])]));
}
