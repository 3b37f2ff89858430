import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { fakeTerminal } from '../../support/fake-terminal.ts';
import { copyModel, editJson, tinyModel } from '../../support/model-fixtures.ts';

async function check(folder: string) {
  const terminal = fakeTerminal();
  const code = await runProgram(['model', 'check', folder, '--json'], terminal);
  const findings: readonly { check: string; state: string; detail: string; next: string }[] = terminal.written.map((line) =>
    JSON.parse(line),
  );
  return { code, findings, err: terminal.complaints.join('\n') };
}

async function spoiled(spoil: (folder: string) => Promise<void>, name: Parameters<typeof tinyModel>[0] = 'tiny-pooled') {
  const folder = await copyModel(tinyModel(name));
  await spoil(folder);
  return await check(folder);
}

describe('faqmatch model check', () => {
  test.each(['tiny-pooled', 'tiny-mean', 'tiny-cls'] as const)('finds %s whole', async (name) => {
    const { code, findings } = await check(tinyModel(name));
    expect(findings.map(({ check: what, state }) => [what, state])).toEqual([
      ['files', 'ok'],
      ['model', 'ok'],
      ['inference', 'ok'],
      ['parity', 'ok'],
    ]);
    expect(code).toBe(0);
  });

  test('takes a shipped model by its name, and says what it found where there is no folder', async () => {
    expect((await check('faqmatch-minilm-l6')).code).toBe(0);
    const file = join(tinyModel('tiny-pooled'), 'config.json');
    expect(await check(file)).toMatchObject({ code: 4, err: expect.stringContaining(`found "${file}", which is a file`) });
    expect(await check('./nope')).toMatchObject({ code: 4, err: expect.stringContaining('found none at "./nope"') });
    expect(await check('')).toMatchObject({ code: 4, err: expect.stringContaining('found an empty name') });
  });

  test('names every file that is missing or differs, and asks nothing more of the folder', async () => {
    const { code, findings } = await spoiled(async (folder) => {
      await rm(join(folder, 'config.json'));
      await writeFile(join(folder, 'tokenizer.json'), '{}');
    });
    expect(code).toBe(6);
    expect(findings).toMatchObject([{ check: 'files', state: 'fail' }]);
    expect(findings[0]?.detail).toContain('config.json is missing; tokenizer.json differs from its checksum');
  });

  test('names each row whose vector is not that of the reference', async () => {
    const { code, findings, err } = await spoiled((folder) =>
      editJson(folder, 'parity.json', (value) => {
        const vectors = value.vectors as number[][];
        return {
          ...value,
          vectors: vectors.map((vector, row) => (row === 2 || row === 5 ? vector.map((number) => -number) : vector)),
        };
      }),
    );
    expect(code).toBe(6);
    expect(err).toContain('2 of 5 checks failed');
    expect(findings.filter(({ state }) => state === 'fail').map(({ check: what }) => what)).toEqual(['parity 3', 'parity 6']);
    expect(findings.find(({ check: what }) => what === 'parity 3')?.detail).toContain('"how do I reset my password": cosine -1.0000');
  });

  test.each([
    ['{"texts":["a"', 'cut off'],
    ['{"texts":["a","b"],"vectors":[[1]]}', '2 texts and 1 vectors'],
    ['{"texts":["a"],"vectors":[[1,0]]}', 'vector 1 has 2 numbers and the model gives 32'],
  ])('refuses a parity.json of %s', async (text, said) => {
    const { code, findings } = await spoiled((folder) => writeFile(join(folder, 'parity.json'), text));
    expect(code).toBe(6);
    expect(findings.at(-1)).toMatchObject({ check: 'parity', state: 'fail' });
    expect(findings.at(-1)?.detail).toContain(said);
  });

  test('warns of what cannot be checked and of files that nobody lists', async () => {
    const { code, findings } = await spoiled(async (folder) => {
      await rm(join(folder, 'parity.json'));
      await writeFile(join(folder, 'notes.txt'), 'hello');
    });
    expect(code).toBe(0);
    expect(findings.filter(({ state }) => state === 'warn').map(({ detail }) => detail)).toEqual([
      'not listed in faqmatch.json: notes.txt',
      'no parity.json, so the vectors cannot be held to a reference',
    ]);
  });

  describe('without faqmatch.json', () => {
    const plain = (name: Parameters<typeof tinyModel>[0], spoil: (folder: string) => Promise<void> = async () => undefined) =>
      spoiled(async (folder) => {
        await rm(join(folder, 'faqmatch.json'));
        await spoil(folder);
      }, name);
    const asks = (mode: string) => (folder: string) =>
      editJson(folder, '1_Pooling/config.json', () => ({ word_embedding_dimension: 32, pooling_mode: mode }));
    const detailOf = (findings: readonly { check: string; detail: string }[], check: string) =>
      findings.find((finding) => finding.check === check)?.detail;

    test('says who pools: the graph, whatever the config says, or the config', async () => {
      const graph = await plain('tiny-pooled', asks('cls'));
      expect(graph.code).toBe(0);
      expect(detailOf(graph.findings, 'inference')).toMatch(
        /pooled by the graph \(the pooling config says cls and has no part in them\)$/u,
      );
      const config = await plain('tiny-cls');
      expect(config.code).toBe(0);
      expect(detailOf(config.findings, 'inference')).toMatch(/pooled here as the pooling config says \(cls\)$/u);
    });

    test.each([
      ['tiny-mean', 'cls', 'mean'],
      ['tiny-max', 'mean', 'max'],
      ['tiny-cls', 'max', 'cls'],
    ] as const)('names the pooling of %s where the config asks for %s, in one line', async (name, asked, right) => {
      const { code, findings } = await plain(name, asks(asked));
      expect(code).toBe(6);
      const failures = findings.filter(({ state }) => state === 'fail');
      expect(failures).toMatchObject([{ check: 'pooling', next: expect.stringContaining(`Set "pooling_mode": "${right}"`) }]);
      expect(failures[0]?.detail).toMatch(new RegExp(`not as the reference with ${asked} pooling .*, and all are with ${right} `, 'u'));
    });

    test('does not send a person to the pooling where no pooling would help', async () => {
      const negated = (folder: string) =>
        editJson(folder, 'parity.json', (value) => ({
          ...value,
          vectors: (value.vectors as number[][]).map((vector) => vector.map((number) => -number)),
        }));
      const config = await plain('tiny-mean', negated);
      expect(config.code).toBe(6);
      expect(config.findings.at(-1)?.next).toMatch(
        /^No other pooling gives the reference either\. parity\.json was made by other weights/u,
      );
      const graph = await plain('tiny-pooled', negated);
      expect(graph.findings.at(-1)?.next).toMatch(/^The graph pools by itself\. parity\.json was made by other weights/u);
    });

    test('says what is not known without a reference', async () => {
      const withoutParity = (folder: string) => rm(join(folder, 'parity.json'));
      const graph = await plain('tiny-pooled', withoutParity);
      expect(graph.findings.at(-1)).toMatchObject({
        state: 'warn',
        detail: expect.stringMatching(/which pooling the graph does is not known$/u),
      });
      const config = await plain('tiny-cls', withoutParity);
      expect(config.findings.at(-1)?.detail).toMatch(/whether cls pooling is right is not known$/u);
    });
  });

  test('says that a folder is not there, and that one is no model', async () => {
    expect(await check('/nonexistent/model')).toMatchObject({ code: 4, findings: [] });
    const empty = await mkdtemp(join(tmpdir(), 'faqmatch-model-'));
    const { code, findings } = await check(empty);
    expect(code).toBe(6);
    expect(findings.at(-1)?.detail).toContain('no model in this folder');
  });
});
