/**
 * `FAQMATCH_EVAL_DATA=… node bench/small-corpora.ts`: what confidences are worth where a corpus teaches its calibrator little or nothing, as markdown:
 * few entries of one question asked about something else, one more question than none, and more intents than kernel ridge takes.
 * docs/decisions/0021-constants-and-small-corpora.md has the figures.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MatchAnswer } from '../src/answering/match-answer.ts';
import { corpusFiles } from '../src/cli/eval-source.ts';
import { markdownLines } from '../src/cli/table.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Corpus, Entry } from '../src/corpus/corpus.ts';
import { parseCorpus } from '../src/corpus/parse-corpus.ts';
import { corpusAsFiles } from '../src/quality/cross-validation/corpus-as-files.ts';
import { withFewerQuestions } from '../src/quality/cross-validation/learning-sizes.ts';
import { percentText } from '../src/quality/report/number-text.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';
import { rememberingEncoder } from './evaluation/remembering-encoder.ts';
import { asker } from './invariance/measure.ts';

const { config } = loadConfig();
const { evalData, corpusRoot } = config;
if (evalData === undefined) throw new Error('Expected FAQMATCH_EVAL_DATA to name the folder of public sets; it is not set.');

async function rowsOf(file: string): Promise<readonly { readonly text: string; readonly intent: string }[]> {
  const lines = (await readFile(join(evalData ?? '', file), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { readonly text: string; readonly intent: string });
}

async function demo(name: string): Promise<Corpus> {
  const { corpus } = parseCorpus((await corpusFiles(name, corpusRoot)).files);
  if (corpus === undefined) throw new Error(`${name} does not parse.`);
  return corpus;
}

const every = <Item>(items: readonly Item[], count: number): readonly Item[] =>
  items.filter((_, at) => at % Math.max(1, Math.floor(items.length / count)) === 0).slice(0, count);
const share = (answers: readonly MatchAnswer[], holds: (answer: MatchAnswer, at: number) => boolean): string =>
  percentText(answers.filter(holds).length / answers.length);
const bare = (id: string, question: string): Entry => ({
  id,
  intent: id,
  questions: [question],
  answer: '',
  locale: '',
  tags: [],
  metadata: {},
  counterExamples: [],
});

const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
const encoder = rememberingEncoder(await openEncoder(config, { onProblem }));
const rows: (readonly string[])[] = [];
await withThrowawayVersions(config, { encoder, onProblem }, async ({ versions, match }) => {
  const ask = async (corpus: Corpus, utterances: readonly string[]) => {
    await versions.reload('small', corpusAsFiles(corpus));
    return Promise.all(utterances.map(asker(match, 'small')));
  };
  const unrelated = every(
    (await rowsOf('clinc150/oos-test.jsonl')).map(({ text }) => text),
    80,
  );
  const shop = { ...withFewerQuestions(await demo('shop'), 1), counterExamples: [] };
  for (const intents of [1, 2, 3, 5, 10, 20]) {
    const answers = await ask({ ...shop, entries: shop.entries.slice(0, intents) }, unrelated);
    rows.push([
      `shop, ${intents} entries of one question: unrelated utterances answered`,
      share(answers, ({ decision }) => decision === 'answer'),
    ]);
  }
  for (const name of ['shop', 'bank']) {
    const full = await demo(name);
    const thin = { ...withFewerQuestions(full, 1), counterExamples: [] };
    const inScope = full.golden.filter(({ intent }) => intent !== null);
    const right = async (corpus: Corpus): Promise<string> => {
      const utterances = inScope.map(({ utterance }) => utterance);
      const isRight = ({ decision, candidates }: MatchAnswer, at: number) =>
        decision === 'answer' && candidates[0]?.intent === inScope[at]?.intent;
      return share(await ask(corpus, utterances), isRight);
    };
    rows.push([`${name}, one question an entry: in scope answered right`, await right(thin)]);
    const grown: string[] = [];
    for (const extra of [0, 15, 31]) {
      const two = full.entries.find(({ id }) => id === thin.entries[extra]?.id)?.questions.slice(0, 2) ?? [];
      grown.push(await right({ ...thin, entries: thin.entries.map((entry, at) => (at === extra ? { ...entry, questions: two } : entry)) }));
    }
    rows.push([`the same with a second question for one entry, three times`, grown.join(', ')]);
  }
  const firsts = new Map<string, string>();
  for (const { text, intent } of await rowsOf('clinc150/train.jsonl')) if (!firsts.has(intent)) firsts.set(intent, text);
  const fillers = every([...new Set((await rowsOf('banking77/train.jsonl')).map(({ text }) => text))], 1_001 - firsts.size);
  const entries = [...[...firsts].map(([id, question]) => bare(id, question)), ...fillers.map((text, at) => bare(`filler${at}`, text))];
  for (const count of [1_000, 1_001]) {
    const answers = await ask({ ...shop, golden: [], entries: entries.slice(0, count) }, unrelated);
    rows.push([`${count} entries of one question: unrelated utterances answered`, share(answers, ({ decision }) => decision === 'answer')]);
  }
});
await encoder.close();
console.log(markdownLines(['corpus', 'share'], rows).join('\n'));
