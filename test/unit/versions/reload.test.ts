import { describe, expect, it } from 'vitest';
import type { ReloadProgress } from '../../../src/versions/contract.ts';
import { createFakeEncoder, keywordVector } from '../../support/fake-encoder.ts';
import { CHATTER, DELIVERY, type FaqItem, faqFile } from '../../support/faq-source.ts';
import { openVersionsOnDisk, removeFolder, temporaryFolder } from '../../support/versions-on-disk.ts';

const FILES = faqFile(DELIVERY, CHATTER);

function withQuestion(entries: readonly FaqItem[], id: string, questions: readonly string[]): readonly FaqItem[] {
  return entries.map((entry) => (entry.id === id ? { ...entry, questions } : entry));
}

describe('reload', () => {
  it('builds, activates and counts what it did', async () => {
    await using server = await openVersionsOnDisk();
    const result = await server.versions.reload('shop', FILES);
    expect(result).toMatchObject({ encoded: 11, reused: 0, removed: 0, entries: 3, questions: 9, intents: 3 });
    expect(result).toMatchObject({ activated: true, unchanged: false, previousVersion: undefined });
    expect(result.version).toMatch(/^v-[0-9a-f]{16}$/u);
    expect(server.versions.active('shop')?.version).toBe(result.version);
    expect(server.versions.anyActive).toBe(true);
    expect(server.problems).toEqual([]);
  });

  it('gives a version whose parts fit together', async () => {
    await using server = await openVersionsOnDisk();
    await server.versions.reload('shop', FILES);
    const loaded = await server.versions.acquire('shop');
    expect(loaded.intents).toEqual(['hours', 'refund', 'track']);
    expect(loaded.questions[0]).toBe('When do you open?');
    expect(Array.from(loaded.entryOfRow, (entry) => loaded.content.entries[entry]?.id)).toEqual([
      'hours',
      'hours',
      'hours',
      'refund',
      'refund',
      'refund',
      'track',
      'track',
      'track',
    ]);
    expect(loaded.rowsOfIntent.map((rows) => [...rows])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]);
    expect(loaded.exact.rows('REFUND STATUS!', () => true).map((row) => loaded.questions[row])).toEqual(['refund status']);
    expect(loaded.exact.refusal('Tell me a joke.')).toMatchObject({ everything: true });
    expect(loaded.scorer.intentCount).toBe(3);
    expect(loaded.calibratorDigest).toMatch(/^[0-9a-f]{64}$/u);
    const vector = keywordVector('track my parcel', loaded.index.dimension);
    const { dense } = await loaded.index.search({ vector, terms: ['parcel'], k: 3 });
    expect(loaded.questions[dense[0]?.row ?? -1]).toBe('track my parcel');
  });

  it('encodes nothing when nothing has changed', async () => {
    await using server = await openVersionsOnDisk();
    const first = await server.versions.reload('shop', FILES);
    const before = server.encoder.encoded.length;
    const second = await server.versions.reload('shop', FILES);
    expect(second).toMatchObject({ version: first.version, encoded: 0, reused: 11, removed: 0, unchanged: true, activated: true });
    expect(server.encoder.encoded.length).toBe(before);
    expect(await server.folders('shop')).toEqual([first.version]);
  });

  it('encodes one text when one question has changed, and counts the one that went', async () => {
    await using server = await openVersionsOnDisk();
    const first = await server.versions.reload('shop', FILES);
    const changed = withQuestion(DELIVERY, 'refund', ['How do I get a refund?', 'refund status', 'give my money back']);
    const second = await server.versions.reload('shop', faqFile(changed, CHATTER));
    expect(second).toMatchObject({ encoded: 1, reused: 10, removed: 1, unchanged: false, previousVersion: first.version });
    expect(server.encoder.encoded.at(-1)).toBe('give my money back');
  });

  it('builds a new version for a changed answer without encoding anything', async () => {
    await using server = await openVersionsOnDisk();
    const first = await server.versions.reload('shop', FILES);
    const second = await server.versions.reload(
      'shop',
      faqFile(
        DELIVERY.map((entry) => ({ ...entry, answer: 'Ask us.' })),
        CHATTER,
      ),
    );
    expect(second).toMatchObject({ encoded: 0, reused: 11, unchanged: false });
    expect(second.version).not.toBe(first.version);
  });

  it('takes the same entries in another order for the same version', async () => {
    await using server = await openVersionsOnDisk();
    const first = await server.versions.reload('shop', FILES);
    const second = await server.versions.reload('shop', faqFile([...DELIVERY].reverse(), [...CHATTER].reverse()));
    expect(second).toMatchObject({ version: first.version, unchanged: true });
  });

  it('encodes a text that two corpora share only once', async () => {
    await using server = await openVersionsOnDisk();
    await server.versions.reload('shop', FILES);
    expect(await server.versions.reload('bank', FILES)).toMatchObject({ encoded: 0, reused: 11, unchanged: false });
  });

  it('gives the same corpus under other settings another version', async () => {
    const dataDir = await temporaryFolder();
    const versions: string[] = [];
    for (const outOfScopeShare of [0.25, 0.1]) {
      await using server = await openVersionsOnDisk({ dataDir, settings: { outOfScopeShare } });
      await server.versions.restore();
      const result = await server.versions.reload('shop', FILES);
      expect(result.encoded + result.reused).toBe(11);
      versions.push(result.version);
    }
    expect(new Set(versions).size).toBe(2);
    await removeFolder(dataDir);
  });

  it('fits for the corpus’s own out-of-scope share, which stands in for the server’s', async () => {
    const own = [...FILES, { name: 'settings.yaml', data: Buffer.from('settings: {out_of_scope_share: 0.6}') }];
    const versions: string[] = [];
    for (const outOfScopeShare of [0.25, 0.1]) {
      await using server = await openVersionsOnDisk({ settings: { outOfScopeShare } });
      const result = await server.versions.reload('shop', own);
      expect(result.learnt.outOfScopeShare).toBe(0.6);
      versions.push(result.version);
    }
    await using server = await openVersionsOnDisk({ settings: { outOfScopeShare: 0.6 } });
    await server.versions.reload('shop', FILES);
    const likewise = server.versions.active('shop')?.scorer.calibrator;
    expect(server.versions.status()[0]?.outOfScopeShare).toBe(0.6);
    await server.versions.reload('shop', own);
    expect(server.versions.active('shop')?.scorer.calibrator).toEqual(likewise);
    // What the server would say bears on nothing of such a version.
    expect(new Set(versions).size).toBe(1);
  });

  it('keeps what the corpus and its intents demand through a restart, and warns of a precision out of reach', async () => {
    const dataDir = await temporaryFolder();
    const entries = DELIVERY.map((entry) => (entry.id === 'refund' ? { ...entry, min_confidence: 0.9, min_precision: 1 } : entry));
    const files = [...faqFile(entries, CHATTER), { name: 'settings.yaml', data: Buffer.from('settings: {min_precision: 0.85}') }];
    await using first = await openVersionsOnDisk({ dataDir });
    const { warnings, learnt } = await first.versions.reload('shop', files);
    expect(learnt.precisionThresholds.map(({ minPrecision }) => minPrecision)).toEqual([0.8, 0.85, 0.9, 0.95, 1]);
    expect(warnings.filter(({ code }) => code === 'unreachable_precision').map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('min_precision 1 of intent "refund"')]),
    );
    await first.versions.close();
    await using second = await openVersionsOnDisk({ dataDir });
    await second.versions.restore();
    expect(second.versions.active('shop')?.demands).toEqual({
      corpus: { minPrecision: 0.85 },
      // hours, refund, track
      ofIntent: [undefined, { minConfidence: 0.9, minPrecision: 1 }, undefined],
    });
    await removeFolder(dataDir);
  });

  it('learns nothing from questions that the encoder was adapted to, and says so', async () => {
    const learning = { ...createFakeEncoder(), hasLearnt: (text: string) => text.includes('refund') };
    await using server = await openVersionsOnDisk({ encoder: learning });
    const { warnings } = await server.versions.reload('shop', FILES);
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'learnt_questions', message: expect.stringContaining('adapted to 2 of these 9 questions') }),
    ]);
    // A version that is found stored is warned of too.
    expect((await server.versions.reload('shop', FILES)).warnings).toHaveLength(1);
    await using all = await openVersionsOnDisk({ encoder: { ...createFakeEncoder(), hasLearnt: () => true } });
    expect((await all.versions.reload('shop', FILES)).learnt.precisionThresholds.every(({ learnt }) => !learnt)).toBe(true);
    await using none = await openVersionsOnDisk();
    const plain = await none.versions.reload('shop', FILES);
    expect(plain.warnings).toEqual([]);
    expect(plain.learnt.precisionThresholds.every(({ learnt }) => learnt)).toBe(true);
  });

  it('learns from calibration rows, which are encoded once and read as a match reads them, in any order', async () => {
    const rows = [
      { utterance: 'is my parcel lost', intent: 'track' },
      { utterance: 'refnd please', intent: 'refund' },
      { utterance: 'sing a song', intent: null },
    ];
    const file = (some: readonly object[]) => ({ name: 'calibration.json', data: Buffer.from(JSON.stringify(some)) });
    const knowing = { ...createFakeEncoder(), hasWord: (word: string) => !word.startsWith('refn') };
    await using server = await openVersionsOnDisk({ encoder: knowing });
    const plain = await server.versions.reload('shop', FILES);
    expect(plain.calibrationRows).toBe(0);
    const taught = await server.versions.reload('shop', [...FILES, file(rows)]);
    expect(taught).toMatchObject({ encoded: 3, reused: 11, questions: 9, calibrationRows: 3, warnings: [] });
    expect(taught.version).not.toBe(plain.version);
    expect(knowing.encoded.slice(-3).sort()).toEqual(['is my parcel lost', 'refund please', 'sing a song']);
    expect(server.versions.active('shop')?.questions).toHaveLength(9);
    expect(server.versions.active('shop')?.content.calibration).toEqual(rows);
    const { calibratorDigest } = await server.versions.acquire('shop');
    expect(calibratorDigest).not.toBe((await server.versions.acquire('shop', plain.version)).calibratorDigest);
    expect(await server.versions.reload('shop', [file(rows.toReversed()), ...FILES])).toMatchObject({
      unchanged: true,
      version: taught.version,
      reused: 14,
    });
    await using second = await openVersionsOnDisk({ encoder: { ...createFakeEncoder(), hasWord: knowing.hasWord } });
    await second.versions.reload('shop', [file(rows.toReversed()), ...FILES]);
    expect(second.versions.active('shop')?.calibratorDigest).toBe(calibratorDigest);
  });

  it('warns of calibration rows that are all of one kind', async () => {
    await using server = await openVersionsOnDisk();
    const warned = async (rows: readonly object[]) => {
      const file = { name: 'calibration.json', data: Buffer.from(JSON.stringify(rows)) };
      return (await server.versions.reload('shop', [...FILES, file])).warnings;
    };
    const inside = { utterance: 'is my parcel lost', intent: 'track' };
    const outside = { utterance: 'sing a song', intent: null };
    expect(await warned([inside])).toMatchObject([
      { code: 'one_sided_calibration', message: expect.stringContaining('came 1, none of them out of scope') },
    ]);
    expect(await warned([outside])).toMatchObject([
      { code: 'one_sided_calibration', message: expect.stringContaining('none of them in scope') },
    ]);
    expect(await warned([inside, outside])).toEqual([]);
    expect(await warned([])).toEqual([]);
  });

  it('warns of calibration rows with another share out of scope than is expected, beyond chance', async () => {
    await using server = await openVersionsOnDisk();
    const warned = async (inside: number, outside: number, settings = '{}') => {
      const rows = [
        ...Array.from({ length: inside }, (_, i) => ({ utterance: `is parcel ${i} lost`, intent: 'track' })),
        ...Array.from({ length: outside }, (_, i) => ({ utterance: `sing song ${i}`, intent: null })),
      ];
      const files = [
        { name: 'calibration.json', data: Buffer.from(JSON.stringify(rows)) },
        { name: 'settings.yaml', data: Buffer.from(`settings: ${settings}`) },
      ];
      return (await server.versions.reload('shop', [...FILES, ...files])).warnings.map(({ message }) => message);
    };
    // Of 100 at a share of .25 chance gives 25, more or less, with a standard deviation of 4.33; three of them are 12.99.
    expect(await warned(63, 37)).toEqual([]);
    expect(await warned(87, 13)).toEqual([]);
    expect(await warned(62, 38)).toEqual([expect.stringMatching(/came 38 of 100\. .*out_of_scope_share: 0\.38/u)]);
    expect(await warned(88, 12)).toHaveLength(1);
    expect(await warned(61, 39, '{out_of_scope_share: 0.4}')).toEqual([]);
    expect(await warned(20, 29)).toEqual([]);
    // A share of nothing is none to write.
    expect(await warned(100, 0)).toEqual([expect.stringContaining('none of them out of scope')]);
  }, 60_000);

  it('stages without activating, and activates what it staged when asked', async () => {
    await using server = await openVersionsOnDisk();
    const staged = await server.versions.reload('shop', FILES, { stageOnly: true });
    expect(staged).toMatchObject({ activated: false, encoded: 11 });
    expect(server.versions.active('shop')).toBeUndefined();
    await expect(server.versions.acquire('shop')).rejects.toMatchObject({ code: 'failed_precondition', reason: 'NO_ACTIVE_VERSION' });
    expect((await server.versions.acquire('shop', staged.version)).version).toBe(staged.version);
    expect(await server.versions.activate('shop', staged.version)).toEqual({ version: staged.version, previous: undefined });
    expect(server.versions.active('shop')?.version).toBe(staged.version);
  });

  it('activates a staged version when the same files are loaded again', async () => {
    await using server = await openVersionsOnDisk();
    await server.versions.reload('shop', FILES, { stageOnly: true });
    expect(await server.versions.reload('shop', FILES)).toMatchObject({ unchanged: true, activated: true, encoded: 0 });
  });

  it('tells its phases in order and its counts upwards', async () => {
    await using server = await openVersionsOnDisk();
    const seen: ReloadProgress[] = [];
    await server.versions.reload('shop', FILES, { onProgress: (progress) => seen.push(progress) });
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(['read', 'encode', 'fit', 'write', 'activate']);
    for (const phase of ['read', 'encode', 'fit', 'write', 'activate']) {
      const steps = seen.filter((progress) => progress.phase === phase);
      expect(steps.map(({ done }) => done)).toEqual(steps.map(({ done }) => done).sort((left, right) => left - right));
      expect(steps.at(-1)).toMatchObject({ done: steps.at(-1)?.total });
    }
  });

  it('is not failed by a progress listener that throws', async () => {
    await using server = await openVersionsOnDisk();
    const onProgress = (): void => {
      throw new Error('the listener is gone');
    };
    expect(await server.versions.reload('shop', FILES, { onProgress })).toMatchObject({ activated: true });
    expect(server.problems[0]).toContain('the listener is gone');
  });

  it('refuses faulty files whole, with every fault, and changes nothing', async () => {
    await using server = await openVersionsOnDisk();
    const first = await server.versions.reload('shop', FILES);
    const faulty = faqFile([
      { id: 'a', questions: [] },
      { id: 'b', questions: ['b?'] },
      { id: 'b', questions: ['other b?'] },
    ]);
    const refusal = server.versions.reload('shop', faulty);
    await expect(refusal).rejects.toMatchObject({ code: 'invalid_argument', reason: 'CORPUS_FAULTY' });
    await expect(refusal).rejects.toSatisfy((error: { faults: readonly unknown[] }) => error.faults.length === 2);
    expect(server.versions.active('shop')?.version).toBe(first.version);
    expect(await server.versions.validate(faulty)).toMatchObject({ questions: 0, faults: [{}, {}] });
    expect(await server.versions.validate(FILES)).toMatchObject({ entries: 3, questions: 9, intents: 3, faults: [] });
  });

  it('passes warnings on, such as an entry without an answer', async () => {
    await using server = await openVersionsOnDisk();
    const result = await server.versions.reload('shop', faqFile([{ id: 'a', questions: ['a?'], answer: '' }, ...DELIVERY]));
    expect(result.warnings.map(({ code }) => code)).toContain('missing_answer');
  });

  it('loads a corpus of a single question', async () => {
    await using server = await openVersionsOnDisk();
    expect(await server.versions.reload('one', faqFile([{ id: 'a', questions: ['a?'] }]))).toMatchObject({ questions: 1, activated: true });
  });

  it('uses the hit scorer above the limits of kernel ridge', async () => {
    await using server = await openVersionsOnDisk({ settings: { maxRidgeQuestions: 5 } });
    await server.versions.reload('shop', FILES);
    expect(server.versions.active('shop')?.scorer.kind).toBe('hits');
  });

  it('leaves the active version alone when the encoder fails, and no trace of the new one', async () => {
    await using server = await openVersionsOnDisk({ encoder: createFakeEncoder() });
    const first = await server.versions.reload('shop', FILES);
    const { FaqError } = await import('../../../src/errors.ts');
    server.encoder.failure = new FaqError('internal', 'The inference worker died.');
    const more = faqFile([...DELIVERY, { id: 'new', questions: ['something new'] }]);
    await expect(server.versions.reload('shop', more)).rejects.toMatchObject({ code: 'internal' });
    expect(server.versions.active('shop')?.version).toBe(first.version);
    expect(await server.folders('shop')).toEqual([first.version]);
  });
});
