import { describe, expect, test } from 'vitest';
import { compareRuns, signTest } from '../../../src/quality/compare-runs.ts';
import { type EvaluatedRow, evaluatedRow } from '../../../src/quality/evaluated-row.ts';
import { buildReport } from '../../../src/quality/report/build-report.ts';
import { confusionSquare } from '../../../src/quality/report/confusion-square.ts';
import type { ReportSubject } from '../../../src/quality/report/evaluation-report.ts';
import { htmlReport } from '../../../src/quality/report/html-report.ts';
import { parseSavedReport } from '../../../src/quality/report/saved-report.ts';

const subject: ReportSubject = {
  corpus: 'shop <b>',
  version: 'v-1',
  model: 'sha256:0',
  entries: 3,
  questions: 9,
  intents: 3,
  settings: { outOfScopeShare: 0.25 },
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
    {
      decision: confidence >= 0.5 ? 'answer' : 'no_match',
      candidates: [candidate(best, confidence), candidate(second, (1 - confidence) / 2)],
      clarifyIntents: [],
      noneConfidence: 0,
      versions: { corpus: 'v', model: 'm', calibrator: 'c' },
      timings: { tokenizeMs: 0, queueMs: 0, encodeMs: 0, searchMs: 0, totalMs: 0 },
      explanation: undefined,
      truncated: false,
    },
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
    expect(report.confusions).toEqual([{ meant: 'refund', said: 'parcel', count: 2 }]);
    expect(report.ambiguous).toEqual([{ intents: ['parcel', 'refund'], mistaken: 2, asked: 0, example: 'b' }]);
  });

  test('has the nearest question behind every error, and the best one of what was meant', () => {
    const [first] = report.mistakes;
    expect(first).toMatchObject({ utterance: 'b', nearest: { intent: 'parcel' }, meant: { intent: 'refund' } });
    expect(report.mistakes.map(({ utterance }) => utterance[0])).toEqual(['b', 'd', 'e', 'g']);
  });

  test('says where the share of out-of-scope rows is not the expected one, and where rows are few', () => {
    expect(report.notes.join(' ')).toContain('Only 5 in-scope utterances');
    expect(report.notes.join(' ')).not.toContain('expects');
  });

  test('shows out-of-scope rows in the confusion square only where they were answered', () => {
    const { labels, cells } = confusionSquare(ROWS);
    expect(labels).toEqual(['(none of these)', 'parcel', 'refund']);
    expect(cells).toContainEqual([2, 0, 1]);
    expect(cells).not.toContainEqual([1, 0, 1]);
  });

  test('of a single right row is drawn, too', async () => {
    const perfect = await buildReport({ subject, rows: ROWS.slice(0, 1), ...quick });
    expect(await htmlReport(perfect)).toContain('No intent was taken for another.');
  });
});

describe('as a page', () => {
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
    expect(page.match(/<figure>/gu)).toHaveLength(5);
    expect(page.match(/<svg/gu)).toHaveLength(5);
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\((?!#)/u);
  });

  test('texts of users and files are escaped', async () => {
    const page = await htmlReport(report);
    expect(page).toContain('e &amp; &lt;script&gt;');
    expect(page).toContain('shop &lt;b&gt;');
    expect(page).toContain('stored &lt;i&gt;');
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
