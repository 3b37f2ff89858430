/**
 * `FAQMATCH_EVAL_DATA=… node bench/counter-examples.ts`: how far counter-examples reach, as markdown. Every tenth intent of a public set is taken out of the
 * corpus and some of its training questions become counter-examples; asked are its validation utterances, which should be refused, and all others.
 * docs/decisions/0022-counter-examples.md has the figures.
 */
import type { MatchAnswer } from '../src/answering/match-answer.ts';
import { markdownLines } from '../src/cli/table.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { percentText } from '../src/quality/report/number-text.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';
import { rememberingEncoder } from './evaluation/remembering-encoder.ts';
import { asker } from './invariance/measure.ts';
import { everyIntent, faqFile, firstOfEach, type LabelledRow, rowReader } from './support/labelled-rows.ts';

const SETS = [
  { title: 'CLINC150, 10 an intent', stored: 'clinc150/train-10shot.jsonl', asked: 'clinc150/valid.jsonl', most: 10 },
  { title: 'CLINC150, 3 an intent', stored: 'clinc150/train-10shot.jsonl', asked: 'clinc150/valid.jsonl', most: 3 },
  { title: 'CLINC150, 1 an intent', stored: 'clinc150/train-10shot.jsonl', asked: 'clinc150/valid.jsonl', most: 1 },
  { title: 'BANKING77, 10 an intent', stored: 'banking77-fewshot/train-10shot.jsonl', asked: 'banking77-fewshot/valid.jsonl', most: 10 },
  { title: 'BANKING77, 3 an intent', stored: 'banking77-fewshot/train-10shot.jsonl', asked: 'banking77-fewshot/valid.jsonl', most: 3 },
] as const;
const COUNTER_EXAMPLES = [0, 1, 3, 10];
/** Every so manieth intent is not answered. */
const REFUSED = 10;
const MOST_ASKED = 1500;

const { config } = loadConfig();
const rowsOf = rowReader(config.evalData);

const every = <Item>(items: readonly Item[], count: number): readonly Item[] =>
  items.filter((_, at) => at % Math.max(1, Math.floor(items.length / count)) === 0).slice(0, count);

const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
const encoder = rememberingEncoder(await openEncoder(config, { onProblem }));
const table: (readonly string[])[] = [];
await withThrowawayVersions(config, { encoder, onProblem }, async ({ versions, match }) => {
  const ask = (rows: readonly LabelledRow[]) => Promise.all(rows.map(({ text }) => text).map(asker(match, 'set')));
  const unrelated = every(await rowsOf('clinc150/oos-valid.jsonl'), 300);
  for (const { title, stored, asked, most } of SETS) {
    const train = await rowsOf(stored);
    const refused = everyIntent(train, REFUSED);
    const isRefused = ({ intent }: LabelledRow) => refused.has(intent);
    const kept = firstOfEach(
      train.filter((row) => !isRefused(row)),
      most,
    );
    const test = await rowsOf(asked);
    const outside = every(test.filter(isRefused), MOST_ASKED);
    const inside = every(
      test.filter((row) => !isRefused(row)),
      MOST_ASKED,
    );
    for (const count of COUNTER_EXAMPLES) {
      await versions.reload('set', [faqFile(kept, firstOfEach(train.filter(isRefused), count))]);
      const share = (answers: readonly MatchAnswer[], holds: (answer: MatchAnswer, at: number) => boolean): string =>
        percentText(answers.filter(holds).length / answers.length);
      const refuses = ({ decision }: MatchAnswer) => decision !== 'answer';
      table.push([
        title,
        String(count),
        share(await ask(outside), refuses),
        share(await ask(unrelated), refuses),
        share(await ask(inside), ({ decision, candidates }, at) => decision === 'answer' && candidates[0]?.intent === inside[at]?.intent),
      ]);
      console.error(table.at(-1)?.join(' | '));
    }
  }
});
await encoder.close();
console.log(
  markdownLines(
    ['corpus', 'counter-examples of each topic', 'of these topics refused', 'unrelated refused', 'in scope answered right'],
    table,
  ).join('\n'),
);
