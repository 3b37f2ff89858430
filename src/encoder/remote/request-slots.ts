/**
 * Requests on their way as slots of the micro-batcher: each carries one batch, however often it has to be cut.
 * Knows nothing of lanes or retries.
 */
import { FaqError } from '../../errors.ts';
import type { EncodedRow } from '../inference-pool.ts';
import type { BatchSlot } from '../micro-batcher.ts';
import { askRemote, toUnitVectors } from './ask-remote.ts';
import type { PreparedText } from './prepared-text.ts';
import type { RemoteProtocol } from './protocol.ts';

/** One text on its way. */
export interface RemoteItem extends PreparedText {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** What a slot needs. */
export interface SlotParts {
  readonly protocol: Pick<RemoteProtocol, 'embed'>;
  readonly dimension: number;
  readonly closing: AbortSignal;
  /** Most texts that the server takes now. */
  readonly mostTexts: () => number;
  /** Resolves when texts may be sent. @throws FaqError where they may not. */
  readonly gate: (signal: AbortSignal) => Promise<void>;
}

/** A signal that is aborted when everyone who waits has left; never where one of them cannot leave. */
function allLeft(items: readonly RemoteItem[]): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const signals = [...new Set(items.map(({ signal }) => signal))];
  const look = (): void => {
    if (signals.every((signal) => signal?.aborted === true)) controller.abort(signals[0]?.reason);
  };
  for (const signal of signals) signal?.addEventListener('abort', look, { once: true });
  look();
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) signal?.removeEventListener('abort', look);
    },
  };
}

async function sendOnce(items: readonly RemoteItem[], parts: SlotParts, signal: AbortSignal): Promise<readonly (EncodedRow | FaqError)[]> {
  const started = performance.now();
  const texts = items.map(({ text }) => text);
  const timeoutMs = Math.max(...items.map((item) => item.timeoutMs));
  const vectors = await askRemote((either) => parts.protocol.embed(texts, either), { timeoutMs, signal, closing: parts.closing });
  const rows = toUnitVectors(vectors, { count: items.length, dimension: parts.dimension });
  const runMs = performance.now() - started;
  return rows.map((row) => (row instanceof FaqError ? row : { vector: row, runMs }));
}

/** Sends a batch in pieces that the server takes. A refused piece is halved until the refused text stands alone, so that its neighbours get their vectors. */
async function send(items: readonly RemoteItem[], parts: SlotParts, signal: AbortSignal): Promise<readonly (EncodedRow | FaqError)[]> {
  const most = parts.mostTexts();
  let size = items.length;
  if (items.length <= most) {
    try {
      return await sendOnce(items, parts, signal);
    } catch (error) {
      if (!(error instanceof FaqError) || error.reason !== 'TEXT_REFUSED') throw error;
      if (items.length === 1) return [error];
      size = Math.ceil(items.length / 2);
    }
  }
  const rows: (EncodedRow | FaqError)[] = [];
  const step = Math.max(1, Math.min(size, most));
  for (let start = 0; start < items.length; start += step) rows.push(...(await send(items.slice(start, start + step), parts, signal)));
  return rows;
}

/** As many slots as requests may be on their way; a busy one takes no second batch. */
export function createRequestSlots(count: number, parts: SlotParts): readonly BatchSlot<RemoteItem, EncodedRow>[] {
  return Array.from({ length: count }, () => {
    let busy = false;
    return {
      get ready() {
        return !busy;
      },
      async run(items: readonly RemoteItem[]) {
        busy = true;
        const { signal, release } = allLeft(items);
        try {
          await parts.gate(signal);
          return await send(items, parts, signal);
        } finally {
          release();
          busy = false;
        }
      },
    };
  });
}
