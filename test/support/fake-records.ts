/** State records in memory, with the faults of a database on demand. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaqError } from '../../src/errors.ts';
import type { CorpusRecord, StateRecords } from '../../src/index/qdrant/state-record.ts';

export interface FakeRecords extends StateRecords {
  /** Token of a corpus's holder; empty where nobody is. */
  holder(corpus: string): string;
  /** Another process writes over the record. */
  seize(corpus: string, holder: string): void;
  /** Writes fail: before anything is written, or after, as when an answer is lost. Undefined: no more. */
  fail(when: 'before' | 'after' | undefined, error?: FaqError): void;
}

/** @param slowMs how long a write takes. */
export function fakeRecords({ slowMs = 0 }: { readonly slowMs?: number } = {}): FakeRecords {
  const byCorpus = new Map<string, CorpusRecord>();
  let fault: { readonly when: 'before' | 'after'; readonly error: FaqError | undefined } | undefined;
  return {
    read: async (corpus) => byCorpus.get(corpus),
    async replace(before, after) {
      if (slowMs > 0) await sleep(slowMs);
      const failing = fault;
      if (failing?.when === 'before') throw failing.error;
      const fits = byCorpus.get(after.corpus)?.epoch === before?.epoch;
      if (fits) byCorpus.set(after.corpus, { ...after, epoch: (before?.epoch ?? 0) + 1 });
      if (failing?.when === 'after') throw failing.error;
      return fits;
    },
    holder: (corpus) => byCorpus.get(corpus)?.holder ?? '',
    seize(corpus, holder) {
      const record = byCorpus.get(corpus);
      if (record !== undefined) byCorpus.set(corpus, { ...record, holder, epoch: record.epoch + 1 });
    },
    fail(when, error) {
      fault = when === undefined ? undefined : { when, error };
    },
  };
}
