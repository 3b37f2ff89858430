/** Goals of confidence beside what was measured, so that "reached" can never be older than the figures. */
import { markdownLines } from '../../src/cli/table.ts';
import { DEFAULT_SHARE } from './confidence-cases.ts';
import type { ConfidenceResult } from './confidence-result.ts';
import { askedOf, meanOf, promised, sharesOf } from './confidence-tables.ts';
import type { CaseResult } from './result.ts';
import { decimals, NOTHING, percent } from './tables.ts';

type Sets = ReadonlyMap<string, CaseResult>;
type Confidences = ReadonlyMap<string, ConfidenceResult>;

/** One figure of a goal, with what was wanted of it. */
interface Figure {
  readonly value: number | null | undefined;
  readonly wanted: number;
  readonly better: 'more' | 'less';
  readonly share: boolean;
}

interface Goal {
  readonly name: string;
  readonly figures: readonly Figure[];
  readonly note?: string;
}

const more = (value: Figure['value'], wanted: number): Figure => ({ value, wanted, better: 'more', share: false });
const less = (value: Figure['value'], wanted: number): Figure => ({ value, wanted, better: 'less', share: false });
const share = (value: Figure['value'], wanted: number): Figure => ({ value, wanted, better: 'more', share: true });

/** By the figure itself: one that only rounds to its goal has not reached it. undefined where it was not measured. */
function reached({ value, wanted, better }: Figure): boolean | undefined {
  if (value === null || value === undefined) return undefined;
  return better === 'more' ? value >= wanted : value <= wanted;
}

function figureText({ value, share: isShare }: Figure): string {
  return isShare ? percent(value) : decimals(value);
}

function wantedText({ wanted, better, share: isShare }: Figure): string {
  return `${better === 'more' ? '≥' : '≤'} ${isShare ? Number((wanted * 100).toPrecision(3)) : wanted}`;
}

function verdict(figures: readonly Figure[]): string {
  const told = figures.map(reached);
  if (told.includes(undefined)) return NOTHING;
  if (told.every((one) => one === true)) return 'yes';
  return told.length === 1 || told.every((one) => one === false)
    ? '**no**'
    : told.map((one) => (one === true ? 'yes' : '**no**')).join(' / ');
}

function row({ name, figures, note }: Goal): readonly string[] {
  const measured = figures.map(figureText).join(' / ');
  return [name, figures.map(wantedText).join(' / '), note === undefined ? measured : `${measured} (${note})`, verdict(figures)];
}

/** One threshold for both figures: the one at which the worse of the two misses its goal by least, told with it. */
function atOneThreshold(result: ConfidenceResult | undefined, name: string, wanted: readonly [number, number]): Goal {
  const [right, refused] = wanted;
  const short = (at: ConfidenceResult['thresholds'][number]): number => Math.max(right - at.right, refused - (at.refused ?? 0));
  const best = result?.thresholds.toSorted((a, b) => short(a) - short(b))[0];
  const goal = { name, figures: [share(best?.right, right), share(best?.refused, refused)] };
  return best === undefined ? goal : { ...goal, note: `at ${best.threshold}, the best of .3, .4 and .5 on the test rows` };
}

function accuracyGoals(sets: Sets, confidence: Confidences): readonly Goal[] {
  const accuracy = (id: string) => sets.get(id)?.figures.intentAccuracy[0];
  const opaque = (set: string) => percent(confidence.get(`set-${set}-1-opaque@${DEFAULT_SHARE}`)?.intentAccuracy);
  return [
    {
      name: 'CLINC150, BANKING77 full: best candidate right in scope, %',
      figures: [share(accuracy('clinc150'), 0.96), share(accuracy('banking77'), 0.945)],
    },
    { name: 'the same, 10-shot', figures: [share(accuracy('clinc150-10'), 0.93), share(accuracy('banking77-10'), 0.89)] },
    {
      name: 'the same, one question an intent',
      figures: [share(accuracy('clinc150-1'), 0.7), share(accuracy('banking77-1'), 0.58)],
      note: `without the intents' names ${opaque('clinc150')} / ${opaque('banking77')}`,
    },
  ];
}

function precisionGoals(confidence: Confidences): readonly Goal[] {
  const got = promised(confidence).flatMap(({ result }) => askedOf(result, 0.9) ?? []);
  const answered = got.filter((one) => one.reached !== null);
  const held = answered.filter(({ reached: precision }) => (precision ?? 0) >= 0.88).length;
  const near = got.filter(({ answered: part, oracle }) => oracle - part <= 0.05).length;
  const least = answered.length === 0 ? undefined : Math.min(...answered.map(({ reached: precision }) => precision ?? 0));
  const widest = got.length === 0 ? undefined : Math.max(...got.map(({ answered: part, oracle }) => oracle - part));
  return [
    {
      name: 'asked precision .90: the least that a corpus reached',
      figures: [more(least, 0.88)],
      note: `${held} of ${answered.length} corpora reach .88`,
    },
    {
      name: "the same: how far the share answered falls short of the oracle's, at most",
      figures: [less(widest, 0.05)],
      note: `${near} of ${got.length} within .05`,
    },
  ];
}

function calibrationGoals(confidence: Confidences): readonly Goal[] {
  const hint3 = confidence.get('set-hint3@0.5');
  const mcc = hint3?.thresholds.find(({ threshold }) => threshold === 0.5)?.mcc;
  const made = sharesOf(confidence, 'made');
  const one = sharesOf(confidence, 'one-question');
  return [
    { name: 'HINT3 v2 Curekart at π .5: MCC / AUROC / ECE', figures: [more(mcc, 0.68), more(hint3?.auroc, 0.92), less(hint3?.ece, 0.05)] },
    {
      name: `ECE, mean of ${made.length} corpora with intents removed: at the true π / at the default`,
      figures: [
        less(
          meanOf(made, ({ atTrue }) => atTrue.ece),
          0.04,
        ),
        less(
          meanOf(made, ({ atDefault }) => atDefault.ece),
          0.06,
        ),
      ],
    },
    {
      name: `one question an intent: ECE at the true π, mean of ${one.length} corpora`,
      figures: [
        less(
          meanOf(one, ({ atTrue }) => atTrue.ece),
          0.06,
        ),
      ],
      note: `${one.filter(({ atTrue }) => atTrue.ece <= 0.06).length} of ${one.length} reach it`,
    },
  ];
}

/** The table. @param sets and @param confidence results of one model each. */
export function goalsTable(sets: Sets, confidence: Confidences): string {
  const stackfaq = sets.get('stackfaq')?.figures;
  const goals: readonly Goal[] = [
    atOneThreshold(
      confidence.get(`set-clinc150@${DEFAULT_SHARE}`),
      'CLINC150 full, right in scope / out of scope refused at one threshold, no out-of-scope data, %',
      [0.93, 0.88],
    ),
    atOneThreshold(confidence.get(`set-clinc150-oos@${DEFAULT_SHARE}`), 'the same with 100 out-of-scope rows, %', [0.94, 0.92]),
    ...accuracyGoals(sets, confidence),
    ...calibrationGoals(confidence),
    ...precisionGoals(confidence),
    {
      name: 'StackFAQ P@1 / nDCG@10, %',
      figures: [share(stackfaq?.intentAccuracy[0], 0.97), share(stackfaq?.ndcgAt10[0], 0.99)],
    },
  ];
  return markdownLines(['goal', 'wanted', 'measured', 'reached'], goals.map(row)).join('\n');
}
