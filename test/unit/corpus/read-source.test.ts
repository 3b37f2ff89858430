import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGoldenName } from '../../../src/corpus/formats.ts';
import { inlineSource } from '../../../src/corpus/inline-source.ts';
import { parseCorpus, parseGolden } from '../../../src/corpus/parse-corpus.ts';
import { readLocalSource, readSource } from '../../../src/corpus/read-source.ts';
import { isInside } from '../../../src/corpus/source-path.ts';

let folder = '';
let root = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faqmatch-source-'));
  root = join(folder, 'root');
  await mkdir(join(root, 'shop', 'more'), { recursive: true });
  await mkdir(join(root, 'shop', '.git'));
  await mkdir(join(root, 'empty'));
  await mkdir(join(root, 'links'));
  const files = [
    'shop/faq.yaml',
    'shop/golden.yaml',
    'shop/golden.csv',
    'shop/notes.txt',
    'shop/.hidden.yaml',
    'shop/.git/x.yaml',
    'shop/more/b.csv',
    'shop/more/a.jsonl',
  ];
  for (const file of files) await writeFile(join(root, file), file);
  await writeFile(join(folder, 'secret.yaml'), 'secret');
  await mkdir(join(folder, 'root-beside'));
  await writeFile(join(folder, 'root-beside', 'faq.yaml'), 'beside');
  await symlink(join(folder, 'secret.yaml'), join(root, 'links', 'out.yaml'));
  await symlink('shop/faq.yaml', join(root, 'links-inside.yaml'));
  await symlink('..', join(root, 'up'));
  await symlink('../root-beside', join(root, 'beside'));
  await symlink('nowhere', join(root, 'dangling.yaml'));
  await symlink('loop.yaml', join(root, 'loop.yaml'));
  await mkdir(join(root, 'cycle'));
  await writeFile(join(root, 'cycle', 'faq.yaml'), 'x');
  await symlink('../cycle', join(root, 'cycle', 'again'));
  await mkdir(join(folder, 'private'));
  await symlink('../private', join(root, 'private'));
  await mkdir(join(root, 'listed'));
  await writeFile(join(root, 'listed', 'faq.yaml'), 'x');
  await symlink('../../root-beside', join(root, 'listed', 'away'));
  const deep = join(root, 'deep', ...'12345678');
  await mkdir(join(deep, '9'), { recursive: true });
  for (const place of [deep, join(deep, '9')]) await writeFile(join(place, 'faq.yaml'), 'x');
  await mkdir(join(root, 'many'));
  for (let file = 0; file < 1_000; file += 1) await writeFile(join(root, 'many', `${file}.yaml`), '');
  execFileSync('mkfifo', [join(root, 'pipe.yaml')]);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const names = async (path: string) => (await readSource({ root, path })).map((file) => file.name);

