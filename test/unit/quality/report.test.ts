import { describe, expect, test } from 'vitest';
import { mistakeLines, reportLines } from '../../../src/cli/eval-print.ts';
import { compareRuns } from '../../../src/quality/compare-runs.ts';
import { type EvaluatedRow, evaluatedRow } from '../../../src/quality/evaluated-row.ts';
import { signTest } from '../../../src/quality/measures/sign-test.ts';
import type { LearntPrecision } from '../../../src/quality/report/asked-precision.ts';
import { buildReport } from '../../../src/quality/report/build-report.ts';
import { verdictText } from '../../../src/quality/report/comparison-section.ts';
import { confusionSquare } from '../../../src/quality/report/confusion-square.ts';
import { coverageChart } from '../../../src/quality/report/coverage-chart.ts';
import type { ReportSubject } from '../../../src/quality/report/evaluation-report.ts';
import { corpusTitle } from '../../../src/quality/report/html-page.ts';
import { htmlReport } from '../../../src/quality/report/html-report.ts';
import { percentText } from '../../../src/quality/report/number-text.ts';
import { parseSavedReport } from '../../../src/quality/report/saved-report.ts';
import { madeAnswer } from '../../support/match-answer.ts';

const subject: ReportSubject = {
  corpus: 'shop <b>',
  version: 'v-1',
  model: 'sha256:0',
  entries: 3,
  questions: 9,
  intents: 3,
  settings: { outOfScopeShare: 0.25, clarifyRatio: 0.75 },
  source: { kind: 'golden' },
};

/** [utterance, meant, best, confidence] */
type Plain = readonly [string, string | null, string, number];

function row([utterance, intent, best, confidence]: Plain): EvaluatedRow {
  const candidate = (name: string, value: number) => ({
    intent: name,
    entryId: name,
    confidence: value,
    similarity: 0.8,
    matchedQuestion: `stored <i>${name}</i>`,
    answer: '',
    metadata: {},
  });
  const second = best === 'refund' ? 'parcel' : 'refund';
  return evaluatedRow(
    { utterance, intent },
    madeAnswer({
      decision: confidence >= 0.5 ? 'answer' : 'no_match',
      candidates: [candidate(best, confidence), candidate(second, (1 - confidence) / 2)],
    }),
  );
}

const ROWS = (
  [
    ['a', 'refund', 'refund', 0.9],
    ['b', 'refund', 'parcel', 0.8],
    ['c', 'parcel', 'parcel', 0.7],
    ['d', 'parcel', 'parcel', 0.3],
    ['e & <script>alert(1)</script>', 'refund', 'parcel', 0.6],
    ['f', null, 'parcel', 0.2],
    ['g', null, 'refund', 0.65],
  ] satisfies readonly Plain[]
).map(row);

const quick = { resamples: 20 };
const report = await buildReport({ subject, rows: ROWS, ...quick });

