import { expect, test, vi } from 'vitest';
import { buildReport } from '../../../src/quality/report/build-report.ts';
import { reportEvents } from '../../../src/server/grpc/evaluation-events.ts';

// Of this thread: loading the drawing library would hold up every match of the server.
vi.mock('../../../src/quality/report/html-report.ts', () => {
  throw new Error('drawn in the thread of the matches');
});

const rest = { clarifyIntents: [], ranking: ['refund'], second: 0, nearest: undefined, meant: undefined };
const row = {
  utterance: 'cash',
  intent: 'refund',
  decision: 'answer',
  best: 'refund',
  confidence: 0.9,
  relevant: ['refund'],
  ...rest,
} as const;
const facts = { corpus: 'shop', version: 'v', model: 'm', entries: 1, questions: 1, intents: 1, settings: {} };
const report = await buildReport({ subject: { ...facts, source: { kind: 'golden' } }, rows: [row], resamples: 5 });

test('a page is drawn off the thread that matches', async () => {
  const [page] = await reportEvents(report, true);
  if (page?.$case !== 'reportHtml') throw new Error('Expected the page first.');
  expect(page.value).toMatch(/^<!doctype html>.*<svg.*<\/html>\n$/su);
});

test('a page that cannot be drawn is an error, not a wait', async () => {
  await expect(reportEvents({ ...report, rows: null } as never, true)).rejects.toMatchObject({ code: 'internal' });
});
