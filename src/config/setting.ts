/**
 * Settings: one schema, four layers (defaults, config file, environment, flags), one frozen result.
 * The only part of the program that reads the environment; knows nothing of what the settings steer.
 */
import * as z from 'zod';

/** Facts about a setting beside its type, for documentation and for printing. */
export interface SettingFacts {
  /** Plain words: what it does and what follows from changing it. */
  readonly description: string;
  /** Environment variable where it is not FAQMATCH_ and the name in capitals. */
  readonly environment?: string;
  /** Never printed. */
  readonly secret?: boolean;
  /** What stands for the value in help, e.g. `path`. */
  readonly placeholder?: string;
}

/** Facts by schema: the documentation, the help texts and redaction all read this one place. */
export const settingFacts = z.registry<SettingFacts>();

const TRUE_WORDS: ReadonlySet<string> = new Set(['true', '1', 'yes', 'on']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['false', '0', 'no', 'off']);

/** Environment and flags are text: a number written out counts as that number, all else stays for the schema to refuse. */
function numberFromText(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

function booleanFromText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const word = value.trim().toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : value;
}

/** A whole number within bounds; text that spells one is accepted. */
export function wholeNumber(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}`;
  return z.preprocess(numberFromText, z.int(expected).min(least, expected).max(most, expected));
}

/** A number within bounds, neither bound reached when `open`; text that spells one is accepted. */
export function fraction(bounds: 'open' | 'closed') {
  const expected = bounds === 'open' ? 'a number above 0 and below 1' : 'a number from 0 to 1';
  const inner = z.number(expected);
  return z.preprocess(numberFromText, bounds === 'open' ? inner.gt(0, expected).lt(1, expected) : inner.min(0, expected).max(1, expected));
}

/** true or false; the words yes, no, on, off, 1 and 0 are accepted. */
export function yesOrNo() {
  return z.preprocess(booleanFromText, z.boolean('true or false'));
}

/** Text that is not empty. */
export function text() {
  return z.string('text').trim().min(1, 'text that is not empty');
}

/** A key that is sent in a header, which carries nothing else. */
export function headerKey() {
  return text().regex(
    /^[\x21-\x7e]+$/u,
    'a key of ASCII letters, digits and signs without spaces or line breaks, since it is sent in a header',
  );
}

const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/]+):(?<port>\d{1,5})$/u;

function isHostAndPort(value: string): boolean {
  const port = ADDRESS.exec(value)?.groups?.port;
  return port !== undefined && Number(port) <= 65_535;
}

/** `host:port`, IPv6 hosts in brackets; port 0 lets the system choose. */
export function hostAndPort() {
  return text().refine(isHostAndPort, 'host:port such as 127.0.0.1:8080 or [::1]:8080');
}

/** `host:port` or the path of a Unix socket, `unix:/path`. */
export function listenAddress() {
  const expected = 'host:port such as 127.0.0.1:50051 or [::1]:50051, or unix:/path';
  return text().refine((value) => isHostAndPort(value) || /^unix:\/./u.test(value), expected);
}

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/u.test(protocol) && username === '' && password === '';
}

/** One or more http(s) addresses, as a list or separated by commas. */
export function urlList() {
  const expected = 'http:// or https:// addresses without user and password, separated by commas, such as http://127.0.0.1:6333';
  const split = (value: unknown): unknown => (typeof value === 'string' ? value.split(',').map((url) => url.trim()) : value);
  return z.preprocess(split, z.array(z.string(expected).refine(isHttpUrl, expected), expected).min(1, expected).readonly());
}