describe('a report', () => {
  test('counts what was right, wrong and out of scope at each confidence', () => {
    const sum = (of: 'right' | 'wrong' | 'outOfScope') => report.histogram.reduce((total, bar) => total + bar[of], 0);
    expect([sum('right'), sum('wrong'), sum('outOfScope')]).toEqual([3, 2, 2]);
  });

  test('names the worst intents, what they were taken for, and the pairs that utterances fall between', () => {
    expect(report.perIntent.map(({ intent, rows, answered, takenFor }) => [intent, rows, answered, takenFor])).toEqual([
      ['refund', 3, 1, 'parcel'],
      ['parcel', 2, 1, null],
    ]);
    // The answered out-of-scope row counts, as in the picture; the refused one does not.
    expect(report.confusions).toEqual([
      { meant: 'refund', said: 'parcel', count: 2 },
      { meant: null, said: 'refund', count: 1 },
    ]);
    expect(report.ambiguous).toEqual([{ intents: ['parcel', 'refund'], mistaken: 2, asked: 0, example: 'b' }]);
  });

  test('has the nearest question behind every error, and the best one of what was meant', () => {
    const [first] = report.mistakes;
    expect(first).toMatchObject({ utterance: 'b', nearest: { intent: 'parcel' }, meant: { intent: 'refund' } });
    expect(report.mistakes.map(({ utterance }) => utterance[0])).toEqual(['b', 'd', 'e', 'g']);
  });

  test('says where the share of out-of-scope rows is not the expected one, and where rows are few', async () => {
    expect(report.notes.join(' ')).toContain('Only 5 in-scope utterances');
    expect(report.notes.join(' ')).not.toContain('expects');
    const outside = await buildReport({ subject, rows: ROWS.slice(6), ...quick });
    expect(outside.notes.slice(0, 2)).toEqual([
      'No utterance is in scope: nothing is said of right answers.',
      'Only 1 out-of-scope utterance: what is said of refusing rests on few.',
    ]);
  });

  test('shows out-of-scope rows in the confusion square only where they were answered', () => {
    const { labels, cells } = confusionSquare(ROWS);
    expect(labels).toEqual(['(none of these)', 'parcel', 'refund']);
    expect(cells).toContainEqual([2, 0, 1]);
    expect(cells).not.toContainEqual([1, 0, 1]);
  });

  test('has a range for a share of rows that are all right or all wrong, too, as wide as so few rows leave it', async () => {
    const rows = ROWS.filter(({ utterance }) => ['a', 'c', 'g'].includes(utterance));
    const { figures } = await buildReport({ subject, rows, ...quick });
    // Wilson: 2 of 2 are 34.2 to 100 %, 0 of 1 are 0 to 79.3 %.
    expect(figures.accuracy).toEqual({ value: 1, low: expect.closeTo(0.342, 3), high: 1 });
    expect(figures.intentAccuracy).toEqual(figures.accuracy);
    expect(figures.refused).toEqual({ value: 0, low: 0, high: expect.closeTo(0.793, 3) });
    // Two of three answers: the bootstrap has width.
    expect(figures.precision.low).toBeLessThan(figures.precision.high);
    const lines = reportLines(await buildReport({ subject, rows: rows.slice(0, 2), ...quick }));
    expect(lines.find((line) => line.startsWith('Answered rightly'))).toMatch(/100\.0 % +34\.2 to 100\.0 %/u);
    expect(lines.find((line) => line.startsWith('Out of scope refused'))).toMatch(/ – +no utterance is out of scope$/u);
  });

  test('marks the curve where each threshold puts it, once where it is the best for several precisions', () => {
    const { option } = coverageChart(report);
    const { series } = option as { readonly series: readonly { readonly data: readonly { name: string; value: number[] }[] }[] };
    // Only the surest row is right by itself: one of five in scope, and no laxer threshold has four right in five.
    expect(series[1]?.data).toMatchObject([{ name: '80, 90, 95, 99 % right: 20.0 %', value: [0.2, 1] }]);
    expect(report.coverageAt[0]).toMatchObject({ precision: 0.8, reached: 1, coverage: 0.2 });
  });

  test('of a single right row is drawn, too', async () => {
    const perfect = await buildReport({ subject, rows: ROWS.slice(0, 1), ...quick });
    expect(await htmlReport(perfect)).toContain('No intent was taken for another.');
  });
});

