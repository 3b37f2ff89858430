/**
 * Whether the server still is the one that its vectors were promised to be from.
 */
import { FaqError } from '../../errors.ts';
import { askRemote, toUnitVectors } from './ask-remote.ts';
import type { PrepareText } from './prepared-text.ts';
import type { RemoteFacts, RemoteProtocol } from './protocol.ts';
import { type Reference, requireAgreement } from './reference.ts';
import { remoteError } from './remote-errors.ts';
import type { RemoteSettings } from './settings.ts';

/** What is checked, and how. */
export interface VerificationParts {
  readonly protocol: RemoteProtocol;
  readonly settings: RemoteSettings;
  readonly prepare: PrepareText;
  readonly reference: Reference;
  /** Name and revision that must not change; undefined where the vectors alone decide. */
  readonly facts: Pick<RemoteFacts, 'model' | 'revision'> | undefined;
  /** Word pieces of a text that the server must read at least; 0 where nothing says so. */
  readonly leastTokens: number;
  readonly closing: AbortSignal;
}

/** A finished check. */
export interface Verified {
  readonly facts: RemoteFacts;
  readonly leastCosine: number;
}

/** The two ways to look. Both throw FaqError: failed_precondition (REMOTE_MISMATCH and the like), unavailable, resource_exhausted. */
export interface Verification {
  /** Facts and every text of the reference. */
  full(): Promise<Verified>;
  /** Facts and a few texts, the next ones each time: any text tells one model from another. */
  glance(): Promise<Verified>;
}

/** Nobody waits for a check as for an answer, so a busy server may take longer over it. */
const LEAST_TIMEOUT_MS = 10_000;
const TEXTS_OF_A_GLANCE = 4;

/** @throws FaqError failed_precondition where the settings name another model than is served. */
export function requireName(facts: RemoteFacts, settings: RemoteSettings): void {
  if (settings.model === undefined || settings.model === facts.model) return;
  throw remoteError('REMOTE_MISMATCH', { detail: `Expected ${settings.model} (FAQMATCH_ENCODER_MODEL), found ${facts.model}.` });
}

function requireFacts(facts: RemoteFacts, { settings, facts: expected, leastTokens }: VerificationParts): void {
  requireName(facts, settings);
  if (facts.maxTokens !== undefined && facts.maxTokens < leastTokens) {
    const detail = `Expected one that reads ${leastTokens} word pieces of a text, as the model folder says; found ${facts.maxTokens}. Raise the server's limit.`;
    throw remoteError('REMOTE_MISMATCH', { detail });
  }
  if (expected === undefined || (expected.model === facts.model && expected.revision === facts.revision)) return;
  const detail = `Expected ${expected.model} ${expected.revision}, as at the start; found ${facts.model} ${facts.revision}. Restart this server to take the new model, then reload every corpus.`;
  throw remoteError('REMOTE_MISMATCH', { detail });
}

/** Unit vectors of texts, in requests that the server takes. @throws FaqError, for a vector without direction too. */
export async function encodeProbes(
  texts: readonly string[],
  {
    protocol,
    batch,
    dimension,
    ...bounds
  }: { protocol: RemoteProtocol; batch: number; dimension?: number; timeoutMs: number; closing: AbortSignal },
): Promise<readonly Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let start = 0; start < texts.length; start += batch) {
    const some = texts.slice(start, start + batch);
    const given = await askRemote((signal) => protocol.embed(some, signal), bounds);
    const rows = toUnitVectors(given, { count: some.length, dimension: dimension ?? vectors[0]?.length ?? given[0]?.length ?? 0 });
    if (given[0]?.length === 0) throw remoteError('REMOTE_GARBLED', { detail: 'Expected vectors, got empty lists.' });
    for (const row of rows) {
      if (row instanceof FaqError) throw remoteError('REMOTE_MISMATCH', { detail: row.message });
      vectors.push(row);
    }
  }
  return vectors;
}

/** How long a check may wait for one answer, in milliseconds. */
export function checkTimeoutOf({ timeoutMs }: RemoteSettings): number {
  return Math.max(timeoutMs, LEAST_TIMEOUT_MS);
}

/** Texts of one request: what is set, or less where the server takes less. */
export function batchOf({ batchSize }: RemoteSettings, { maxBatch }: RemoteFacts): number {
  return Math.min(batchSize, maxBatch ?? batchSize);
}

/** Asks nothing yet. */
export function createVerification(parts: VerificationParts): Verification {
  const { protocol, settings, prepare, reference, closing } = parts;
  const sent = reference.texts.map((text) => prepare(text).text);
  const bounds = { timeoutMs: checkTimeoutOf(settings), closing };
  const check = async (rows: readonly number[]): Promise<Verified> => {
    const facts = await askRemote((signal) => protocol.describe(signal), bounds);
    requireFacts(facts, parts);
    const texts = rows.map((row) => sent[row] ?? '');
    const vectors = await encodeProbes(texts, { protocol, batch: batchOf(settings, facts), dimension: reference.dimension, ...bounds });
    return { facts, leastCosine: requireAgreement(reference, rows, vectors) };
  };
  const all = sent.map((_, row) => row);
  let next = 0;
  return {
    full: () => check(all),
    glance() {
      const rows =
        all.length <= TEXTS_OF_A_GLANCE ? all : Array.from({ length: TEXTS_OF_A_GLANCE }, (_, step) => (next + step) % all.length);
      next = (next + TEXTS_OF_A_GLANCE) % all.length;
      return check(rows);
    },
  };
}
