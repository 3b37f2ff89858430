/** Servers with a queue in front, in simulated time. */
import { formBatch, type Queued } from '../../src/encoder/batch-forming.ts';
import type { EventQueue } from './event-queue.ts';

/** Told once: true when served, false when refused or lost. */
export type Settle = (served: boolean) => void;

interface Job {
  readonly ms: number;
  readonly settle: Settle;
}

/** First come, first served. */
export class Station {
  /** Milliseconds that servers worked, all together. */
  busyMs = 0;
  readonly #events: EventQueue;
  readonly #servers: number;
  #queue: Job[] = [];
  #head = 0;
  readonly #running = new Set<Job>();

  constructor(events: EventQueue, servers: number) {
    this.#events = events;
    this.#servers = servers;
  }

  submit(ms: number, settle: Settle): void {
    const job = { ms, settle };
    if (this.#running.size < this.#servers) this.#start(job);
    else this.#queue.push(job);
  }

  /** Loses all that waits and runs. */
  crash(): void {
    const lost = [...this.#running, ...this.#queue.slice(this.#head)];
    this.#running.clear();
    this.#queue = [];
    this.#head = 0;
    for (const { settle } of lost) settle(false);
  }

  #start(job: Job): void {
    this.#running.add(job);
    this.#events.after(job.ms, () => {
      if (!this.#running.delete(job)) return;
      this.busyMs += job.ms;
      const next = this.#queue[this.#head];
      if (next !== undefined) {
        this.#head += 1;
        if (this.#head > 1024) {
          this.#queue = this.#queue.slice(this.#head);
          this.#head = 0;
        }
        this.#start(next);
      }
      job.settle(true);
    });
  }
}

/** How texts are encoded. */
export interface EncoderOptions {
  readonly workers: number;
  /** 1: no batches. */
  readonly maxItems: number;
  readonly maxTokens: number;
  /** Texts that may wait; further ones are refused. */
  readonly maxWaiting: number;
  readonly runMs: (texts: number, longest: number) => number;
}

interface Text extends Queued {
  readonly settle: Settle;
}

/** The encoder's queue, with the service's own rule for what goes together (src/encoder/batch-forming.ts). */
export class EncoderStation {
  busyMs = 0;
  texts = 0;
  runs = 0;
  readonly #events: EventQueue;
  readonly #options: EncoderOptions;
  readonly #queue: Text[] = [];
  readonly #running = new Set<readonly Text[]>();

  constructor(events: EventQueue, options: EncoderOptions) {
    this.#events = events;
    this.#options = options;
  }

  /** @param size word pieces. */
  submit(size: number, settle: Settle): void {
    if (this.#queue.length >= this.#options.maxWaiting) {
      settle(false);
      return;
    }
    this.#queue.push({ size, queued: true, settled: false, settle });
    this.#pump();
  }

  /** Loses all that waits and runs. */
  crash(): void {
    const lost = [...this.#queue, ...[...this.#running].flat()];
    this.#queue.length = 0;
    this.#running.clear();
    for (const { settle } of lost) settle(false);
  }

  #pump(): void {
    const { workers, maxItems, maxTokens, runMs } = this.#options;
    while (this.#running.size < workers && this.#queue.length > 0) {
      const share = Math.ceil(this.#queue.length / (workers - this.#running.size));
      const batch = formBatch(this.#queue, { maxItems: Math.min(maxItems, share), maxTokens });
      const ms = runMs(batch.length, Math.max(...batch.map(({ size }) => size)));
      this.#running.add(batch);
      this.#events.after(ms, () => {
        if (!this.#running.delete(batch)) return;
        this.busyMs += ms;
        this.texts += batch.length;
        this.runs += 1;
        this.#pump();
        for (const { settle } of batch) settle(true);
      });
    }
  }
}