describe('as a page', () => {
  test('its pictures shrink to a phone, but for the matrix, which scrolls there', async () => {
    const page = await htmlReport(report);
    expect(page).toMatch(/figure svg \{ max-width: 100%;/u);
    expect(page).toMatch(/@media screen and \(max-width: 620px\) \{ figure\.matrix svg \{ max-width: none;/u);
    expect(page.match(/<figure class="matrix">/gu)).toHaveLength(1);
    expect(page).toMatch(/\.columns section \{[^}]*min-width: 0;/u);
  });

  test('it is one file with all pictures, that loads nothing and runs nothing', async () => {
    const page = await htmlReport({
      ...report,
      learning: [1, 2].map((questionsPerIntent) => ({
        questionsPerIntent,
        questions: 9,
        rows: 7,
        accuracy: 0.5,
        intentAccuracy: 0.6,
        refused: 0.5,
      })),
    });
    expect(page).toContain('A range holds the figure of all such traffic in 95 of 100 measurements');
    expect(page.match(/<figure/gu)).toHaveLength(5);
    expect(page.match(/<svg/gu)).toHaveLength(5);
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\((?!#)/u);
  });

  test('the learning curve says which utterances it was measured with', async () => {
    const point = { questions: 9, rows: 7, accuracy: 0.5, intentAccuracy: 0.6, refused: 0.5 };
    const learning = [1, null].map((questionsPerIntent) => ({ ...point, questionsPerIntent }));
    expect(await htmlReport({ ...report, learning })).toContain('The same 7 utterances against builds');
    const source = { kind: 'cross_validation', folds: 4, seed: 1, groups: 1, unseenIntents: false } as const;
    const folds = await htmlReport({ ...report, learning, source });
    expect(folds).toContain('The 7 utterances of the first fold alone, so that its end differs from the figures above');
    expect(folds).toContain('over 1 group of near-duplicates');
  });

  test('the rule behind an error stands in it, in a terminal and in JSON', async () => {
    const refusing = { text: 'never <i>', equal: false, similarity: 0.9, questionSimilarity: 0.4 } as const;
    const reason = { rule: 'below_min_confidence', threshold: 0.5, thresholdSource: 'corpus', refusing } as const;
    const rows = ROWS.map((each) => (each.utterance === 'd' ? { ...each, reason } : each));
    const reasoned = await buildReport({ subject, rows, ...quick });
    const rule = /NO_MATCH<\/span><small>confidence 30&nbsp;% under 50&nbsp;% \(the corpus&#39;s min_confidence\); /u;
    const page = await htmlReport(reasoned);
    expect(page).toMatch(rule);
    expect(page).toContain('counter-example "<bdi>never &lt;i&gt;</bdi>" is nearer (0.90 against 0.40)</small>');
    expect(mistakeLines(reasoned.mistakes).join('\n')).toContain(
      'confidence 30 % under 50 % (the corpus\'s min_confidence); counter-example "never <i>"',
    );
    expect(JSON.parse(JSON.stringify(reasoned)).mistakes[1].reason).toEqual(reason);
  });

  test('texts of users and files are escaped', async () => {
    const page = await htmlReport(report);
    expect(page).toContain('e &amp; &lt;script&gt;');
    expect(page).toContain('shop &lt;b&gt;');
    expect(page).toContain('stored &lt;i&gt;');
  });

  test('names break after underscores, decisions nowhere, and no line ends before a percent sign', async () => {
    const changed = ROWS.map((item) => (item.utterance === 'a' ? row(['a', 'refund', 'gift_card', 0.9]) : item));
    const page = await htmlReport(report, await compareRuns({ name: 'before', rows: ROWS }, { name: 'after', rows: changed }, quick));
    expect(page).toContain('<span class="decision">ANSWER</span> <bdi>gift_<wbr>card</bdi> 90&nbsp;%');
    expect(page).toMatch(/\.decision \{ white-space: nowrap; \}/u);
    expect(page.replace(/<svg.*?<\/svg>/gsu, '').replace(/<style.*?<\/style>|aria-label="[^"]*"/gsu, '')).not.toMatch(/\d %/u);
  });

  test('it says of what it is, when and with which version it was made, and how often each decision was taken', async () => {
    const page = await htmlReport({ ...report, corpus: '/home/me/faq/shop.yaml' });
    expect(page).toContain('<h1>Evaluation of <bdi>shop.yaml</bdi></h1><dl><dt>path</dt><dd><bdi>/home/me/faq/shop.yaml</bdi></dd>');
    expect(page).toMatch(/<dt>made<\/dt><dd><bdi>\d{4}-\d\d-\d\d \d\d:\d\d UTC with faqmatch \d+\.\d+\.\d+/u);
    // Four answers in scope and one out of it.
    expect(page).toMatch(/ANSWER<\/b><small>[^<]* 2 of 5 are right\.<\/small><\/td><td class="number">4<\/td><td class="number">1<\/td>/u);
    expect(page.match(/class="card"/gu)).toHaveLength(6);
    expect(page).toContain('<small>in-scope utterances that got their intent as ANSWER</small>');
  });

  test.each([
    ['shop', 'shop'],
    ['/srv/faq/shop/', 'shop'],
    ['C:\\faq\\shop.csv', 'shop.csv'],
    ['/', '/'],
  ])('a corpus %j is called %j', (corpus, title) => {
    expect(corpusTitle(corpus)).toBe(title);
  });

  test('the numbers behind each picture are there for those who ask, and every table is within reach of the keyboard', async () => {
    const page = await htmlReport(report);
    // Reliability, histogram and coverage; the table under the matrix shows its own.
    expect(page.match(/<details><summary>The numbers<\/summary>/gu)).toHaveLength(3);
    // c and d: sure by .7 and right, unsure by .3 and right.
    expect(page).toContain('<tr><td>70 to 75&nbsp;%</td><td class="number">1</td><td class="number">0</td><td class="number">0</td></tr>');
    const tables = page.match(/<table/gu)?.length;
    expect(page.match(/<div class="wide" tabindex="0" role="region" aria-label="Table: [^"]+">/gu)).toHaveLength(tables ?? 0);
    expect(page).not.toContain('<th></th>');
  });

  test('a long utterance is cut in it and in a terminal, and is whole where a pointer rests on it', async () => {
    const long = `my "parcel" ${'very '.repeat(60)}late`;
    const measured = await buildReport({ subject, rows: [row([long, 'refund', 'parcel', 0.9])], ...quick });
    const page = await htmlReport(measured);
    expect(page).toContain(`<span title="${long.replaceAll('"', '&quot;')}"><bdi>my &quot;parcel&quot; very `);
    expect(page).toMatch(/very [very]*…<\/bdi>/u);
    expect(mistakeLines(measured.mistakes).join('\n')).not.toContain('late');
  });

  test('a text from right to left moves nothing that stands beside it', async () => {
    const rows = [row(['أين طلبي', 'refund', 'طلب', 0.9])];
    const page = await htmlReport(await buildReport({ subject, rows, ...quick }));
    expect(page).toContain('<bdi>أين طلبي</bdi>');
    expect(page).toContain('<small><bdi>طلب</bdi> · similarity 0.80');
  });

  test('on paper nothing is cut off and its legends keep their colours', async () => {
    const [, print = ''] = (await htmlReport(report)).split('@media print');
    expect(print).toContain('.wide, figure { overflow: visible; }');
    expect(await htmlReport(report)).toMatch(/figcaption i \{[^}]* print-color-adjust: exact;/u);
  });

  test('a comparison stands in it with both runs and what was broken', async () => {
    const after = { name: 'after', rows: ROWS.map((item) => (item.utterance === 'a' ? row(['a', 'refund', 'parcel', 0.9]) : item)) };
    const page = await htmlReport(report, await compareRuns({ name: 'before', rows: ROWS }, after, quick));
    expect(page).toContain('What changed');
    expect(page).toContain('Broken (1)');
  });
});

describe('two runs', () => {
  const better = ROWS.map((item) => (item.utterance === 'b' ? row(['b', 'refund', 'refund', 0.8]) : item));

  test('are compared on the rows that both measured', async () => {
    const comparison = await compareRuns({ name: 'old', rows: ROWS.slice(1) }, { name: 'new', rows: better }, quick);
    expect(comparison).toMatchObject({ rows: 6, leftOut: 1 });
    expect(comparison.fixed.map(({ utterance }) => utterance)).toEqual(['b']);
    expect(comparison.broken).toEqual([]);
    expect(comparison.figures.accuracy.difference.value).toBeCloseTo(1 / 4);
  });

  test('are called better or worse by a share of rows only where the sign test says so', async () => {
    const pairs = (wrong: number, all: number) =>
      Array.from({ length: all }, (_, i) => row([`u${i}`, 'refund', i < wrong ? 'parcel' : 'refund', 0.9]));
    const changes = async (wrong: number, all: number) => {
      const { figures } = await compareRuns({ name: 'old', rows: pairs(wrong, all) }, { name: 'new', rows: pairs(0, all) });
      return [figures.accuracy, figures.intentAccuracy].map((change) => [verdictText('accuracy', change), change.sure]);
    };
    // The bootstrap alone leaves 0 out from four rows of six on: with five the sign test is at .06, with six at .03.
    expect(await changes(5, 12)).toEqual([
      ['could be chance', false],
      ['could be chance', false],
    ]);
    expect(await changes(6, 12)).toEqual([
      ['better', true],
      ['better', true],
    ]);
    expect(await changes(6, 9)).toEqual([
      ['could be chance', false],
      ['could be chance', false],
    ]);
    // Every row the other way round: a range without width.
    expect(await changes(12, 12)).toEqual([
      ['could be chance', false],
      ['could be chance', false],
    ]);
  });

  test('that changed in one out-of-scope row say nothing sure of refusing', async () => {
    const rows = (confidence: number) => [...ROWS, row(['new', null, 'parcel', confidence])];
    const { figures } = await compareRuns({ name: 'old', rows: rows(0.9) }, { name: 'new', rows: rows(0.1) });
    expect(Object.values(figures).some(({ sure }) => sure)).toBe(false);
  });

  test('that are the same differ by nothing, surely', async () => {
    const { figures, signTest: chance } = await compareRuns({ name: 'old', rows: ROWS }, { name: 'new', rows: ROWS }, quick);
    expect(figures.auroc.difference).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(figures.auroc.sure).toBe(false);
    expect(chance).toBe(1);
  });

  test('without a common row are refused', async () => {
    await expect(compareRuns({ name: 'old', rows: ROWS.slice(0, 1) }, { name: 'new', rows: ROWS.slice(1) })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  test('the sign test is exact, and close to it where numbers are large', () => {
    // 2 · (1 + 10) / 2^10
    expect(signTest(1, 10)).toBeCloseTo(0.021484375, 12);
    expect(signTest(5, 10)).toBe(1);
    expect(signTest(0, 0)).toBe(1);
    expect(signTest(1000, 2100)).toBeCloseTo(0.0307, 3);
  });
});

describe('a saved report', () => {
  test('is read back with its rows', () => {
    const saved = parseSavedReport(JSON.stringify(report), 'report.json');
    expect(saved.rows).toEqual(ROWS);
    expect(saved).toMatchObject({ version: 'v-1', model: 'sha256:0' });
  });

  test.each(['', '{}', '{"format":99}', 'hello'])('%j is refused in words', (text) => {
    expect(() => parseSavedReport(text, 'x.json')).toThrow(/Expected the report of an earlier run/u);
  });
});

describe('a precision that was asked for', () => {
  const told = (learnt: LearntPrecision | undefined, settings: Readonly<Record<string, number>> = subject.settings) =>
    buildReport({ subject: { ...subject, settings }, rows: ROWS, asked: { precision: 0.9, learnt }, ...quick });

  test('is left out where none was asked for', async () => {
    expect(report.askedPrecision).toBeNull();
    expect(await htmlReport(report)).not.toContain('Asked precision');
  });

  test('stands beside what the answers reach, as the rows come and at the expected share of out-of-scope traffic', async () => {
    const { askedPrecision: asked } = await told({ confidence: 0.5, coverage: 0.6 });
    // Five of seven rows have .5 and more: two right, two of another intent, one out of scope.
    expect(asked).toMatchObject({ asked: 0.9, threshold: 0.5, reachable: true, expectedAnswered: 0.6, answers: 5, answered: 5 / 7 });
    expect(asked?.reached.value).toBe(2 / 5);
    // In scope 2 of 5 right, 4 of 5 answered; out of scope 1 of 2 answered.
    expect(asked?.atExpectedShare).toBeCloseTo((0.75 * 0.4) / (0.75 * 0.8 + 0.25 * 0.5), 12);
    expect(asked?.verdict).toBe('missed');
  });

  test('has the threshold of the stricter of both wishes, and no expected share then', async () => {
    const { askedPrecision: asked } = await told({ confidence: 0.5, coverage: 0.6 }, { ...subject.settings, minConfidence: 0.7 });
    expect(asked).toMatchObject({ threshold: 0.7, expectedAnswered: null });
    const laxer = await told({ confidence: 0.5, coverage: 0.6 }, { ...subject.settings, minConfidence: 0.2 });
    expect(laxer.askedPrecision).toMatchObject({ threshold: 0.5, expectedAnswered: 0.6 });
  });

  test('is told in sentences by both reports, out of reach and of several builds too', async () => {
    const within = await told({ confidence: 0.5, coverage: 0.6 });
    expect(reportLines(within).join('\n')).toMatch(/Asked: 90 % of answers right\. Came true: 40\.0 % of 5 answers/u);
    expect(await htmlReport(within)).toContain('from confidence 0.50 on: 71.4&nbsp;% of the utterances, 60.0&nbsp;% expected');
    expect(await htmlReport(within)).toContain(
      '{min_precision: 0.9}&quot; in the FAQ file, then reload; or min_precision 0.9 in a request.',
    );
    const unreachable = await told({ confidence: undefined, coverage: 0 });
    expect(unreachable.askedPrecision).toMatchObject({ threshold: null, reachable: false, expectedAnswered: null });
    expect(reportLines(unreachable).join('\n')).toContain('out of reach');
    expect((await told(undefined)).askedPrecision).toMatchObject({ threshold: null, reachable: null, expectedAnswered: null });
  });

  test('is guaranteed where enough labelled utterances prove it at the expected share, and an estimate elsewhere', async () => {
    const row = (i: number, intent: string | null): EvaluatedRow => ({
      ...(ROWS[0] as EvaluatedRow),
      utterance: `utterance ${i}`,
      intent,
      best: 'parcel',
      confidence: intent === null ? 0.2 : 0.8,
      second: 0.1,
      decision: 'no_match',
    });
    const rows = Array.from({ length: 100 }, (_, i) => row(i, i < 60 ? 'parcel' : null));
    const learnt = { confidence: 0.9, coverage: 0 };
    const measured = (of: readonly EvaluatedRow[]) => buildReport({ subject, rows: of, asked: { precision: 0.9, learnt }, ...quick });
    const proven = await measured(rows);
    // 60 in scope make traffic of 80 where a quarter is out of scope; the version's own threshold answers none of them.
    expect(proven.askedPrecision?.guarantee).toEqual({
      certainty: 0.95,
      outOfScopeShare: 0.25,
      utterances: 80,
      given: 100,
      proven: { confidence: expect.closeTo(0.25, 10), answers: 60, right: 60 },
      fewest: 29,
      demanding: [],
    });
    expect(reportLines(proven).join('\n')).toContain(
      'Guaranteed with 95 % certainty for traffic like this: a min_confidence of 0.25 (60 of 60 answers right, from 80 of your 100 utterances, thinned to 25 % out of scope).',
    );
    const demands = new Map([
      ['parcel', 0.9],
      ['refund', 0.1],
    ]);
    const strict = await buildReport({ subject, rows, asked: { precision: 0.9, learnt, demands }, ...quick });
    // All 60 lie below what their intent demands.
    expect(strict.askedPrecision?.guarantee).toMatchObject({ proven: null, demanding: ['parcel', 'refund'] });
    const beside = await buildReport({ subject, rows, asked: { precision: 0.9, learnt, demands: new Map([['refund', 0.1]]) }, ...quick });
    expect(reportLines(beside).join('\n')).toContain('the demands of "refund" are counted in');
    // As a list in the page, what to write last: a request's own number would set the demands aside.
    const last = 'What to write: &quot;settings: {min_confidence: 0.25}&quot; in the FAQ file, then reload';
    expect(await htmlReport(proven)).toContain(`<li>${last}; or min_confidence 0.25 in a request.</li></ul>`);
    expect(await htmlReport(beside)).toContain(`<li>${last}.</li></ul>`);
    expect((await measured(rows.slice(40, 80))).askedPrecision?.guarantee?.proven).toBeNull();
    // Where a second is close, CLARIFY is what a lower threshold gives.
    expect((await measured(rows.map((one) => ({ ...one, second: 0.7 })))).askedPrecision?.guarantee?.proven).toBeNull();
    expect((await measured(rows.slice(0, 60))).askedPrecision?.guarantee).toBeNull();
    expect((await told(undefined)).askedPrecision?.guarantee).toBeNull();
  });

  test('is not called reached where few answers are all right', async () => {
    const rows = ROWS.filter(({ intent, best }) => intent === best);
    const { askedPrecision: asked } = await buildReport({
      subject,
      rows,
      asked: { precision: 0.9, learnt: { confidence: 0.5, coverage: 0 } },
      ...quick,
    });
    expect(asked?.reached.value).toBe(1);
    expect(asked).toMatchObject({ verdict: 'open', atExpectedShare: null });
  });

  test('says that nothing was answered where nothing was', async () => {
    const rows = ROWS.filter(({ decision }) => decision === 'no_match');
    const silent = await buildReport({ subject, rows, asked: { precision: 0.9, learnt: undefined }, ...quick });
    expect(silent.askedPrecision).toMatchObject({ answers: 0, answered: 0, verdict: 'open' });
    expect(reportLines(silent).join('\n')).toContain('Nothing was answered.');
  });
});

describe('what cannot be told', () => {
  const untoldOf = async (...plain: readonly Plain[]) => (await buildReport({ subject, rows: plain.map(row), ...quick })).untold;

  test('is a dash with its reason in the terminal and on the page, and null in JSON', async () => {
    const inside = await buildReport({ subject: { ...subject, intents: 1 }, rows: [row(['a', 'refund', 'refund', 0.9])], ...quick });
    expect(inside.untold).toEqual({
      refused: 'no utterance is out of scope',
      auroc: 'every best candidate is right',
      mcc: 'every utterance means the same intent',
    });
    expect(reportLines(inside).join('\n')).toMatch(/^MCC +– +every utterance means the same intent$/mu);
    const html = await htmlReport(inside);
    expect(html).toMatch(/<b>–<\/b><span>AUROC<\/span><span class="range">every best candidate is right<\/span>/u);
    expect(html).toMatch(/<b>MCC<\/b>.*?–.*?every utterance means the same intent/u);
    expect(JSON.parse(JSON.stringify(inside)).figures.mcc.value).toBeNull();
    expect(inside.notes.join(' ')).toContain('The corpus has one intent');
  });

  test('of out-of-scope utterances alone is all that needs one in scope, and no threshold is said to buy nothing', async () => {
    const outside = await buildReport({ subject, rows: [row(['f', null, 'parcel', 0.2])], ...quick });
    const scope = 'no utterance is in scope';
    expect(outside.untold).toEqual({
      accuracy: scope,
      intentAccuracy: scope,
      precision: 'nothing was answered',
      coverageAt90: scope,
      auroc: 'no best candidate is right',
      mcc: scope,
      macroF1: scope,
      ndcgAt10: scope,
      reciprocalRank: scope,
    });
    expect(outside.coverageAt.map(({ coverage }) => coverage)).toEqual([NaN, NaN, NaN, NaN]);
    const said = `${reportLines(outside).join('\n')}\n${await htmlReport(outside)}`;
    expect(said).not.toMatch(/no threshold reaches it|Every intent is right throughout|What a .*threshold could buy/u);
  });

  test('is nothing where rows of both kinds are right and wrong', async () => {
    expect(report.untold).toEqual({});
    expect(await untoldOf(['a', 'refund', 'refund', 0.9], ['b', 'parcel', 'refund', 0.2], ['f', null, 'parcel', 0.2])).toEqual({});
  });
});

test('a share of nothing is a dash', () => {
  expect(percentText(Number.NaN)).toBe('–');
  expect(percentText(0.9732)).toBe('97.3 %');
});
