/**
 * The opaque token of a listing's next page: bound to the version it reads and to the request's filter.
 */
import { createHash } from 'node:crypto';
import { FaqError } from '../../errors.ts';

/** Where a listing stands. */
export interface PagePosition {
  readonly version: string;
  /** Entries of the listing that were sent already. */
  readonly offset: number;
}

/** Characters of the digest that ties a token to its corpus and filter, and shows damage. */
const DIGEST_CHARS = 16;

/** @param listing what identifies the listing apart from the version: corpus and filter. */
export function writePageToken(position: PagePosition, listing: unknown): string {
  const text = `${position.version} ${position.offset}`;
  return Buffer.from(`${digest(text, listing)} ${text}`).toString('base64url');
}

/** @throws FaqError invalid_argument for a token that is damaged or of another listing. */
export function readPageToken(token: string, listing: unknown): PagePosition {
  const [found, version, offset] = Buffer.from(token, 'base64url').toString().split(' ');
  if (version === undefined || offset === undefined || found !== digest(`${version} ${offset}`, listing)) {
    throw new FaqError('invalid_argument', 'page_token: expected next_page_token of the page before, with the same corpus and filter.', {
      field: 'page_token',
      reason: 'BAD_PAGE_TOKEN',
    });
  }
  return { version, offset: Number(offset) };
}

function digest(text: string, listing: unknown): string {
  return createHash('sha256')
    .update(`${text} ${JSON.stringify(listing)}`)
    .digest('hex')
    .slice(0, DIGEST_CHARS);
}
