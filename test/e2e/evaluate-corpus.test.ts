import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { EvaluateCorpusRequest } from '../../src/generated/faqmatch/v1/admin.ts';
import { readAll, refusalOf, type Served, serveReal } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serveReal();
});
afterAll(() => served[Symbol.asyncDispose]());

function call(fields: Partial<EvaluateCorpusRequest> = {}) {
  const none = { version: '', utterances: [], folds: 0, seed: 0, minConfidence: undefined, minPrecision: undefined, html: false };
  return served.admin.evaluateCorpus({ corpus: 'delivery', ...none, ...fields });
}

/** Stored questions of the served corpus with their intents. */
function labelled() {
  const entries = served.versions.active('delivery')?.content.entries ?? [];
  return entries.flatMap(({ intent, questions }) => questions.map((utterance) => ({ utterance, intent })));
}

test('labelled utterances give a report as the last event, and a page before it where it is asked for', async () => {
  const events = (await readAll(call({ utterances: labelled(), html: true }))).map(({ event }) => event);
  const [page, json] = events.slice(-2);
  if (page?.$case !== 'reportHtml' || json?.$case !== 'reportJson') throw new Error('Expected the page, then the report.');
  expect(page.value).toMatch(/^<!doctype html>/u);
  const report = JSON.parse(json.value);
  // Stored questions are answered by equality.
  expect(report.metrics.inScope).toMatchObject({ rows: labelled().length, accuracy: 1 });
  expect(report).toMatchObject({ corpus: 'delivery', source: { kind: 'golden' }, version: served.versions.active('delivery')?.version });
});

test('an utterance without an intent counts as out of scope', async () => {
  const utterances = [...labelled(), { utterance: 'how tall is the tower of the town hall' }];
  const [last] = (await readAll(call({ utterances }))).map(({ event }) => event).slice(-1);
  if (last?.$case !== 'reportJson') throw new Error('Expected the report last.');
  const { metrics } = JSON.parse(last.value);
  expect(metrics.inScope.rows).toBe(labelled().length);
  expect(metrics.outOfScope.rows).toBe(1);
});

test('a precision that is asked for stands in the report beside what the answers reach', async () => {
  const [last] = (await readAll(call({ utterances: labelled(), minPrecision: 0.9 }))).map(({ event }) => event).slice(-1);
  if (last?.$case !== 'reportJson') throw new Error('Expected the report last.');
  const { askedPrecision, settings } = JSON.parse(last.value);
  // Stored questions are answered by equality, whatever the precision.
  expect(askedPrecision).toMatchObject({ asked: 0.9, answers: labelled().length, reached: { value: 1 } });
  expect(settings.minPrecision).toBe(0.9);
});

test('without utterances the corpus is measured by itself, tells how far it is, and serves what it served', async () => {
  const before = served.versions.active('delivery')?.version;
  const events = (await readAll(call({ folds: 2, seed: 5 }))).map(({ event }) => event);
  expect(events.some((event) => event?.$case === 'progress' && event.value.phase.startsWith('fold 2 of 2'))).toBe(true);
  const last = events.at(-1);
  if (last?.$case !== 'reportJson') throw new Error('Expected the report last.');
  expect(JSON.parse(last.value).source).toMatchObject({ kind: 'cross_validation', folds: 2, seed: 5 });
  expect(served.versions.active('delivery')?.version).toBe(before);
  expect(served.versions.status().map(({ corpus }) => corpus)).toEqual(['delivery']);
});

test('labels that do not fit the corpus are refused by name', async () => {
  const [first] = labelled();
  const refusal = await refusalOf(
    readAll(call({ utterances: [{ utterance: 'x', intent: 'gone' }, { utterance: first?.utterance ?? '' }] })),
  );
  expect(refusal.code).toBe(status.INVALID_ARGUMENT);
  expect(refusal.message).toContain('utterances[0].intent');
  expect(refusal.message).toContain('utterances[1]');
});

test.each([
  ['folds', { folds: 1 }],
  ['min_confidence', { minConfidence: Number.NaN }],
  ['min_precision', { minPrecision: 1.1 }],
  ['utterances[0].utterance', { utterances: [{ utterance: ' ', intent: 'refund' }] }],
  ['utterances[0].utterance', { utterances: [{ utterance: '\u200b', intent: 'refund' }] }],
  ['corpus', { corpus: '' }],
] satisfies readonly (readonly [string, Partial<EvaluateCorpusRequest>])[])('a bad %s is refused', async (field, fields) => {
  const refusal = await refusalOf(readAll(call(fields)));
  expect(refusal.code).toBe(status.INVALID_ARGUMENT);
  expect(refusal.message).toContain(field);
});

test('an unknown corpus is not found', async () => {
  expect((await refusalOf(readAll(call({ corpus: 'nowhere' })))).code).toBe(status.NOT_FOUND);
});

test('a second evaluation is told to come back later, and one whose client left makes room', async () => {
  const first = call({ folds: 2 });
  // Its first event says that it runs.
  await once(first, 'data');
  const refusal = await refusalOf(readAll(call({ utterances: labelled() })));
  expect(refusal).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'EVALUATION_RUNNING' });
  first.on('error', () => undefined);
  first.cancel();
  const answered = () => readAll(call({ utterances: labelled() }));
  await vi.waitFor(async () => expect(await answered()).not.toEqual([]), { timeout: 10_000, interval: 50 });
});
