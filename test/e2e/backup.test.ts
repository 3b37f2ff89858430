/** Backup, restore and the move between embedded and Qdrant, against a real server. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MatchAnswer } from '../../src/answering/match-answer.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { qdrantFlags, runCopy } from '../support/copy-command.ts';
import { describeWithQdrant } from '../support/describe-with-qdrant.ts';
import type { createFakeEncoder } from '../support/fake-encoder.ts';
import { CHATTER, DELIVERY, faqFile } from '../support/faq-source.ts';
import { dropCollections } from '../support/qdrant-http.ts';
import { qdrantSettings } from '../support/qdrant-settings.ts';
import { eventually, openEmbeddedReplica, openReplica, type Replica } from '../support/replica.ts';

// Every version is a collection, and making one takes a busy machine a second.
vi.setConfig({ testTimeout: 60_000 });

const FILES = faqFile(DELIVERY, CHATTER);
const GROWN = faqFile([...DELIVERY, { id: 'gift', questions: ['can you wrap it as a gift'] }], CHATTER);
const OTHER = faqFile([{ id: 'only', questions: ['the only question', 'one question alone'] }], CHATTER);
const UTTERANCES = [
  'where is my parcel',
  'is my parcel lost',
  'money back',
  'gift wrap please',
  'sunday',
  'tell me a joke',
  'nonsense words',
];

function encodedBy({ encoder }: Replica): readonly string[] {
  return (encoder as ReturnType<typeof createFakeEncoder>).encoded;
}

async function answersOf(replica: Replica): Promise<readonly Omit<MatchAnswer, 'timings'>[]> {
  const answers: Omit<MatchAnswer, 'timings'>[] = [];
  for (const utterance of UTTERANCES) {
    const { timings: _, ...answer } = await replica.match(utterance);
    answers.push(answer);
  }
  return answers;
}

function expectSameAnswers(actual: readonly Omit<MatchAnswer, 'timings'>[], expected: readonly Omit<MatchAnswer, 'timings'>[]): void {
  for (const [place, answer] of actual.entries()) {
    const wanted = expected[place];
    expect(answer.decision).toBe(wanted?.decision);
    expect(answer.versions).toEqual(wanted?.versions);
    expect(answer.candidates.map(({ intent }) => intent)).toEqual(wanted?.candidates.map(({ intent }) => intent));
    for (const [rank, { confidence, similarity }] of answer.candidates.entries()) {
      expect(Math.abs(confidence - (wanted?.candidates[rank]?.confidence ?? Number.NaN))).toBeLessThan(1e-6);
      expect(Math.abs(similarity - (wanted?.candidates[rank]?.similarity ?? Number.NaN))).toBeLessThan(1e-5);
    }
  }
}

/** Every file of a data directory's corpora by path; not the pointers, which say when they were set. */
async function filesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const root = join(folder, 'corpora');
  const names = (await readdir(root, { recursive: true })).toSorted();
  const files = new Map<string, string>();
  for (const name of names) {
    if ((await stat(join(root, name))).isFile() && !name.endsWith('active.json'))
      files.set(name, await readFile(join(root, name), 'latin1'));
  }
  return files;
}

