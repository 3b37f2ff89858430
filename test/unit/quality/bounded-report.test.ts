import { expect, test } from 'vitest';
import type { EvaluatedRow } from '../../../src/quality/evaluated-row.ts';
import { boundedReport } from '../../../src/quality/report/bounded-report.ts';
import { buildReport } from '../../../src/quality/report/build-report.ts';
import { MAX_RESPONSE_BYTES } from '../../../src/server/edge/response-size.ts';
import { reportEvents } from '../../../src/server/grpc/evaluation-events.ts';

function row(i: number, text = 'where is it'): EvaluatedRow {
  const [intent, best] = [`intent ${i % 50}`, i % 2 === 0 ? `intent ${i % 50}` : 'other'];
  const nearest = { question: `${text} ü`, intent: best, entryId: best, similarity: 0.5, confidence: 0.6 };
  const rest = { clarifyIntents: [], ranking: [best], second: 0, nearest, meant: undefined };
  return { utterance: `${text} ${i}`, intent, decision: 'answer', best, confidence: 0.6, relevant: [intent], ...rest };
}

function reportOf(count: number, text?: string) {
  const rows = Array.from({ length: count }, (_, i) => row(i, text));
  const facts = { corpus: 'shop', version: 'v', model: 'm', entries: 50, questions: 50, intents: 50, settings: {} };
  return buildReport({ subject: { ...facts, source: { kind: 'golden' } }, rows, resamples: 5 });
}
const report = await reportOf(400);
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test('a report that fits stays as it is', () => {
  expect(boundedReport(report, bytesOf(report))).toBe(report);
});

test('one that does not keeps all figures, says what is left out, and has as many mistakes as fit', () => {
  const cut = boundedReport(report, 60_000);
  expect(bytesOf(cut)).toBeLessThanOrEqual(60_000);
  expect(cut).toMatchObject({ metrics: report.metrics, figures: report.figures, perIntent: report.perIntent, rows: [] });
  expect(cut.mistakes).toEqual(report.mistakes.slice(0, cut.mistakes.length));
  expect(cut.mistakes.length).toBeGreaterThan(50);
  expect(bytesOf(cut)).toBeGreaterThan(59_000);
  expect(cut.notes.at(-1)).toContain(`all 400 rows, ${200 - cut.mistakes.length} of 200 mistakes.`);
  const bytes = bytesOf({ ...report, rows: [], mistakes: [], perIntent: [] }) + 1200;
  const narrow = boundedReport(report, bytes);
  expect(bytesOf(narrow)).toBeLessThanOrEqual(bytes);
  expect(narrow.notes.at(-1)).toMatch(/4\d of 50 intents, /u);
});

test('page and JSON of a server fit into a response whatever was sent', { timeout: 30_000 }, async () => {
  const large = await reportOf(1200, '<'.repeat(2000));
  expect(bytesOf(large)).toBeGreaterThan(4 * 1024 * 1024);
  const [page, json] = await reportEvents(large, true);
  if (page?.$case !== 'reportHtml' || json?.$case !== 'reportJson') throw new Error('Expected the page, then the report.');
  expect(Buffer.byteLength(page.value)).toBeLessThan(MAX_RESPONSE_BYTES);
  expect(page.value).toContain('mistakes are left out');
  expect(Buffer.byteLength(json.value)).toBeLessThan(MAX_RESPONSE_BYTES);
  expect(JSON.parse(json.value)).toMatchObject({ rows: [], metrics: { rows: 1200 } });
});