describe('readSource', () => {
  it('reads a file with the golden files beside it', async () => {
    expect(await names('shop/faq.yaml')).toEqual(['faq.yaml', 'golden.csv', 'golden.yaml']);
    expect(await names('shop/golden.yaml')).toEqual(['golden.yaml']);
  });

  it('reads the FAQ files of a folder and its subfolders by name, dot files left out', async () => {
    expect(await names('shop')).toEqual(['faq.yaml', 'golden.csv', 'golden.yaml', 'more/a.jsonl', 'more/b.csv']);
    const files = await readSource({ root, path: './shop/' });
    expect(new TextDecoder().decode(files[3]?.data)).toBe('shop/more/a.jsonl');
  });

  it('follows a link that stays below the root', async () => {
    expect(await names('links-inside.yaml')).toEqual(['faq.yaml', 'golden.csv', 'golden.yaml']);
  });

  it.each(['/etc/passwd', '../secret.yaml', 'shop/../../secret.yaml', '..', '', 'a\u0000b', 'shop\\faq.yaml', 'C:/faq.yaml', 'a\nb'])(
    'refuses %j',
    async (path) => {
      await expect(readSource({ root, path })).rejects.toMatchObject({ code: 'invalid_argument', field: 'path' });
    },
  );

  it.each(['links/out.yaml', 'links', 'up', 'up/secret.yaml', 'beside', 'beside/faq.yaml', 'private'])(
    'refuses %s, which leads out of the root',
    async (path) => {
      const error = await readSource({ root, path }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'permission_denied' });
      expect(String(error)).not.toContain(folder);
    },
  );

  it.each([
    ['nothing there', 'missing', 'not_found'],
    ['a file taken for a folder', 'shop/faq.yaml/x', 'not_found'],
    ['a folder without FAQ files', 'empty', 'not_found'],
    ['a link to nowhere', 'dangling.yaml', 'not_found'],
    ['a link to itself', 'loop.yaml', 'invalid_argument'],
    ['a name too long', 'x'.repeat(5_000), 'invalid_argument'],
    ['a pipe', 'pipe.yaml', 'invalid_argument'],
  ])('answers %s without hanging and without the path on the server', async (_, path, code) => {
    const error = await readSource({ root, path }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(folder);
  });

  it.each([
    ['/a/b', true],
    ['/a/b/..c', true],
    ['/a', false],
    ['/a/bc', false],
    ['/a/c/b', false],
  ])('%s lies in /a/b: %s', (path, inside) => {
    expect(isInside('/a/b', path)).toBe(inside);
  });

  it('leaves out a folder that a link names outside of the root', async () => {
    expect(await names('listed')).toEqual(['faq.yaml']);
  });

  it('looks eight folders deep, and takes a thousand files and no more', async () => {
    expect(await names('deep')).toEqual(['1/2/3/4/5/6/7/8/faq.yaml']);
    expect(await names('many')).toHaveLength(1_000);
    await writeFile(join(root, 'many', 'more.yaml'), '');
    await expect(names('many')).rejects.toMatchObject({ code: 'invalid_argument', field: 'path' });
  });

  it('gives up on folders that hold themselves after a bounded number of steps', async () => {
    expect((await names('cycle')).length).toBeLessThan(20);
  });

  it('refuses more bytes than allowed', async () => {
    await expect(readSource({ root, path: 'shop', maxBytes: 20 })).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'SOURCE_TOO_LARGE',
      message: expect.stringMatching(
        /^Expected FAQ files of at most 20 bytes together, came \d+ bytes or more in "shop"; split the corpus\.$/u,
      ),
    });
    // A file that says that it is empty and is not.
    if (process.platform === 'linux')
      await expect(readLocalSource('/proc/self/status', { maxBytes: 10 })).rejects.toMatchObject({ reason: 'SOURCE_TOO_LARGE' });
    const heavy = join(folder, 'heavy.jsonl');
    await writeFile(heavy, '');
    await truncate(heavy, 64 * 1024 * 1024 + 1);
    await expect(readLocalSource(heavy)).rejects.toThrow(/at most 64 MiB together, came 64\.1 MiB or more/u);
    await rm(heavy);
  });

  describe('with a golden file that cannot be read', () => {
    const beside = (name: string): string => join(root, 'beside-golden', name);
    beforeAll(async () => {
      await mkdir(beside('golden.yaml'), { recursive: true });
      await mkdir(beside('sub'));
      await writeFile(beside('faq.yaml'), 'entries:\n  - {id: a, questions: [q], answer: x}\n');
      await writeFile(beside('sub/golden.yaml'), '- {utterance: what is q, intent: a}\n');
      await symlink('nowhere', beside('golden.json'));
      await symlink('golden.jsonl', beside('golden.jsonl'));
      await symlink(join(folder, 'secret.yaml'), beside('golden.yml'));
      execFileSync('mkfifo', [beside('golden.csv')]);
    });
    const EXPECTED = {
      'golden.csv': /^Expected a regular file, came "golden\.csv", which is none; put a golden file in its place\.$/u,
      'golden.json': /does not exist/u,
      'golden.jsonl': /mend its links/u,
      'golden.yaml': /^Expected a regular file/u,
      'golden.yml': /a link that leads out of it/u,
    };

    it.each(['beside-golden', 'beside-golden/faq.yaml'])('reads the rest of %s, and says of each why', async (path) => {
      const files = await readSource({ root, path });
      const unread = files.filter(({ unreadable }) => unreadable !== undefined);
      expect(unread.map(({ name, data }) => [name, data.length])).toEqual(Object.keys(EXPECTED).map((name) => [name, 0]));
      for (const [place, said] of Object.values(EXPECTED).entries()) expect(unread[place]?.unreadable).toMatch(said);
      expect(JSON.stringify(unread)).not.toContain(folder);
      const { corpus, faults, warnings } = parseCorpus(files);
      expect(corpus?.entries).toHaveLength(1);
      expect(faults).toEqual([]);
      expect(warnings.map(({ file, code }) => [file, code])).toEqual(Object.keys(EXPECTED).map((name) => [name, 'unreadable_file']));
      // Where they are what is asked for, it is a fault.
      expect(parseGolden(files.filter(({ name }) => isGoldenName(name)))).toMatchObject({ golden: undefined, faults: warnings });
    });

    it('fails where it is named itself', async () => {
      for (const name of ['golden.csv', 'golden.json', 'golden.yml'])
        await expect(readSource({ root, path: `beside-golden/${name}` })).rejects.toMatchObject({ field: 'path' });
    });

    it('counts one that is too large as such, and leaves the room to FAQ files after it', async () => {
      await mkdir(join(root, 'large'));
      await writeFile(join(root, 'large', 'golden.yaml'), 'x'.repeat(15));
      await writeFile(join(root, 'large', 'shop.yaml'), 'x'.repeat(15));
      expect(await readSource({ root, path: 'large', maxBytes: 20 })).toMatchObject([
        { name: 'golden.yaml', unreadable: expect.stringMatching(/came 30 bytes or more in "large"; shorten the golden file\.$/u) },
        { name: 'shop.yaml', data: { length: 15 } },
      ]);
      await expect(readSource({ root, path: 'large', maxBytes: 10 })).rejects.toMatchObject({ reason: 'SOURCE_TOO_LARGE' });
    });
  });

  it('stops when the caller left, and says when the root is missing', async () => {
    await expect(readSource({ root, path: 'shop', signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(readSource({ root: join(folder, 'none'), path: 'shop' })).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});

describe('readLocalSource', () => {
  it('reads any path of the user, links followed', async () => {
    expect(await readLocalSource(join(root, 'links', 'out.yaml'))).toMatchObject([{ name: 'out.yaml' }]);
    await expect(readLocalSource(join(folder, 'none'))).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('none", which does not exist; check the path.'),
    });
  });
});

describe('inlineSource', () => {
  const data = new Uint8Array([1]);

  it('names the data by its format and keeps the other files', () => {
    expect(inlineSource({ format: 'YAML', data, files: [{ name: 'golden.csv', data }] }).map((file) => file.name)).toEqual([
      'faq.yaml',
      'golden.csv',
    ]);
  });

  it('takes a name for the data, which is that of an FAQ file in its format', () => {
    const named = (name: string) => inlineSource({ format: 'yaml', data, name, files: [{ name: 'golden.csv', data }] });
    for (const name of ['My questions.yaml', 'shop.YML']) expect(named(name).map((file) => file.name)).toEqual([name, 'golden.csv']);
    for (const name of ['', 'a/b.yaml', 'shop.csv', 'golden.yaml', 'notes.txt', `${'x'.repeat(256)}.yaml`])
      expect(() => named(name)).toThrow(expect.objectContaining({ code: 'invalid_argument', field: 'inline.name' }));
  });

  it('refuses two further files of one name', () => {
    const twice = [1, 2].map(() => ({ name: 'golden.yaml', data }));
    expect(() => inlineSource({ format: 'yaml', data, files: twice })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', field: 'inline.files[1].name' }),
    );
  });

  it('refuses an unknown format', () => {
    expect(() => inlineSource({ format: 'xlsx', data, files: [] })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', field: 'inline.format' }),
    );
    expect(() => inlineSource({ format: '', data, files: [] })).toThrow('format');
  });

  it.each(['', '.', '..', 'a/b.yaml', '..\\b.yaml', 'C:a.yaml', 'a\u0000.yaml', 'notes.txt', 'faq.yaml', `${'x'.repeat(256)}.yaml`])(
    'refuses %j as the name of a further file',
    (name) => {
      const field = 'inline.files[0].name';
      expect(() => inlineSource({ format: 'yaml', data, files: [{ name, data }] })).toThrow(
        expect.objectContaining({ code: 'invalid_argument', field }),
      );
    },
  );
});