describeWithQdrant('backup and restore', (qdrant) => {
  let settings: QdrantSettings;
  let folder: string;
  let to: readonly string[];
  beforeEach(async () => {
    settings = qdrantSettings(qdrant());
    to = qdrantFlags(settings);
    folder = await mkdtemp(join(tmpdir(), 'faqmatch-backup-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
    await dropCollections(qdrant(), settings.prefix);
  });
  const at = (name: string): string => join(folder, name);

  test('embedded to Qdrant and back: nothing is encoded, every byte and every answer is the same, and so is what a rollback goes to', async () => {
    await using first = await openEmbeddedReplica(at('data'));
    const old = await first.versions.reload('delivery', FILES);
    const grown = await first.versions.reload('delivery', GROWN);
    const answers = await answersOf(first);

    const restored = await runCopy('restore', at('data'), ...to);
    expect(restored).toMatchObject({
      code: 0,
      corpora: [{ corpus: 'delivery', versions: [old.version, grown.version], copied: 2, active: grown.version, replaced: '' }],
    });
    await using remote = await openReplica(settings);
    expectSameAnswers(await answersOf(remote), answers);
    expect(await remote.store.active('delivery')).toMatchObject({ version: grown.version, previous: old.version });
    expect(encodedBy(remote)).toEqual([]);

    expect(await runCopy('backup', at('back'), ...to)).toMatchObject({ code: 0, corpora: [{ copied: 2, active: grown.version }] });
    expect(await filesOf(at('back'))).toEqual(await filesOf(at('data')));
    await using back = await openEmbeddedReplica(at('back'));
    expect(await answersOf(back)).toEqual(answers);
    expect(encodedBy(back)).toEqual([]);
    await back.versions.rollback('delivery', undefined);
    expect(back.versions.active('delivery')?.version).toBe(old.version);
  });

  test('only the named corpora are copied, and an unknown one is refused before anything is', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', FILES);
    await replica.versions.reload('other', OTHER);
    const refused = await runCopy('backup', at('none'), 'other', 'nowhere', ...to);
    expect(refused).toMatchObject({ code: 4, corpora: [] });
    expect(refused.err).toContain('There is no corpus "nowhere". There are: delivery, other.');
    expect(await runCopy('backup', at('one'), 'other', ...to)).toMatchObject({ code: 0, corpora: [{ corpus: 'other', copied: 1 }] });
    expect(await readdir(at('one/corpora'))).toEqual(['other']);
  });

  test('the active version and the one before are copied, all of them with --all', async () => {
    await using replica = await openReplica(settings);
    for (const files of [OTHER, FILES, GROWN]) await replica.versions.reload('delivery', files);
    expect((await runCopy('backup', at('two'), ...to)).corpora[0]?.versions).toHaveLength(2);
    expect(await readdir(at('two/corpora/delivery/versions'))).toHaveLength(2);
    expect((await runCopy('backup', at('two'), ...to, '--all')).corpora[0]).toMatchObject({ copied: 1 });
    expect(await readdir(at('two/corpora/delivery/versions'))).toHaveLength(3);
  });

  test('run twice it copies nothing anew; after a rollback it only makes active in the folder what is active in the store', async () => {
    await using replica = await openReplica(settings);
    const old = await replica.versions.reload('delivery', FILES);
    const grown = await replica.versions.reload('delivery', GROWN);
    await runCopy('backup', at('b'), ...to);
    const before = await stat(at(`b/corpora/delivery/versions/${old.version}/vectors.f32`));
    expect((await runCopy('backup', at('b'), ...to)).corpora[0]).toMatchObject({ copied: 0, active: grown.version, replaced: '' });
    await replica.versions.rollback('delivery', undefined);
    expect((await runCopy('backup', at('b'), ...to)).corpora[0]).toMatchObject({ copied: 0, active: old.version, replaced: grown.version });
    expect((await stat(at(`b/corpora/delivery/versions/${old.version}/vectors.f32`))).mtimeMs).toBe(before.mtimeMs);
    expect(await (await openEmbeddedStore({ dataDir: at('b'), readOnly: true })).active('delivery')).toMatchObject({
      version: old.version,
      previous: grown.version,
    });
    // The other way too.
    expect((await runCopy('restore', at('b'), ...to)).corpora[0]).toMatchObject({ copied: 0, active: old.version });
  });

  test('a damaged file of an earlier backup is written anew', async () => {
    await using replica = await openReplica(settings);
    const { version } = await replica.versions.reload('delivery', FILES);
    await runCopy('backup', at('b'), ...to);
    const whole = await filesOf(at('b'));
    await rm(at(`b/corpora/delivery/versions/${version}/rows.jsonl`));
    expect((await runCopy('backup', at('b'), ...to)).corpora[0]).toMatchObject({ copied: 1 });
    for (const [name, bytes] of whole) expect((await filesOf(at('b'))).get(name)).toEqual(bytes);
  });

  test.each(['qdrant', 'embedded'])(
    'while a server on %s answers and reloads, and lets old versions go, every backup is whole',
    async (kind) => {
      const options = { keep: 2 };
      await using replica = await (kind === 'qdrant' ? openReplica(settings, options) : openEmbeddedReplica(at('data'), options));
      const source = kind === 'qdrant' ? to : ['--index', 'embedded', '--data-dir', at('data')];
      await replica.versions.reload('delivery', FILES);
      let stop = false;
      const reloads = (async () => {
        for (let size = 0; !stop; size = (size + 1) % 4) {
          await replica.versions.reload(
            'delivery',
            faqFile([...DELIVERY, { id: 'more', questions: [`question of round ${size}`] }], CHATTER),
          );
          expect((await replica.match('where is my parcel')).candidates[0]?.intent).toBe('track');
          await sleep(50);
        }
      })();
      try {
        for (let round = 0; round < 4; round += 1) {
          const run = await runCopy('backup', at(`b${round}`), ...source, '--all');
          expect(run).toMatchObject({ code: 0, err: '' });
          const store = await openEmbeddedStore({ dataDir: at(`b${round}`), readOnly: true });
          expect((await store.active('delivery'))?.version).toBe(run.corpora[0]?.active);
          for (const { manifest } of await store.list('delivery')) await store.open('delivery', manifest.version);
        }
      } finally {
        stop = true;
        await reloads;
      }
    },
  );

  test('a restore over a newer active version puts the backup in force everywhere, and a rollback undoes it', async () => {
    await using replica = await openReplica(settings);
    const old = await replica.versions.reload('delivery', FILES);
    await runCopy('backup', at('b'), ...to);
    const grown = await replica.versions.reload('delivery', GROWN);
    const restored = await runCopy('restore', at('b'), ...to);
    expect(restored.corpora[0]).toMatchObject({ copied: 0, active: old.version, replaced: grown.version });
    await eventually('the replica follows', () => replica.versions.active('delivery')?.version === old.version);
    await replica.versions.rollback('delivery', undefined);
    expect(replica.versions.active('delivery')?.version).toBe(grown.version);
  });

  test('a restore into a corpus that a replica is reloading is refused and changes nothing', async () => {
    await using replica = await openReplica(settings);
    await replica.versions.reload('delivery', FILES);
    await runCopy('backup', at('b'), ...to);
    const grown = await replica.versions.reload('delivery', GROWN);
    const refused = await replica.store.exclusively('delivery', new AbortController().signal, () => runCopy('restore', at('b'), ...to));
    expect(refused).toMatchObject({ code: 6, corpora: [] });
    expect(refused.err).toContain('Another replica is changing corpus "delivery"');
    expect(await replica.store.active('delivery')).toMatchObject({ version: grown.version });
  });

  test('with --no-activate a restore stores and changes nothing that is active', async () => {
    await using replica = await openReplica(settings);
    const old = await replica.versions.reload('delivery', FILES);
    await runCopy('backup', at('b'), ...to);
    const grown = await replica.versions.reload('delivery', GROWN);
    await replica.store.remove('delivery', old.version);
    const restored = await runCopy('restore', at('b'), ...to, '--no-activate');
    expect(restored.corpora[0]).toMatchObject({ copied: 1, active: grown.version, replaced: '' });
    expect((await replica.versions.list('delivery')).map(({ version }) => version)).toContain(old.version);
    await replica.versions.activate('delivery', old.version);
    expect((await replica.match('where is my parcel')).versions.corpus).toBe(old.version);
  });
});
