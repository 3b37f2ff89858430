import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkFit } from '../../../src/cli/doctor-fit.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { type ModelFolder, readModelFolder } from '../../../src/encoder/model-folder.ts';
import { withOptions } from '../../../src/encoder/model-options.ts';
import { SHIPPED_MODEL } from '../../support/model-fixtures.ts';

let root: string;
let model: ModelFolder;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'faqmatch-fit-'));
  model = await readModelFolder(SHIPPED_MODEL);
  const files = {
    shop: {
      entries: [
        {
          id: 'order',
          questions: ['Where is my order?', 'How can I send back what I do not like, and who pays for it?', 'May I pay when it comes?'],
          answer: 'Here.',
        },
      ],
    },
    laden: { entries: [{ id: 'lang', questions: ['please tell me now '.repeat(90)], answer: 'Ja.' }] },
    kiosk: { entries: [{ id: 'open', questions: ['When are you open?'], answer: 'Always.' }] },
    broken: { entries: 'none' },
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'faq.json'), JSON.stringify(content));
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

const findings = (used: ModelFolder) => checkFit(loadConfig({ environment: {}, flags: { corpusRoot: root } }).config, used);

it('says which corpora the model suits and warns of the others, those that do not parse left out', async () => {
  expect(await findings(model)).toEqual([
    expect.objectContaining({ name: 'fit', state: 'ok', detail: expect.stringMatching(/suit shop$/u) }),
    expect.objectContaining({ name: 'fit', state: 'ok', detail: 'too few words to tell whether the model suits kiosk' }),
    expect.objectContaining({ name: 'fit: length', state: 'warn', detail: expect.stringMatching(/^laden, questions: 1 of 1/u) }),
  ]);
});

it('knows an E5 model by its name and misses its prompts until they are set', async () => {
  const e5 = { ...model, name: 'intfloat/multilingual-e5-small@0123' };
  expect((await findings(e5))[0]).toMatchObject({ name: 'prompts', state: 'warn', next: expect.stringContaining('FAQMATCH_QUERY_PROMPT') });
  const prompted = withOptions(e5, { queryPrompt: '"query: "', storedPrompt: '"query: "' });
  expect((await findings(prompted)).map(({ name }) => name)).not.toContain('prompts');
});
