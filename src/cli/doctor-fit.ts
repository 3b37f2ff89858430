/** The doctor's look at model and corpora together: words, scripts and lengths that the model was not made for, and prompts it wants. */
import { readdir } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import { parseCorpus } from '../corpus/parse-corpus.ts';
import { readSource } from '../corpus/read-source.ts';
import type { ModelFolder } from '../encoder/model-folder.ts';
import { createFitJudge } from '../quality/model-fit.ts';
import { type Finding, ok, warn } from './doctor-checks.ts';

/** E5 models say in their card alone that they want prompts. */
function checkPrompts(model: ModelFolder): readonly Finding[] {
  const { utterance, stored } = model.prompts.chosen;
  if (utterance !== '' || stored !== '' || !/(?:^|[-_/])e5(?:[-_]|$)/iu.test(model.name)) return [];
  return [
    warn(
      'prompts',
      `${model.name} looks like an E5 model, which was trained with "query: " or "passage: " before each text; its files name no prompt`,
      `Set FAQMATCH_QUERY_PROMPT='"query: "' and FAQMATCH_STORED_PROMPT='"query: "': its authors advise the same prefix on both sides where both are questions.`,
    ),
  ];
}

async function corpusNames(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
}

/** How model and corpora fit; a corpus that does not parse is another check's business. */
export async function checkFit({ corpusRoot }: Config, model: ModelFolder): Promise<readonly Finding[]> {
  const judge = createFitJudge(model);
  const found: Finding[] = [];
  const fitting: string[] = [];
  const small: string[] = [];
  for (const name of await corpusNames(corpusRoot)) {
    const source = await readSource({ root: corpusRoot, path: name }).catch(() => undefined);
    const corpus = source === undefined ? undefined : parseCorpus(source).corpus;
    if (corpus === undefined) continue;
    const { misfits, enoughWords } = judge(corpus);
    for (const { kind, detail, next } of misfits) found.push(warn(`fit: ${kind}`, `${name}, ${detail}`, next));
    if (misfits.length === 0) (enoughWords ? fitting : small).push(name);
  }
  const told = [
    ...(fitting.length > 0 ? [ok('fit', `the model's vocabulary and length suit ${fitting.join(', ')}`)] : []),
    ...(small.length > 0 ? [ok('fit', `too few words to tell whether the model suits ${small.join(', ')}`)] : []),
  ];
  return [...checkPrompts(model), ...told, ...found];
}
