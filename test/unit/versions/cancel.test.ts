import { describe, expect, it } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import type { ReloadPhase } from '../../../src/versions/contract.ts';
import { keywordVector } from '../../support/fake-encoder.ts';
import { CHATTER, DELIVERY, faqFile } from '../../support/faq-source.ts';
import { openVersionsOnDisk } from '../../support/versions-on-disk.ts';

const FILES = faqFile(DELIVERY, CHATTER);
const MORE = faqFile([...DELIVERY, { id: 'new', questions: ['something new', 'another new thing'] }], CHATTER);
const PHASES: readonly ReloadPhase[] = ['read', 'encode', 'fit', 'write', 'activate'];

describe('a cancelled reload', () => {
  it.each(PHASES)('leaves nothing behind when cancelled as "%s" begins', async (phase) => {
    await using server = await openVersionsOnDisk();
    const first = await server.versions.reload('shop', FILES);
    const caller = new AbortController();
    const cancelled = server.versions.reload('shop', MORE, {
      signal: caller.signal,
      onProgress: (progress) => {
        if (progress.phase === phase) caller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.versions.active('shop')?.version).toBe(first.version);
    expect(await server.folders('shop')).toEqual([first.version]);
    expect(await server.versions.list('shop')).toHaveLength(1);
    expect(server.problems).toEqual([]);
    // And the corpus is free again.
    expect(await server.versions.reload('shop', MORE)).toMatchObject({ activated: true });
  });

  it('leaves nothing behind when it was to be staged only', async () => {
    await using server = await openVersionsOnDisk();
    const caller = new AbortController();
    const onProgress = ({ phase, done }: { phase: ReloadPhase; done: number }): void => {
      if (phase === 'write' && done === 1) caller.abort();
    };
    const cancelled = server.versions.reload('shop', FILES, { signal: caller.signal, stageOnly: true, onProgress });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(await server.folders('shop')).toEqual([]);
    await expect(server.versions.acquire('shop')).rejects.toMatchObject({ reason: 'CORPUS_NOT_FOUND' });
  });

  it('is refused before it begins when the caller has left already', async () => {
    await using server = await openVersionsOnDisk();
    await expect(server.versions.reload('shop', FILES, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.encoder.encoded).toEqual([]);
  });

  it('says why when a deadline ended it', async () => {
    await using server = await openVersionsOnDisk();
    const caller = new AbortController();
    const onProgress = (): void => caller.abort(new FaqError('deadline_exceeded', 'The deadline passed.'));
    await expect(server.versions.reload('shop', FILES, { signal: caller.signal, onProgress })).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
  });

  it('keeps the vectors of finished batches, so that the next try is shorter', async () => {
    await using server = await openVersionsOnDisk();
    const caller = new AbortController();
    const onProgress = ({ phase }: { phase: ReloadPhase }): void => {
      if (phase === 'fit') caller.abort();
    };
    await expect(server.versions.reload('shop', FILES, { signal: caller.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
    expect(await server.versions.reload('shop', FILES)).toMatchObject({ encoded: 0, reused: 11 });
  });
});

describe('two operations at once', () => {
  it('refuses the second reload of a corpus, and lets another corpus go on', async () => {
    await using server = await openVersionsOnDisk();
    const gate = Promise.withResolvers<void>();
    server.encoder.hold = gate.promise;
    const first = server.versions.reload('shop', FILES);
    await expect(server.versions.reload('shop', MORE)).rejects.toMatchObject({ code: 'aborted', reason: 'OPERATION_RUNNING' });
    const other = server.versions.reload('bank', FILES);
    gate.resolve();
    expect(await first).toMatchObject({ activated: true });
    expect(await other).toMatchObject({ activated: true });
  });

  it('refuses a rollback while a reload runs', async () => {
    await using server = await openVersionsOnDisk();
    await server.versions.reload('shop', FILES);
    const running = server.versions.reload('shop', MORE);
    await expect(server.versions.rollback('shop', undefined)).rejects.toMatchObject({ code: 'aborted' });
    await running;
  });

  it('cancels running reloads on closing, waits for them, and refuses later ones', async () => {
    await using server = await openVersionsOnDisk();
    server.encoder.hold = new Promise((resolve) => setTimeout(resolve, 100));
    const running = server.versions.reload('shop', FILES);
    const settled = expect(running).rejects.toMatchObject({ code: 'unavailable' });
    await server.versions.close();
    await settled;
    expect(await server.folders('shop')).toEqual([]);
    await expect(server.versions.reload('shop', FILES)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a reload under traffic', () => {
  it('keeps answering from the old version until the switch, and a held version to the end', async () => {
    await using server = await openVersionsOnDisk();
    const first = await server.versions.reload('shop', FILES);
    const held = await server.versions.acquire('shop');
    let running = true;
    const reloading = server.versions.reload('shop', MORE).finally(() => {
      running = false;
    });
    const served = new Set<string>();
    let longest = 0;
    while (running) {
      const start = performance.now();
      const loaded = await server.versions.acquire('shop');
      const vector = keywordVector('refund status', loaded.index.dimension);
      const { dense } = await loaded.index.search({ vector, terms: ['refund'], k: 1 });
      expect(loaded.questions[dense[0]?.row ?? -1]).toBe('refund status');
      served.add(loaded.version);
      longest = Math.max(longest, performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const second = await reloading;
    expect(served).toContain(first.version);
    expect(server.versions.active('shop')?.version).toBe(second.version);
    expect(held.version).toBe(first.version);
    expect(held.questions).toHaveLength(9);
    // Fitting takes hundreds of milliseconds and more: it must not show here. Generous, for busy machines.
    expect(longest).toBeLessThan(1_000);
  });
});
