/**
 * A bounded queue that turns single calls into batches by padded size: two lanes, first come first served, every caller settled exactly once.
 * Pure: knows nothing of texts, sessions or threads; clock, schedule and slots are handed in.
 */
import { abortError, FaqError } from '../errors.ts';
import { formBatch, type Queued } from './batch-forming.ts';
import type { Lane } from './encoder.ts';

/** Something that runs one batch at a time; a second may wait in its hands. */
export interface BatchSlot<Item, Result> {
  /** False while it cannot take work; `wake` tells the batcher when that changes. */
  readonly ready: boolean;
  /** One outcome per item, in their order; an error fails its item alone, a rejection fails the whole batch. */
  run(items: readonly Item[]): Promise<readonly (Result | FaqError)[]>;
}

/** How to batch. */
export interface MicroBatcherOptions<Item, Result> {
  readonly slots: readonly BatchSlot<Item, Result>[];
  /** Size of an item, e.g. its word pieces. */
  readonly sizeOf: (item: Item) => number;
  /** Most padded size of a batch: longest × items. One item alone may be over it. */
  readonly maxBatchTokens: number;
  readonly maxBatchItems: Readonly<Record<Lane, number>>;
  /** Most items waiting in the match lane; the next is refused. The bulk lane is bounded by who fills it. */
  readonly maxWaiting: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Runs a task soon; calls of one tick may thus share a batch. */
  readonly schedule: (task: () => void) => void;
  /**
   * Resolves a turn of the event loop later. Between two matches of a batch, since each caller goes on to a millisecond of work
   * and eight of them in a row would keep health checks and new calls waiting.
   */
  readonly pause: () => Promise<unknown>;
}

/** Where a call goes and how it is given up. */
export interface Submission {
  readonly lane: Lane;
  readonly signal?: AbortSignal | undefined;
}

interface Entry<Item, Result> extends Queued {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: FaqError) => void;
}

interface SlotState<Item, Result> {
  readonly slot: BatchSlot<Item, Result>;
  running: number;
  /** When its last batch ended. */
  freeSince: number;
}

/** After so many match batches in a row a waiting bulk batch has its turn, so that a reload ends even under full load. */
const BULK_TURN = 10;
/** Weight of the newest batch in the running mean of milliseconds per item. */
const FRESHNESS = 0.1;
/** No batch counts as slower than so many times the mean. */
const MOST_GROWTH = 3;
/** Guess at milliseconds per item before anything ran. */
const FIRST_GUESS_MS = 5;
/** Settled entries let stand in a lane before it is swept. */
const SWEEP_AT = 64;

const unavailable = (): FaqError => new FaqError('unavailable', 'The encoder is shutting down. Try another server or try again later.');

/** The queue. It sets no timer, and an idle slot gets work at once: batches form only while every slot is busy. */
export class MicroBatcher<Item, Result> {
  readonly #options: MicroBatcherOptions<Item, Result>;
  readonly #slots: readonly SlotState<Item, Result>[];
  readonly #lanes: Record<Lane, Entry<Item, Result>[]> = { match: [], bulk: [] };
  readonly #live: Record<Lane, number> = { match: 0, bulk: 0 };
  readonly #drained = Promise.withResolvers<void>();
  #matchesInARow = 0;
  #itemMs = FIRST_GUESS_MS;
  #scheduled = false;
  #closing = false;

  constructor(options: MicroBatcherOptions<Item, Result>) {
    this.#options = options;
    this.#slots = options.slots.map((slot) => ({ slot, running: 0, freeSince: 0 }));
  }

  /** Items waiting in the match lane. */
  get waiting(): number {
    return this.#live.match;
  }

  /**
   * Queues one item and resolves with its result.
   * @throws FaqError resource_exhausted (match lane full, with retryAfterMs), unavailable (closing), the signal's error, or what the run gave.
   */
  submit(item: Item, how: Submission): Promise<Result> {
    const refused = this.#refusal(how);
    if (refused !== undefined) return Promise.reject(refused);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const settle = (act: () => void): void => {
      if (entry.settled) return;
      entry.settled = true;
      how.signal?.removeEventListener('abort', abort);
      if (entry.queued) this.#leave(how.lane, entry);
      act();
    };
    const entry: Entry<Item, Result> = {
      item,
      size: this.#options.sizeOf(item),
      queued: true,
      settled: false,
      resolve: (result) => settle(() => resolve(result)),
      reject: (error) => settle(() => reject(error)),
    };
    const abort = (): void => entry.reject(how.signal === undefined ? unavailable() : abortError(how.signal));
    how.signal?.addEventListener('abort', abort, { once: true });
    this.#lanes[how.lane].push(entry);
    this.#live[how.lane] += 1;
    this.wake();
    return promise;
  }

