/**
 * A version's name: a hash of all that can change an answer, so that the same name means the same answers.
 * Golden rows are left out: they measure and never answer.
 */
import { createHash } from 'node:crypto';
import type { MatchSettings } from '../matching/contract.ts';

/** All that can change an answer. */
export interface VersionIdentity {
  /** corpus/fingerprint.ts: entries with answers and metadata, and counter-examples. */
  readonly fingerprint: string;
  readonly modelDigest: string;
  readonly settings: MatchSettings;
  /** matching/stored-scorer.ts: grows when the same corpus would give other scores. */
  readonly scorerFormat: number;
  readonly rowFormat: number;
}

/** Hex digits of a name: 64 bits, so that even a million versions of a corpus do not meet. */
const DIGITS = 16;

/** `v-` and 16 hex digits; the same on every machine. The order in which settings are written changes nothing. */
export function versionId(identity: VersionIdentity): string {
  const settings = Object.entries(identity.settings).sort(([left], [right]) => (left < right ? -1 : 1));
  const canonical = JSON.stringify([identity.fingerprint, identity.modelDigest, settings, identity.scorerFormat, identity.rowFormat]);
  return `v-${createHash('sha256').update(canonical).digest('hex').slice(0, DIGITS)}`;
}
