/** What confidence and an asked precision are worth, as markdown. */
import { CONFIDENCE_CASES, type ConfidenceCase, DEFAULT_SHARE } from './confidence-cases.ts';
import { type ConfidenceResult, resultId } from './confidence-result.ts';
import { decimals, NOTHING, percent, table } from './tables.ts';

type Results = ReadonlyMap<string, ConfidenceResult>;
type Row = readonly (string | number)[];

/** A corpus at the share of out-of-scope traffic that its rows have, at the default share, and at the one that half of its rows told. */
export interface MeasuredShares {
  readonly title: string;
  readonly atTrue: ConfidenceResult;
  readonly atDefault: ConfidenceResult;
  readonly atTold: ConfidenceResult;
}

/** The corpora of a group that were measured at all three, in the order of the cases. */
export function sharesOf(results: Results, group: ConfidenceCase['group']): readonly MeasuredShares[] {
  return CONFIDENCE_CASES.filter((wanted) => wanted.group === group).flatMap((wanted) => {
    const atTrue = results.get(resultId(wanted, 'true'));
    const atDefault = results.get(resultId(wanted, DEFAULT_SHARE));
    const atTold = results.get(resultId(wanted, 'told'));
    return atTrue && atDefault && atTold ? [{ title: wanted.title, atTrue, atDefault, atTold }] : [];
  });
}

/** Mean of a figure over corpora, each counting alike; undefined without any. */
export function meanOf<Item>(items: readonly Item[], of: (item: Item) => number | null): number | undefined {
  const values = items.map(of).filter((value) => value !== null);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function calibrationRow({ title, atTrue, atDefault, atTold }: MeasuredShares): Row {
  return [
    title,
    `${atTrue.intents} / ${atTrue.questions}`,
    `${atTrue.inScope} + ${atTrue.outOfScope}`,
    percent(atTrue.intentAccuracy),
    decimals(atTrue.share),
    decimals(atTrue.ece),
    decimals(atTrue.eceByChance),
    decimals(atDefault.ece),
    decimals(atTold.share),
    decimals(atTold.ece),
    decimals(atTrue.auroc),
    decimals(atDefault.auroc),
  ];
}

function calibration(title: string, pairs: readonly MeasuredShares[]): string {
  if (pairs.length === 0) return '';
  const mean: Row = [
    `**mean of ${pairs.length}**`,
    '',
    '',
    percent(meanOf(pairs, ({ atTrue }) => atTrue.intentAccuracy)),
    '',
    `**${decimals(meanOf(pairs, ({ atTrue }) => atTrue.ece))}**`,
    decimals(meanOf(pairs, ({ atTrue }) => atTrue.eceByChance)),
    `**${decimals(meanOf(pairs, ({ atDefault }) => atDefault.ece))}**`,
    '',
    `**${decimals(meanOf(pairs, ({ atTold }) => atTold.ece))}**`,
    decimals(meanOf(pairs, ({ atTrue }) => atTrue.auroc)),
    decimals(meanOf(pairs, ({ atDefault }) => atDefault.auroc)),
  ];
  const heading = [
    'corpus',
    'intents / questions',
    'utterances, in + out of scope',
    'best candidate right, %',
    'true π',
    'ECE at true π',
    'by chance alone',
    `ECE at π = ${DEFAULT_SHARE}`,
    'π advised by half of them, unlabelled',
    'ECE at it, of the other half',
    'AUROC at true π',
    `AUROC at π = ${DEFAULT_SHARE}`,
  ];
  return table(title, heading, [...pairs.map(calibrationRow), mean]);
}

interface SetResult {
  readonly title: string;
  readonly result: ConfidenceResult;
}

function setResults(results: Results): readonly SetResult[] {
  return CONFIDENCE_CASES.filter(({ group }) => group === 'set').flatMap((wanted) =>
    wanted.shares.flatMap((share) => {
      const result = results.get(resultId(wanted, share));
      return result === undefined ? [] : [{ title: wanted.title, result }];
    }),
  );
}

function sets(results: Results): string {
  const rows = setResults(results).map(({ title, result }): Row => {
    const { share, ece, eceByChance, auroc, thresholds } = result;
    const at = (threshold: number): string => {
      const found = thresholds.find((one) => one.threshold === threshold);
      return `${percent(found?.right)} / ${percent(found?.refused)}`;
    };
    const mcc = thresholds.find((one) => one.threshold === 0.5)?.mcc;
    return [title, String(share), decimals(ece), decimals(eceByChance), decimals(auroc), at(0.3), at(0.4), at(0.5), decimals(mcc)];
  });
  const heading = ['set', 'π', 'ECE', 'by chance alone', 'AUROC', 'right / refused from .3 on, %', 'from .4', 'from .5', 'MCC at .5'];
  return rows.length === 0 ? '' : table('Public sets at an expected share', heading, rows);
}

/** Every corpus at the share that the promise of a precision is made for: sets weighed to it, made corpora at their own. */
export function promised(results: Results): readonly SetResult[] {
  const made = (['made', 'one-question'] as const).flatMap((group) =>
    sharesOf(results, group).map(({ title, atTrue }) => ({
      title: group === 'made' ? `${title}, intents removed` : `${title}, 1 question an intent, intents removed`,
      result: atTrue,
    })),
  );
  return [...made, ...setResults(results)];
}

/** What came of one asked precision; undefined where it was not measured. */
export function askedOf({ asked }: ConfidenceResult, precision: number): ConfidenceResult['asked'][number] | undefined {
  return asked.find((one) => one.asked === precision);
}

function askedCell(result: ConfidenceResult, precision: number): string {
  const got = askedOf(result, precision);
  if (got === undefined) return NOTHING;
  const reached = percent(got.reached);
  const shown = got.reached !== null && got.reached < precision - 0.02 ? `**${reached}**` : reached;
  return `${shown} / ${percent(got.answered)} / ${percent(got.oracle)}`;
}

function asked(results: Results): string {
  const list = promised(results);
  if (list.length === 0) return '';
  const rows = list.map(({ title, result }): Row => {
    const at90 = askedOf(result, 0.9);
    const expected = at90 === undefined || at90.expected === 0 ? NOTHING : percent(at90.expected);
    return [title, decimals(result.share), askedCell(result, 0.8), askedCell(result, 0.9), expected, askedCell(result, 0.95)];
  });
  const heading = ['corpus', 'π', 'asked .80', 'asked .90', 'expected share answered at .90', 'asked .95'];
  const note =
    'Precision reached / share of traffic answered / share that the best threshold for these very rows would answer. Bold: more than .02 short.';
  return `${table('Asked precision, %', heading, rows)}\n${note}\n`;
}

/** All tables. @param results of one model. */
export function confidenceTables(results: Results): string {
  return [
    calibration('Calibration, intents removed', sharesOf(results, 'made')),
    calibration('Calibration, one question an intent, a quarter of the intents removed', sharesOf(results, 'one-question')),
    sets(results),
    asked(results),
  ]
    .filter((part) => part !== '')
    .join('\n');
}
