/** What Node's file system and sockets call an error. */

/** The `code` of a system error, e.g. `ENOSPC`; undefined for any other value. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
