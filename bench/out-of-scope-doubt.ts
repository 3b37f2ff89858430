/**
 * `FAQMATCH_EVAL_DATA=… node bench/out-of-scope-doubt.ts`: how far the out-of-scope share that traffic tells without labels is from the true one, on
 * corpora made from training questions alone: some of them stored, others asked. Out of scope are questions of intents that were taken out, of other
 * sets, or of both. Prints markdown; docs/decisions/0014-demands-and-share.md has the table.
 */
import { join } from 'node:path';
import { goldenRows } from '../src/cli/eval-source.ts';
import { markdownLines } from '../src/cli/table.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { shareRange, type ToldShare, toldShare } from '../src/matching/out-of-scope-share.ts';
import { corpusAsFiles } from '../src/quality/cross-validation/corpus-as-files.ts';
import type { LabelledUtterance } from '../src/quality/evaluated-row.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';
import { type MeasuredCorpus, madeCorpus } from './evaluation/made-corpus.ts';
import { heardRows } from './evaluation/none-of-these.ts';
import { rememberingEncoder } from './evaluation/remembering-encoder.ts';
import { storedCorpus } from './evaluation/stored-set.ts';
import { seeded, shuffled } from './support/random.ts';

const SETS = ['clinc150', 'banking77-fewshot', 'snips', 'hint3-v2-curekart', 'nlpjs-corpus50'];
const STORED = [
  { title: '1, names that say nothing', questions: 1, opaque: true },
  { title: '1', questions: 1, opaque: false },
  ...[3, 5, 10].map((questions) => ({ title: String(questions), questions, opaque: false })),
];
const REMOVED = [0.1, 0.25, 0.4];
const SEEDS = [1, 2];
/** Questions of an intent, and of another set, that are asked. */
const ASKED = 30;
const FROM_EACH_OTHER = 150;
/** Fewer tell too little of either kind. */
const LEAST_OUTSIDE = 15;
const LEAST_INSIDE = 40;
/** Nearer or further by less is neither. */
const TIE = 0.02;

interface Draw {
  readonly stored: string;
  readonly kind: 'intents taken out' | 'other sets' | 'both';
  readonly taught: boolean;
  readonly truth: number;
  readonly told: ToldShare;
  readonly byChance: { readonly low: number; readonly high: number };
}

/** What was said of "none of these" about each kind of utterance. */
interface Posteriors {
  /** Whether the corpus's own questions taught its confidences something; no share is advised otherwise. */
  readonly taught: boolean;
  readonly inside: readonly number[];
  readonly near: readonly number[];
  readonly far: readonly number[];
}

const { config } = loadConfig();
const root = config.evalData ?? '';
const expected = config.outOfScopeShare;
const onProblem = (problem: string): void => console.error(`warning: ${problem}`);

async function askedOf(set: string): Promise<readonly LabelledUtterance[]> {
  const taken = new Map<string | null, number>();
  return shuffled(await goldenRows(join(root, set, 'train.jsonl')), seeded(5)).filter(({ intent }) => {
    taken.set(intent, (taken.get(intent) ?? 0) + 1);
    return (taken.get(intent) ?? 0) <= ASKED;
  });
}

