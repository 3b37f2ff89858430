/**
 * `FAQMATCH_EVAL_DATA=… node bench/chosen-counter-examples.ts [part of a title]`: what a few counter-examples do to all other confidences, as markdown. They are
 * chosen as admins choose them, the out-of-scope texts that look most in scope first, or drawn as they come; validation rows are asked, a quarter of the weight
 * out of scope. docs/decisions/0031-chosen-counter-examples.md has the figures.
 */
import type { MatchAnswer } from '../src/answering/match-answer.ts';
import { markdownLines } from '../src/cli/table.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { precisionThreshold } from '../src/matching/learnt-decisions.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import type { OpenedVersions } from '../src/wiring/open-versions.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';
import { rememberingEncoder } from './evaluation/remembering-encoder.ts';
import { asker } from './invariance/measure.ts';
import { everyIntent, faqFile, firstOfEach, type LabelledRow, rowReader } from './support/labelled-rows.ts';

const COUNTS = [1, 3, 10, 30];
const OUT_OF_SCOPE_SHARE = 0.25;
const ASKED_PRECISION = 0.9;
const HIGH = 0.9;
const BINS = 15;
const CORPUS = 'set';

interface Case {
  readonly title: string;
  readonly stored: readonly LabelledRow[];
  /** What counter-examples are taken from; all out of scope. */
  readonly pool: readonly LabelledRow[];
  readonly asked: readonly LabelledRow[];
}

const { config } = loadConfig();
const rowsOf = rowReader(config.evalData);

/** A case in which every so manieth intent is out of scope. */
function withoutIntents(
  title: string,
  files: { readonly train: readonly LabelledRow[]; readonly more: readonly LabelledRow[]; readonly asked: readonly LabelledRow[] },
  draw: { readonly step: number; readonly stored: number; readonly pool: number },
): Case {
  const gone = everyIntent(files.train, draw.step);
  return {
    title,
    stored: firstOfEach(
      files.train.filter(({ intent }) => !gone.has(intent)),
      draw.stored,
    ),
    pool: firstOfEach(
      files.more.filter(({ intent }) => gone.has(intent)),
      draw.pool,
    ),
    asked: files.asked.map(({ text, intent }) => ({ text, intent: gone.has(intent) ? null : intent })),
  };
}

async function cases(): Promise<readonly Case[]> {
  const [clinc, clincAsked, outside, pool] = await Promise.all(
    ['train-10shot', 'valid', 'oos-valid', 'oos-plus-train'].map((name) => rowsOf(`clinc150/${name}.jsonl`)),
  );
  const [train, more, asked] = await Promise.all(
    ['train-10shot', 'train', 'valid'].map((name) => rowsOf(`banking77-fewshot/${name}.jsonl`)),
  );
  const [snips, snipsAsked] = await Promise.all(['train', 'valid'].map((name) => rowsOf(`snips/${name}.jsonl`)));
  if (clinc === undefined || clincAsked === undefined || outside === undefined || pool === undefined) return [];
  if (train === undefined || more === undefined || asked === undefined || snips === undefined || snipsAsked === undefined) return [];
  const third = [...clincAsked.filter((_, at) => at % 3 === 0), ...outside];
  return [
    ...[10, 3].map((most) => ({ title: `CLINC150, ${most} an intent`, stored: firstOfEach(clinc, most), pool, asked: third })),
    ...[10, 3].map((stored) =>
      withoutIntents(`BANKING77, ${stored} an intent, a fifth of them removed`, { train, more, asked }, { step: 5, stored, pool: 15 }),
    ),
    withoutIntents(
      'SNIPS, 10 an intent, two of seven removed',
      { train: snips, more: snips, asked: snipsAsked },
      { step: 3, stored: 10, pool: 40 },
    ),
  ];
}

interface Measured {
  readonly answers: readonly MatchAnswer[];
  readonly figures: readonly string[];
}

const percent = (share: number): string => (100 * share).toFixed(1);

