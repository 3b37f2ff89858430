/**
 * Many texts to one matrix through the bulk lane: windows of texts sorted by length, two windows in hand at most, so that memory is bounded.
 * Knows nothing of sessions or threads.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfAborted } from '../errors.ts';
import type { EncodeAllOptions } from './encoder.ts';

/** A text made ready for encoding; its length in word pieces is what windows are sorted by. */
export interface Prepared {
  readonly length: number;
}

/** What the bulk run needs from its encoder. */
export interface BulkParts<Item extends Prepared> {
  readonly dimension: number;
  readonly tokenise: (text: string) => Item;
  readonly submit: (item: Item, signal: AbortSignal) => Promise<{ readonly vector: Float32Array }>;
}

/** Texts tokenised and sorted together. */
const WINDOW = 512;
/** Texts tokenised before other work of the thread has its turn: about 3 ms. */
const STRIDE = 32;

interface Row<Item> {
  readonly row: number;
  readonly item: Item;
}

async function tokeniseWindow<Item extends Prepared>(
  texts: readonly string[],
  first: number,
  parts: { tokenise: BulkParts<Item>['tokenise']; signal: AbortSignal },
): Promise<readonly Row<Item>[]> {
  const rows: Row<Item>[] = [];
  for (let row = first; row < Math.min(first + WINDOW, texts.length); row += 1) {
    if (row % STRIDE === 0) await nextTurn();
    throwIfAborted(parts.signal);
    rows.push({ row, item: parts.tokenise(texts[row] ?? '') });
  }
  return rows.sort((one, other) => one.item.length - other.item.length);
}

/**
 * Encodes texts in the bulk lane; the first failure gives up the rest.
 * @returns [texts.length × dimension], rows in the order of texts.
 */
export async function encodeInBulk<Item extends Prepared>(
  texts: readonly string[],
  parts: BulkParts<Item>,
  options: EncodeAllOptions,
): Promise<Float32Array> {
  const vectors = new Float32Array(texts.length * parts.dimension);
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal]);
  let done = 0;
  let told = 0;
  let telling = false;
  const tell = (): void => {
    telling = false;
    if (done > told) options.onProgress?.(done);
    told = done;
  };
  const encodeRow = async ({ row, item }: Row<Item>): Promise<void> => {
    const { vector } = await parts.submit(item, signal);
    vectors.set(vector, row * parts.dimension);
    done += 1;
    // One word per batch: its rows settle in one turn of the event loop.
    if (!telling) setImmediate(tell);
    telling = true;
  };
  const inHand: Promise<unknown>[] = [];
  try {
    for (let first = 0; first < texts.length; first += WINDOW) {
      const rows = await tokeniseWindow(texts, first, { tokenise: parts.tokenise, signal });
      const window = Promise.all(rows.map(encodeRow));
      window.catch(() => undefined);
      inHand.push(window);
      if (inHand.length > 1) await inHand.shift();
    }
    await Promise.all(inHand);
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  tell();
  return vectors;
}
