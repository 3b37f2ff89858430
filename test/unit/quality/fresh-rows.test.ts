import { expect, test } from 'vitest';
import { requireDemands } from '../../../src/cli/eval-checks.ts';
import { reportLines } from '../../../src/cli/eval-print.ts';
import type { EvaluatedRow } from '../../../src/quality/evaluated-row.ts';
import { knownKeys, NOTHING_KNOWN, surveyNotes, surveyRows } from '../../../src/quality/fresh-rows.ts';
import { buildReport } from '../../../src/quality/report/build-report.ts';
import { entry } from '../../support/fake-version.ts';

const INTENTS = 12;
const corpus = {
  entries: Array.from({ length: INTENTS }, (_, i) =>
    entry(
      `intent${i}`,
      Array.from({ length: 6 }, (__, q) => `Question ${q} of ${i}?`),
      { counterExamples: [`not ${i}`] },
    ),
  ),
  counterExamples: Array.from({ length: 18 }, (_, i) => `chatter ${i}`),
  golden: [],
};

function row(utterance: string, intent: string | null, best = intent ?? 'intent0'): EvaluatedRow {
  const confidence = intent === null ? 0.05 : 0.9;
  const decision = intent === null ? 'no_match' : 'answer';
  const rest = { clarifyIntents: [], ranking: [best], second: 0, nearest: undefined, meant: undefined };
  return { utterance, intent, decision, best, confidence, relevant: intent === null ? [] : [intent], ...rest };
}

function reportOf(rows: readonly EvaluatedRow[], precision = 0.9) {
  const subject = {
    corpus: 'shop',
    version: 'v',
    model: 'm',
    entries: INTENTS,
    questions: 72,
    intents: INTENTS,
    settings: { outOfScopeShare: 0.25, clarifyRatio: 0.75 },
    source: { kind: 'golden' },
  } as const;
  const asked = { precision, learnt: { confidence: 0.5, coverage: 0.5 } };
  return buildReport({ subject, rows, known: knownKeys(corpus), asked, resamples: 20 });
}

const STORED = corpus.entries.flatMap(({ intent, questions, counterExamples }) => [
  ...questions.map((question) => row(question.toUpperCase(), intent)),
  ...counterExamples.map((text) => row(text, null)),
]);
const times = (rows: readonly EvaluatedRow[], count: number) => Array.from({ length: count }, () => rows).flat();

test('stored questions and counter-examples prove nothing, and are counted', async () => {
  const report = await reportOf([...STORED, ...corpus.counterExamples.map((text) => row(`${text}!`, null))]);
  expect(report.askedPrecision?.guarantee).toBeNull();
  expect(report.askedPrecision?.noGuarantee).toContain('Nothing is guaranteed');
  expect(report.notes.join(' ')).toContain('102 of 102 utterances are stored in the corpus');
  expect(reportLines(report).join('\n')).toMatch(/Nothing is guaranteed: .*note: 102 of 102 utterances/su);
});

test('rows that repeat one another prove as much as one of them', async () => {
  const inside = Array.from({ length: 12 }, (_, i) => row(`Fresh ${i}`, `intent${i}`));
  const outside = Array.from({ length: 4 }, (_, i) => row(`Weather ${i}`, null));
  const report = await reportOf(times([...inside, ...outside], 6));
  expect(report.askedPrecision?.guarantee).toMatchObject({ utterances: 16, given: 96, proven: null });
  expect(report.notes.join(' ')).toContain('80 of 96 utterances repeat others');
});

test('rows that are news each guarantee what they did, without a note', async () => {
  const inside = Array.from({ length: 72 }, (_, i) => row(`Fresh ${i}`, 'intent1'));
  const report = await reportOf([...inside, ...Array.from({ length: 24 }, (_, i) => row(`Weather ${i}`, null))]);
  expect(() => requireDemands(report, { figures: [], precision: true })).not.toThrow();
  expect(report.askedPrecision).toMatchObject({ guarantee: { utterances: 96, proven: { answers: 72 } }, noGuarantee: null });
  expect(report.notes.join(' ')).not.toMatch(/stored|repeat/u);
});

test('of labels that contradict one another the one that was missed counts', () => {
  const survey = surveyRows([row('Fresh', 'intent1'), row('fresh!', 'intent2', 'intent1'), row('FRESH', 'intent1')], NOTHING_KNOWN);
  expect(survey).toMatchObject({ stored: 0, repeated: 2, fresh: [{ intent: 'intent2' }] });
});

test('an asked precision is told with its digits', async () => {
  expect(reportLines(await reportOf(STORED, 0.996)).join('\n')).toContain('Asked: 99.6 % of answers right.');
});

test('calibration rows prove nothing, and are counted', async () => {
  const calibration = [{ utterance: 'Taught', intent: 'intent1' }];
  const known = knownKeys({ entries: [], counterExamples: [], golden: [], calibration });
  const survey = surveyRows([row('taught!', 'intent1'), row('fresh', 'intent1')], known);
  expect(survey).toMatchObject({ stored: 0, taught: 1, repeated: 0, fresh: [{ utterance: 'fresh' }] });
  expect(surveyNotes(survey, 2)).toEqual([expect.stringContaining('1 of 2 utterances is a calibration row of the corpus')]);
});
