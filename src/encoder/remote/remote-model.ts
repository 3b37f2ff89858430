/**
 * What a remote encoder encodes with, as far as this process knows it: by its folder here, or by what the server gives.
 */
import { FaqError } from '../../errors.ts';
import type { EncoderInfo } from '../encoder.ts';
import type { ModelFolder } from '../model-folder.ts';
import { askRemote } from './ask-remote.ts';
import { identify, SAME_REMOTE } from './identity.ts';
import { PROBE_TEXTS } from './probe-texts.ts';
import type { RemoteFacts, RemoteProtocol } from './protocol.ts';
import { type Reference, referenceOf } from './reference.ts';
import { type RetryPolicy, withRetries } from './retries.ts';
import type { RemoteSettings } from './settings.ts';
import { batchOf, checkTimeoutOf, encodeProbes, requireName } from './verification.ts';

/** A model and what its vectors are held against. */
export interface RemoteModel {
  readonly info: EncoderInfo;
  readonly reference: Reference;
  /** Name and revision that must not change; undefined where the vectors alone decide. */
  readonly facts: RemoteFacts | undefined;
}

/** What the look at a remote model needs. */
export interface RemoteModelParts {
  readonly protocol: RemoteProtocol;
  readonly settings: RemoteSettings;
  readonly closing: AbortSignal;
  readonly spread: number;
  /** How long a server that is away is waited for. */
  readonly policy: RetryPolicy;
  /** Where the vectors of models without a folder are remembered. */
  readonly identityFolder: string | undefined;
}

function deviceOf({ address }: RemoteSettings): string {
  return `remote (${address.kind})`;
}

/** The folder says what the model is; the server need not be there. @throws FaqError of a damaged folder, or of vectors cut short. */
export async function modelByFolder(model: ModelFolder, settings: RemoteSettings): Promise<RemoteModel> {
  const { name, digest, dimension, wholeDimension, maxTokens, pooling } = model;
  if (dimension !== wholeDimension) {
    throw new FaqError(
      'failed_precondition',
      `Expected whole vectors with FAQMATCH_ENCODER_URL, got FAQMATCH_TRUNCATE_DIM ${dimension} of ${wholeDimension}. Unset one of the two.`,
      { field: 'truncateDim', reason: 'MODEL_UNSUPPORTED' },
    );
  }
  const info = { name, digest, dimension, maxTokens, pooling, device: deviceOf(settings), workers: settings.inFlight };
  return { info, reference: await referenceOf(model), facts: undefined };
}

/** The server says what the model is, so it is waited for. @throws FaqError unavailable, failed_precondition. */
export async function modelByServer(parts: RemoteModelParts): Promise<RemoteModel> {
  const { protocol, settings, closing, spread, policy, identityFolder } = parts;
  const bounds = { timeoutMs: checkTimeoutOf(settings), closing };
  const look = async (): Promise<{ facts: RemoteFacts; vectors: readonly Float32Array[] }> => {
    const facts = await askRemote((signal) => protocol.describe(signal), bounds);
    requireName(facts, settings);
    return { facts, vectors: await encodeProbes(PROBE_TEXTS, { protocol, batch: batchOf(settings, facts), ...bounds }) };
  };
  const { facts, vectors } = await withRetries(look, policy, { signal: undefined, closing, spread });
  const dimension = vectors[0]?.length ?? 0;
  const digest = await identify({ kind: settings.address.kind, facts, vectors }, identityFolder);
  const flat = new Float32Array(vectors.length * dimension);
  for (const [row, vector] of vectors.entries()) flat.set(vector, row * dimension);
  return {
    info: {
      name: facts.model,
      digest,
      dimension,
      maxTokens: facts.maxTokens ?? 0,
      pooling: 'unknown',
      device: deviceOf(settings),
      workers: settings.inFlight,
    },
    reference: { texts: PROBE_TEXTS, vectors: flat, dimension, leastCosine: SAME_REMOTE, source: `${facts.model} at the start` },
    facts,
  };
}