/** What each kind of out-of-scope traffic tells; far questions are as many as the near ones, or half of those in scope. */
function drawsOf(stored: string, { taught, inside, near, far }: Posteriors): readonly Draw[] {
  const outside = {
    'intents taken out': near,
    'other sets': far.slice(0, Math.floor(inside.length / 2)),
    both: [...near, ...far.slice(0, near.length)],
  } as const;
  return Object.entries(outside).flatMap(([kind, rows]) => {
    if (rows.length < LEAST_OUTSIDE || inside.length < LEAST_INSIDE) return [];
    const said = { none: [...inside, ...rows], fittedShare: expected };
    return [
      {
        stored,
        kind: kind as Draw['kind'],
        taught,
        truth: rows.length / said.none.length,
        told: toldShare(said),
        byChance: shareRange(said),
      },
    ];
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const isIn = (value: number, { low, high }: { readonly low: number; readonly high: number }): boolean => low <= value && value <= high;

function tableRow(stored: string, kind: string, draws: readonly Draw[]): readonly string[] {
  const off = (share: (draw: Draw) => number): readonly number[] => draws.map((draw) => Math.abs(share(draw) - draw.truth));
  const left = off(() => expected);
  const byChance = off((draw) => (isIn(expected, draw.byChance) ? expected : draw.told.value));
  const told = off((draw) => (draw.taught && !isIn(expected, draw.told) ? draw.told.value : expected));
  const worse = (advised: readonly number[]): number => advised.filter((error, at) => error > (left[at] as number) + TIE).length;
  const holds = (range: (draw: Draw) => Draw['byChance']): string =>
    percent(mean(draws.map((draw) => (isIn(draw.truth, range(draw)) ? 1 : 0))));
  const errors = [left, byChance, told].map((values) => mean(values).toFixed(3));
  return [
    stored,
    kind,
    String(draws.length),
    holds((draw) => draw.byChance),
    holds((draw) => draw.told),
    ...errors,
    `${worse(byChance)} → ${worse(told)}`,
  ];
}

const percent = (share: number): string => (100 * share).toFixed(0);
const encoder = rememberingEncoder(await openEncoder(config, { onProblem }));

/** One corpus is built and asked. */
async function posteriorsOf({ corpus, rows }: MeasuredCorpus, far: readonly LabelledUtterance[]): Promise<Posteriors> {
  return withThrowawayVersions(config, { encoder, onProblem }, async ({ versions, match }) => {
    await versions.reload('made', corpusAsFiles(corpus));
    const said = async (asked: readonly LabelledUtterance[]) => (await heardRows(match, 'made', asked)).none;
    const outside = ({ intent }: LabelledUtterance): boolean => intent === null;
    const taught = (await versions.acquire('made')).scorer.decisions !== undefined;
    return {
      taught,
      inside: await said(rows.filter((row) => !outside(row))),
      near: await said(rows.filter(outside)),
      far: await said(far),
    };
  });
}

/** All corpora made from one set. @param far questions of the others. */
async function measureSet(whole: MeasuredCorpus, far: readonly LabelledUtterance[]): Promise<readonly Draw[]> {
  const draws: Draw[] = [];
  for (const { title, ...stored } of STORED)
    for (const removed of REMOVED)
      for (const seed of SEEDS) {
        const made = madeCorpus(whole, { group: 'made', ...stored, removed, seed });
        draws.push(...drawsOf(title, await posteriorsOf(made, far)));
      }
  return draws;
}

const draws: Draw[] = [];
try {
  const asked = new Map<string, readonly LabelledUtterance[]>();
  for (const set of SETS) asked.set(set, await askedOf(set));
  for (const set of SETS) {
    const whole = { corpus: await storedCorpus([join(set, 'train.jsonl')], root), rows: asked.get(set) ?? [] };
    const others = SETS.filter((other) => other !== set).flatMap((other) => asked.get(other)?.slice(0, FROM_EACH_OTHER) ?? []);
    const drawn = await measureSet(
      whole,
      others.map(({ utterance }) => ({ utterance, intent: null })),
    );
    draws.push(...drawn);
    console.error(`${set}: ${drawn.length} kinds of traffic`);
  }
} finally {
  await encoder.close();
}
const heading = [
  'questions an intent',
  'out of scope',
  'corpora',
  'true share in the range by chance, %',
  'in the range that is told, %',
  `${expected} is off by`,
  'advice by chance',
  'advice',
  `advice worse than ${expected}`,
];
const rows = STORED.flatMap(({ title }) =>
  (['intents taken out', 'both', 'other sets'] as const).map((kind) =>
    tableRow(
      title,
      kind,
      draws.filter((draw) => draw.stored === title && draw.kind === kind),
    ),
  ),
);
console.log(markdownLines(heading, [...rows, tableRow('all', 'all', draws)]).join('\n'));