  /** A slot may have become ready. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.schedule(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Rejects what waits with `unavailable`, refuses what comes, and resolves when what runs has ended. */
  close(): Promise<void> {
    this.#closing = true;
    for (const entry of [...this.#lanes.match, ...this.#lanes.bulk]) entry.reject(unavailable());
    this.#pump();
    return this.#drained.promise;
  }

  #refusal(how: Submission): FaqError | undefined {
    if (how.signal?.aborted === true) return abortError(how.signal);
    if (this.#closing) return unavailable();
    const waiting = this.#live.match;
    if (how.lane === 'bulk' || waiting < this.#options.maxWaiting) return undefined;
    const retryAfterMs = Math.max(50, Math.ceil((waiting * this.#itemMs) / Math.max(1, this.#slots.length)));
    return new FaqError(
      'resource_exhausted',
      `${waiting} texts are waiting to be encoded, the most allowed. Try again in ${retryAfterMs} ms.`,
      {
        reason: 'QUEUE_FULL',
        retryAfterMs,
      },
    );
  }

  /** An entry leaves its lane; given up ones stay in the array until they are come upon or are too many. */
  #leave(lane: Lane, entry: Entry<Item, Result>): void {
    entry.queued = false;
    this.#live[lane] -= 1;
    const queue = this.#lanes[lane];
    if (queue.length > 2 * this.#live[lane] + SWEEP_AT) this.#lanes[lane] = queue.filter((waiting) => waiting.queued);
  }

  #pump(): void {
    for (let turn = this.#next(); turn !== undefined; turn = this.#next()) {
      const batch = this.#take(turn.lane);
      this.#matchesInARow = turn.lane === 'match' ? this.#matchesInARow + 1 : 0;
      void this.#run(turn.state, batch, turn.lane);
    }
    if (this.#closing && this.#slots.every((state) => state.running === 0)) this.#drained.resolve();
  }

  /** The ready slot with the least in hand, and no more than `most` batches. */
  #slotWith(most: number): SlotState<Item, Result> | undefined {
    const free = this.#slots.filter((state) => state.slot.ready && state.running <= most);
    return free.reduce<SlotState<Item, Result> | undefined>(
      (best, state) => (best !== undefined && best.running <= state.running ? best : state),
      undefined,
    );
  }

  /** The lane that is due and the slot for it. */
  #next(): { readonly lane: Lane; readonly state: SlotState<Item, Result> } | undefined {
    const matches = this.#live.match;
    const bulkDue = this.#live.bulk > 0 && (matches === 0 || this.#matchesInARow >= BULK_TURN);
    const idle = this.#slotWith(0);
    if (idle !== undefined && (bulkDue || matches > 0)) return { lane: bulkDue ? 'bulk' : 'match', state: idle };
    // A full batch may wait behind a running one, which hides the way to the worker and back. None does when the bulk lane's turn has come.
    if (bulkDue || matches < this.#options.maxBatchItems.match) return undefined;
    const behind = this.#slotWith(1);
    return behind === undefined ? undefined : { lane: 'match', state: behind };
  }

  /** Takes the next batch of a lane; waiting matches are split over the idle slots, so that none idles while others queue. */
  #take(lane: Lane): readonly Entry<Item, Result>[] {
    const most = this.#options.maxBatchItems[lane];
    const idle = this.#slots.filter((state) => state.slot.ready && state.running === 0).length;
    const share = Math.ceil(this.#live[lane] / Math.max(1, idle));
    const batch = formBatch(this.#lanes[lane], { maxItems: Math.max(1, Math.min(most, share)), maxTokens: this.#options.maxBatchTokens });
    this.#live[lane] -= batch.length;
    for (const entry of batch) entry.queued = false;
    return batch;
  }

  async #run(state: SlotState<Item, Result>, batch: readonly Entry<Item, Result>[], lane: Lane): Promise<void> {
    const outcomes = await this.#outcomes(state, batch);
    for (const [position, entry] of batch.entries()) {
      if (position > 0 && lane === 'match') await this.#options.pause();
      const outcome = outcomes[position];
      if (outcome instanceof FaqError) entry.reject(outcome);
      else if (outcome === undefined) entry.reject(new FaqError('internal', 'A batch gave no result for one of its items.'));
      else entry.resolve(outcome);
    }
  }

  /** Milliseconds per item of a slot: what a batch waited behind another is that one's, and a halt of the whole process is no pace. */
  #learnPace(state: SlotState<Item, Result>, started: number, items: number): void {
    const now = this.#options.now();
    const taken = (now - Math.max(started, state.freeSince)) / items;
    state.freeSince = now;
    this.#itemMs += FRESHNESS * (Math.min(taken, MOST_GROWTH * this.#itemMs) - this.#itemMs);
  }

  /** Runs a batch and gives its slot the next one before anybody hears of the results. Never rejects. */
  async #outcomes(state: SlotState<Item, Result>, batch: readonly Entry<Item, Result>[]): Promise<readonly (Result | FaqError)[]> {
    const started = this.#options.now();
    state.running += 1;
    try {
      const outcomes = await state.slot.run(batch.map((entry) => entry.item));
      if (outcomes.length !== batch.length)
        throw new FaqError('internal', `Expected ${batch.length} results of a batch, got ${outcomes.length}.`);
      this.#learnPace(state, started, batch.length);
      return outcomes;
    } catch (error) {
      const failure = FaqError.from(error);
      return batch.map(() => failure);
    } finally {
      state.running -= 1;
      this.#pump();
    }
  }
}