/** Figures of one build; rows weigh so that the out-of-scope share is what is expected. */
function figuresOf(asked: readonly LabelledRow[], answers: readonly MatchAnswer[], threshold: number | undefined): readonly string[] {
  const inside = asked.filter(({ intent }) => intent !== null).length;
  const rows = asked.map(({ intent }, at) => {
    const answer = answers[at] as MatchAnswer;
    const [best] = answer.candidates;
    const weight = intent === null ? OUT_OF_SCOPE_SHARE / (asked.length - inside) : (1 - OUT_OF_SCOPE_SHARE) / inside;
    return {
      inScope: intent !== null,
      confidence: best?.confidence ?? 0,
      right: intent !== null && best?.intent === intent,
      answered: answer.decision === 'answer',
      weight,
    };
  });
  type Row = (typeof rows)[number];
  const sum = (some: readonly Row[], of: (row: Row) => number = () => 1): number =>
    some.reduce((total, row) => total + row.weight * of(row), 0);
  const inScope = rows.filter((row) => row.inScope);
  const bins = Array.from(Map.groupBy(rows, ({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS))).values());
  const gap = ({ confidence, right }: Row): number => confidence - Number(right);
  const answered = threshold === undefined ? [] : rows.filter(({ confidence }) => confidence >= threshold);
  return [
    bins.reduce((total, bin) => total + Math.abs(sum(bin, gap)), 0).toFixed(3),
    sum(rows, (row) => gap(row) ** 2).toFixed(4),
    percent(inScope.filter((row) => row.answered && row.right).length / inside),
    percent(rows.filter((row) => !(row.inScope || row.answered)).length / (asked.length - inside)),
    percent(inScope.filter(({ confidence }) => confidence >= HIGH).length / inside),
    answered.length === 0 ? '–' : `${percent(sum(answered.filter(({ right }) => right)) / sum(answered))} of ${percent(sum(answered))}`,
  ];
}

async function measure(
  { versions, match }: OpenedVersions,
  { stored, asked }: Case,
  counterExamples: readonly LabelledRow[],
): Promise<Measured> {
  await versions.reload(CORPUS, [faqFile(stored, counterExamples)]);
  const { decisions } = (await versions.acquire(CORPUS)).scorer;
  const answers = await Promise.all(asked.map(({ text }) => text).map(asker(match, CORPUS)));
  return { answers, figures: figuresOf(asked, answers, precisionThreshold(decisions, ASKED_PRECISION).confidence) };
}

const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
const encoder = rememberingEncoder(await openEncoder(config, { onProblem }));
const table: (readonly string[])[] = [];
await withThrowawayVersions(config, { encoder, onProblem }, async (opened) => {
  for (const each of (await cases()).filter(({ title }) => title.includes(process.argv[2] ?? ''))) {
    const note = (how: string, { figures }: Measured): void => {
      table.push([each.title, how, ...figures]);
      console.error(table.at(-1)?.join(' | '));
    };
    note('none', await measure(opened, each, []));
    const sureness = await Promise.all(each.pool.map(({ text }) => text).map(asker(opened.match, CORPUS)));
    const confidenceOf = (at: number): number => sureness[at]?.candidates[0]?.confidence ?? 0;
    const order = Array.from(each.pool.keys());
    const chosen = order.toSorted((a, b) => confidenceOf(b) - confidenceOf(a));
    // 7,919 is prime: the rows come scattered over the file, the same on every run.
    const drawn = order.toSorted((a, b) => ((a * 7919) % order.length) - ((b * 7919) % order.length));
    for (const count of COUNTS) {
      for (const [how, places] of [
        ['chosen', chosen],
        ['drawn', drawn],
      ] as const) {
        note(
          `${count} ${how}`,
          await measure(
            opened,
            each,
            places.slice(0, count).map((at) => each.pool[at] as LabelledRow),
          ),
        );
      }
    }
  }
});
await encoder.close();
const head = [
  'corpus',
  'counter-examples',
  'ECE',
  'Brier score',
  'right with ANSWER',
  'out of scope refused',
  'in scope with .9 and more',
  'asked .90: right, of traffic answered',
];
console.log(markdownLines(head, table).join('\n'));
