/** Kept results beside the published figures, as markdown. */
import { markdownLines } from '../../src/cli/table.ts';
import type { FigureName } from '../../src/quality/figures.ts';
import { CASES } from './cases.ts';
import { PUBLISHED_ACCURACY, PUBLISHED_SCOPE, PUBLISHED_TRAFFIC } from './published.ts';
import type { CaseResult } from './result.ts';

type Results = ReadonlyMap<string, CaseResult>;
type Row = readonly (string | number)[];

/** Stands where there is no figure. */
export const NOTHING = '–';

/** A share in percent, without the sign. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? NOTHING : (share * 100).toFixed(digits);
}

/** A number with three decimals. */
export function decimals(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : value.toFixed(3);
}

function measuredOf(result: CaseResult | undefined, name: FigureName): number | null | undefined {
  return result?.figures[name][0];
}

function withRange(result: CaseResult, name: FigureName): string {
  const [value, low, high] = result.figures[name];
  return low === null || high === null ? percent(value) : `${percent(value)} (${percent(low)}–${percent(high)})`;
}

/** A table under its heading. */
export function table(title: string, heading: readonly string[], rows: readonly Row[]): string {
  return `### ${title}\n${markdownLines(heading, rows).join('\n')}\n`;
}

function overview(results: Results): string {
  const rows = CASES.flatMap(({ id, title }): readonly Row[] => {
    const result = results.get(id);
    if (result === undefined) return [];
    const { questions, intents, inScope, outOfScope, figures } = result;
    return [
      [
        title,
        `${intents} / ${questions}`,
        outOfScope === 0 ? String(inScope) : `${inScope} + ${outOfScope}`,
        withRange(result, 'intentAccuracy'),
        withRange(result, 'accuracy'),
        outOfScope === 0 ? NOTHING : withRange(result, 'refused'),
        withRange(result, 'precision'),
        percent(figures.coverageAt90[0]),
        decimals(figures.ece[0]),
        decimals(figures.auroc[0]),
        decimals(figures.mcc[0]),
      ],
    ];
  });
  const heading = [
    'set',
    'intents / questions',
    'utterances, in + out of scope',
    'best candidate right',
    'right with ANSWER',
    'out of scope refused',
    'answers that are right',
    'coverage at 90 %',
    'ECE',
    'AUROC',
    'MCC',
  ];
  return table('All sets at the default settings, %', heading, rows);
}

const OURS = '**faqmatch, one encoder for all sets**';

function accuracy(results: Results): string {
  const ours = (shots: string): Row => {
    const suffix = shots === 'full' ? '' : `-${shots}`;
    const value = (set: string) => percent(measuredOf(results.get(`${set}${suffix}`), 'intentAccuracy'));
    return [shots, OURS, value('banking77'), value('clinc150')];
  };
  const published = (shots: string): readonly Row[] =>
    PUBLISHED_ACCURACY.filter((row) => row.shots === shots).map((row) => [
      shots,
      row.system,
      row.banking77.toFixed(1),
      row.clinc150.toFixed(1),
    ]);
  const rows = ['1', '5', '10', 'full'].flatMap((shots) => [ours(shots), ...published(shots)]);
  return table('Intent accuracy beside published figures, %', ['questions an intent', 'system', 'BANKING77', 'CLINC150'], rows);
}

function scope(results: Results): string {
  const ours = (id: string, data: string): readonly Row[] => {
    const result = results.get(id);
    if (result === undefined) return [];
    return [
      [data, '**faqmatch, confidence of at least .5**', percent(result.atHalf.inScope), percent(result.atHalf.refused)],
      [
        data,
        '**faqmatch, its decision** (CLARIFY is neither)',
        percent(measuredOf(result, 'accuracy')),
        percent(measuredOf(result, 'refused')),
      ],
    ];
  };
  const published = (trained: boolean, data: string): readonly Row[] =>
    PUBLISHED_SCOPE.filter((row) => row.trained === trained).map((row) => [
      data,
      row.system,
      row.inScope.toFixed(1),
      row.refused.toFixed(1),
    ]);
  const rows = [
    ...ours('clinc150', 'none'),
    ...published(false, 'none'),
    ...ours('clinc150-oos', '100 rows'),
    ...published(true, '100 rows'),
  ];
  return table(
    'CLINC150, full: in scope right and out of scope refused, %',
    ['out-of-scope data', 'system', 'in scope right', 'out of scope refused'],
    rows,
  );
}

function traffic(results: Results): string {
  const result = results.get('hint3-curekart');
  const ours: readonly Row[] =
    result === undefined
      ? []
      : [
          [
            '**faqmatch (v2)**',
            decimals(measuredOf(result, 'intentAccuracy')),
            decimals(result.scopeAuroc),
            decimals(measuredOf(result, 'ece')),
            decimals(measuredOf(result, 'coverageAt90')),
            decimals(result.coverageAt80),
            decimals(result.bestMcc),
          ],
        ];
  const published = PUBLISHED_TRAFFIC.map(
    (row): Row => [
      `${row.system} (v1)`,
      ...[row.accuracy, row.auroc, row.ece, row.coverageAt90, row.coverageAt80, row.bestMcc].map(decimals),
    ],
  );
  const heading = [
    'system',
    'accuracy in scope',
    'AUROC in against out of scope',
    'ECE',
    'coverage at 90 %',
    'coverage at 80 %',
    'best MCC',
  ];
  const note =
    result === undefined
      ? ''
      : `\nAt the default settings, where no threshold is chosen on the test rows, our MCC is ${decimals(measuredOf(result, 'mcc'))}. v2 is v1 with labels that its authors corrected, so the rows are close and not the same.\n`;
  return `${table('Real traffic: HINT3 Curekart', heading, [...ours, ...published])}${note}`;
}

function retrieval(results: Results): string {
  const result = results.get('stackfaq');
  if (result === undefined) return '';
  const row = [
    result.intents,
    result.inScope,
    percent(measuredOf(result, 'intentAccuracy')),
    percent(measuredOf(result, 'ndcgAt10')),
    decimals(measuredOf(result, 'reciprocalRank')),
  ];
  return table('FAQ retrieval: StackFAQ', ['entries, one question each', 'queries', 'P@1, %', 'nDCG@10, %', 'MRR'], [row]);
}

function clarify(results: Results): string {
  const rows = CASES.flatMap(({ id, title }): readonly Row[] => {
    const asked = results.get(id)?.clarify;
    return asked === undefined ? [] : [[title, asked.rows, percent(asked.share), percent(asked.holds)]];
  });
  const heading = ['set', 'asked back, rows', 'of those in scope, %', 'right intent among those asked between, %'];
  return rows.length === 0 ? '' : table('CLARIFY in scope, at the default settings', heading, rows);
}

/** Results of the model measured last; others are left out rather than mixed in. */
export function newestModelOnly<Result extends { readonly model: string }>(kept: ReadonlyMap<string, Result>): ReadonlyMap<string, Result> {
  const model = [...kept.values()].at(-1)?.model;
  return new Map([...kept].filter(([, result]) => result.model === model));
}

/** Figures of the sets at the default settings. @param results of one model. */
export function evaluationTables(results: Results): string {
  const [model] = [...results.values()].map((result) => result.model);
  const parts = [overview(results), accuracy(results), scope(results), traffic(results), retrieval(results), clarify(results)];
  return [
    `Encoder \`${model ?? NOTHING}\`. A range holds the figure of all such traffic in 95 of 100 measurements (bootstrap).\n`,
    ...parts,
  ]
    .filter((part) => part !== '')
    .join('\n');
}
