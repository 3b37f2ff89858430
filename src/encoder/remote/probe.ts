/** A look at a remote encoder before anything is built on it: for `doctor`. */
import { FaqError } from '../../errors.ts';
import type { ModelFolder } from '../model-folder.ts';
import { openProtocol } from './open-protocol.ts';
import { openRemote } from './open-remote.ts';
import type { RemoteFacts } from './protocol.ts';
import { matchPolicy } from './retries.ts';
import type { RemoteSettings } from './settings.ts';

/** A remote encoder that can be used. */
export interface RemoteProbe {
  readonly facts: RemoteFacts;
  readonly dimension: number;
  /** Least cosine of its vectors to the folder's, and of how many texts; undefined where there is no folder. */
  readonly parity: { readonly leastCosine: number; readonly texts: number } | undefined;
  /** Milliseconds from sending a few texts to having their vectors, with the server's facts asked before, on a warm connection. */
  readonly glanceMs: number;
}

/**
 * Asks for facts and vectors, once each: a server that fails now is what doctor is to tell. Remembers nothing.
 * @throws FaqError unavailable, failed_precondition (key, address, another model), resource_exhausted.
 */
export async function probeRemote(settings: RemoteSettings, model: ModelFolder | undefined): Promise<RemoteProbe> {
  const protocol = openProtocol(settings);
  const closing = new AbortController();
  const lookup = { protocol, settings, closing: closing.signal, spread: 1, policy: matchPolicy(0), identityFolder: undefined };
  try {
    const { remote, verification } = await openRemote(lookup, model);
    const { facts, leastCosine } = await verification.full();
    const started = performance.now();
    await verification.glance();
    const glanceMs = performance.now() - started;
    const parity = model === undefined ? undefined : { leastCosine, texts: remote.reference.texts.length };
    return { facts, dimension: remote.info.dimension, parity, glanceMs };
  } finally {
    closing.abort(new FaqError('unavailable', 'The encoder is shutting down.'));
    protocol.close();
  }
}
