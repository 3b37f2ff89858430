/** Values of callers as they may stand in a message. */

/** Characters of a value that a message repeats. */
const SHOWN_CHARS = 80;

/** A caller's value in a message: quoted, short, one line. */
export function shown(value: string): string {
  return JSON.stringify(value.length > SHOWN_CHARS ? `${value.slice(0, SHOWN_CHARS)}…` : value);
}
