import { describe, expect, it } from 'vitest';
import type { LoadedVersion } from '../../../src/versions/contract.ts';
import { createOpenedVersions } from '../../../src/versions/opened-versions.ts';

function setUp(capacity = 2) {
  const opens: string[] = [];
  let time = 0;
  let broken = false;
  const opened = createOpenedVersions({
    capacity,
    graceMs: 100,
    now: () => time,
    open: async (corpus, version) => {
      opens.push(version);
      if (broken) throw new Error('unreadable');
      return { corpus, version } as LoadedVersion;
    },
  });
  return { opened, opens, advance: (ms: number) => (time += ms), breakDisk: (value: boolean) => (broken = value) };
}

describe('opened versions', () => {
  it('opens once for many who ask at once', async () => {
    const { opened, opens } = setUp();
    await Promise.all([opened.get('c', 'a'), opened.get('c', 'a'), opened.get('c', 'a')]);
    expect(opens).toEqual(['a']);
  });

  it('lets the least recently used go', async () => {
    const { opened, opens } = setUp();
    for (const version of ['a', 'b', 'a', 'c', 'a', 'b']) await opened.get('c', version);
    expect(opens).toEqual(['a', 'b', 'c', 'b']);
  });

  it('does not remember a failure', async () => {
    const { opened, opens, breakDisk } = setUp();
    breakDisk(true);
    await expect(opened.get('c', 'a')).rejects.toThrow('unreadable');
    breakDisk(false);
    expect((await opened.get('c', 'a')).version).toBe('a');
    expect(opens).toEqual(['a', 'a']);
  });

  it('lets nothing go for names that do not open', async () => {
    const { opened, opens, breakDisk } = setUp();
    for (const version of ['a', 'b']) await opened.get('c', version);
    breakDisk(true);
    for (const version of ['x', 'y', 'z']) await expect(opened.get('c', version)).rejects.toThrow('unreadable');
    expect(opened.inUse('c', 'a')).toBe(true);
    for (const version of ['a', 'b']) await opened.get('c', version);
    expect(opens).toEqual(['a', 'b', 'x', 'y', 'z']);
  });

  it('keeps nothing that was forgotten while it was being opened', async () => {
    const { opened, opens } = setUp();
    const first = opened.get('c', 'a');
    opened.forget('c', 'a');
    await first;
    expect(opened.inUse('c', 'a')).toBe(false);
    await opened.get('c', 'a');
    expect(opens).toEqual(['a', 'a']);
  });

  it('calls a version in use while it is being opened', async () => {
    const { opened } = setUp();
    const opening = opened.get('c', 'a');
    expect(opened.inUse('c', 'a')).toBe(true);
    expect(opened.inUse('c', 'b')).toBe(false);
    await opening;
  });

  it('calls a version in use for a while after it was asked for', async () => {
    const { opened, advance } = setUp();
    await opened.get('c', 'a');
    advance(99);
    expect(opened.inUse('c', 'a')).toBe(true);
    advance(2);
    expect(opened.inUse('c', 'a')).toBe(false);
    await opened.get('c', 'a');
    expect(opened.inUse('c', 'a')).toBe(true);
    opened.forget('c', 'a');
    expect(opened.inUse('c', 'a')).toBe(false);
    expect(opened.inUse('c', 'unknown')).toBe(false);
  });
});
