import { expect, test } from 'vitest';
import { serverAddress } from '../../../src/cli/command-settings.ts';
import { welcomeLines } from '../../../src/cli/demo.ts';
import { exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { readLines } from '../../../src/cli/read-lines.ts';
import { resultLines } from '../../../src/cli/reload.ts';
import { matchLines } from '../../../src/cli/render-match.ts';
import { reportError } from '../../../src/cli/report-error.ts';
import { callableAddress } from '../../../src/cli/serve.ts';
import { markdownLines, tableLines } from '../../../src/cli/table.ts';
import { toJson } from '../../../src/client/json.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { FaqError } from '../../../src/errors.ts';
import { ReloadResult } from '../../../src/generated/faqmatch/v1/admin.ts';
import { Decision, type DecisionChange, MatchResponse } from '../../../src/generated/faqmatch/v1/match.ts';
import { fakeTerminal } from '../../support/fake-terminal.ts';

test.each([
  ['invalid_argument', 3],
  ['not_found', 4],
  ['unavailable', 5],
  ['resource_exhausted', 5],
  ['deadline_exceeded', 5],
  ['failed_precondition', 6],
  ['aborted', 6],
  ['unimplemented', 6],
  ['internal', 1],
  ['data_loss', 1],
] as const)('%s exits with %i', (code, expected) => {
  expect(exitCodeOf(new FaqError(code, 'x'))).toBe(expected);
});

test('faults are printed one a line in the form that editors understand', () => {
  const terminal = fakeTerminal();
  const faults = [
    { file: 'faq.yaml', line: 3, field: 'entries[0].id', code: 'duplicate_id', message: 'twice' },
    { file: 'faq.yaml', line: 0, field: '', code: 'no_entries', message: 'empty' },
  ];
  expect(reportError(terminal, new FaqError('invalid_argument', 'refused', { faults }))).toBe(3);
  expect(terminal.complaints).toEqual([
    'faqmatch: refused',
    '  faq.yaml:3: entries[0].id: twice [duplicate_id]',
    '  faq.yaml: empty [no_entries]',
  ]);
  expect(terminal.written).toEqual([]);
});

test('a foreign error shows its cause, since there is no server log to look into', () => {
  const terminal = fakeTerminal();
  expect(reportError(terminal, new TypeError('boom'))).toBe(1);
  expect(terminal.complaints[0]).toContain('boom');
});

test('what would have changed a decision is told in words', () => {
  const change = (what: string, rest: Partial<DecisionChange> = {}): DecisionChange => ({
    what,
    decision: Decision.DECISION_ANSWER,
    intent: 'refund',
    value: 0,
    texts: [],
    ...rest,
  });
  const refused = { decision: Decision.DECISION_NO_MATCH, intent: '' };
  const changes = [
    change('min_confidence', { value: 0.42 }),
    change('min_confidence', { value: 0.43, ...refused }),
    change('min_precision', { value: 0.8 }),
    change('score', { value: 0.13 }),
    change('runner_up_score', { value: -0.052, decision: Decision.DECISION_CLARIFY, intent: '' }),
    change('remove_counter_example', { texts: ['a joke', 'A joke!'] }),
    change('add_counter_example', { texts: ['money back'], ...refused }),
    change('remove_question', { texts: ['money back'] }),
    change('remove_filter'),
    change('of_a_newer_server'),
  ];
  const lines = matchLines(MatchResponse.create({ explanation: { changes } }), fakeTerminal());
  expect(lines.filter((line) => line.startsWith('changes')).map((line) => line.replace(/^changes +/u, ''))).toEqual([
    'ANSWER refund at min_confidence 0.42 or lower',
    'NO_MATCH at min_confidence 0.43 or higher',
    'ANSWER refund at min_precision 0.80 or lower',
    'ANSWER refund with 0.130 more score',
    'CLARIFY if the second scored 0.052 less',
    'ANSWER refund without the counter-example "a joke", "A joke!"',
    'NO_MATCH with "money back" as a counter-example of the corpus',
    'ANSWER refund if only refund kept the question, and these went: "money back"',
    'ANSWER refund without the filter',
    'ANSWER refund of_a_newer_server',
  ]);
});

test('tables pad to the widest cell and set numbers right', () => {
  expect(
    tableLines(
      ['NAME', 'N'],
      [
        ['a', 5],
        ['long one', 10],
      ],
    ),
  ).toEqual(['NAME       N', 'a          5', 'long one  10']);
  expect(tableLines(['A', 'B'], [])).toEqual(['A  B']);
  expect(markdownLines(['a', 'b'], [[1, 'x']])).toEqual(['| a | b |', '| --- | --- |', '| 1 | x |']);
});

test('an answer is shown with its confidence as percent, a refusal without an answer text', () => {
  const candidate = {
    intent: 'track_order',
    entryId: 'e',
    confidence: 0.973,
    similarity: 0.91,
    matchedQuestion: 'Where is it?',
    answer: 'Over there.',
    metadata: {},
  };
  const answered = matchLines(
    MatchResponse.fromPartial({ decision: Decision.DECISION_ANSWER, candidates: [candidate] }),
    fakeTerminal(),
  ).join('\n');
  expect(answered).toContain('ANSWER  track_order 97 %');
  expect(answered).toContain('Over there.');
  const refused = matchLines(
    MatchResponse.fromPartial({ decision: Decision.DECISION_NO_MATCH, candidates: [candidate] }),
    fakeTerminal(),
  ).join('\n');
  expect(refused).toContain('NO_MATCH');
  expect(refused).not.toContain('Over there.');
  expect(matchLines(MatchResponse.fromPartial({ decision: Decision.DECISION_NO_MATCH }), fakeTerminal())[0]).toBe(
    'NO_MATCH  (no entry passes the filter)',
  );
});

test('asking back names every intent with how likely it is', () => {
  const candidates = [
    { intent: 'track', confidence: 0.41 },
    { intent: 'late', confidence: 0.38 },
    { intent: 'far', confidence: 0.02 },
  ];
  const response = MatchResponse.fromPartial({ decision: Decision.DECISION_CLARIFY, candidates, clarifyIntents: ['track', 'late'] });
  expect(matchLines(response, fakeTerminal())[0]).toBe('CLARIFY  track 41 % or late 38 %');
});

test('JSON writes zero values out, names enums and unfolds oneofs', () => {
  const progress = { event: { $case: 'progress', value: { phase: 'read', done: 0, total: 0 } }, operationId: '' } as const;
  expect(toJson('ReloadCorpusResponse', progress)).toEqual({ progress: { phase: 'read', done: 0, total: 0 }, operationId: '' });
  const response = MatchResponse.fromPartial({ decision: Decision.DECISION_NO_MATCH, candidates: [{ intent: 'a', confidence: 0 }] });
  expect(toJson('MatchResponse', response)).toMatchObject({
    decision: 'DECISION_NO_MATCH',
    candidates: [{ intent: 'a', confidence: 0, answer: '' }],
    truncated: false,
  });
  expect(
    toJson('ListCorporaResponse', {
      corpora: [{ corpus: 'a', activeVersion: '', entries: 0, questions: 0, intents: 0, activatedAt: new Date(0), observedUtterances: 7 }],
    }),
  ).toEqual({
    corpora: [
      {
        corpus: 'a',
        activeVersion: '',
        entries: 0,
        questions: 0,
        intents: 0,
        activatedAt: '1970-01-01T00:00:00.000Z',
        observedUtterances: 7,
      },
    ],
  });
});

test('lines are read whatever their ends, without a byte order mark', async () => {
  expect(await readLines('-', fakeTerminal('\ufeffone\r\ntwo\n\nfour'))).toEqual(['one', 'two', '', 'four']);
  expect(await readLines('-', fakeTerminal('one\rtwo\u2028three\n'))).toEqual(['one', 'two', 'three']);
  expect(await readLines('-', fakeTerminal('a log\u2019s \ufffd stays'))).toEqual(['a log\u2019s \ufffd stays']);
  expect(await readLines('-', fakeTerminal(''))).toEqual([]);
});

test('client commands call what the server listens on, on loopback where it listens everywhere', () => {
  const addressOf = (environment: Record<string, string>) => serverAddress(loadConfig({ environment }).config);
  expect(addressOf({})).toBe('127.0.0.1:50051');
  expect(addressOf({ FAQMATCH_GRPC_ADDRESS: '0.0.0.0:9' })).toBe('127.0.0.1:9');
  expect(addressOf({ FAQMATCH_GRPC_ADDRESS: '[::]:9', FAQMATCH_ADDRESS: 'faq:1' })).toBe('faq:1');
  expect(callableAddress('0.0.0.0:0', 123)).toBe('127.0.0.1:123');
  expect(callableAddress('[::1]:0', 123)).toBe('[::1]:123');
  expect(callableAddress('unix:/run/faqmatch.sock', 0)).toBe('unix:/run/faqmatch.sock');
});

test('the welcome names the address in both lines to paste', () => {
  const shop = {
    corpus: 'shop',
    activeVersion: 'v-1',
    entries: 1,
    questions: 5,
    intents: 1,
    activatedAt: new Date(0),
    outOfScopeShare: 0.25,
  };
  const lines = welcomeLines('127.0.0.1:7000', { status: () => [shop] }).join('\n');
  expect(lines).toContain('corpora: shop (5 questions)');
  expect(lines).toMatch(
    /grpcurl -plaintext -d '\{"corpus":"shop","utterance":"[^"']+"\}' 127\.0\.0\.1:7000 faqmatch\.v1\.MatchService\/Match/u,
  );
  expect(lines).toMatch(/npm run -s faqmatch -- match shop "[^"]+" --address 127\.0\.0\.1:7000/u);
});

test('the welcome of a server without the demo names no line that would fail', () => {
  const staged = {
    corpus: 'shop',
    activeVersion: undefined,
    entries: 0,
    questions: 0,
    intents: 0,
    activatedAt: undefined,
    outOfScopeShare: undefined,
  };
  const lines = welcomeLines('127.0.0.1:50051', { status: () => [staged] }).join('\n');
  expect(lines).toContain('corpora: none yet');
  expect(lines).toContain('shop has no version in use');
  expect(lines).toContain('faqmatch -- reload <corpus>');
  expect(lines).not.toContain('match shop');
});

test('an explanation names the words that were read as others', () => {
  const lines = (readWords: readonly { readonly typed: string; readonly read: string }[]) =>
    matchLines(MatchResponse.fromPartial({ explanation: { readWords } }), fakeTerminal());
  expect(lines([{ typed: 'refnud', read: 'refund' }])).toContain('read as      refnud > refund');
  expect(lines([]).some((line) => line.startsWith('read as'))).toBe(false);
});

test('a reload says what an asked precision comes to: guaranteed, expected, by general constants, or out of reach', () => {
  const threshold = { confidence: 0.5, expectedCoverage: 0.7, reachable: true, learnt: true };
  const lines = (precisionThresholds: readonly object[], calibrationRows = 0) =>
    resultLines(ReloadResult.fromJSON({ version: 'v-1', entries: 1, questions: 2, intents: 1, calibrationRows, precisionThresholds }));
  const proof = { certainty: 0.95, answers: 40, right: 39 };
  expect(
    lines(
      [
        { ...threshold, minPrecision: 0.8, proof },
        { ...threshold, minPrecision: 0.9 },
      ],
      300,
    ).slice(1),
  ).toEqual([
    '1 entry, 2 questions, 1 intent, 300 calibration rows; searched exactly',
    expect.stringContaining('0 texts encoded'),
    'precision 0.8 from confidence 0.50, 70 % of traffic answered, guaranteed by 39 of 40 calibration rows right; precision 0.9 from confidence 0.50, 70 % of traffic answered',
  ]);
  expect(lines([{ ...threshold, minPrecision: 0.9, learnt: false }])[1]).toBe('1 entry, 2 questions, 1 intent; searched exactly');
  expect(lines([{ ...threshold, minPrecision: 0.9, learnt: false }])[3]).toBe('precision 0.9 from confidence 0.50 (general constants)');
  expect(lines([{ ...threshold, minPrecision: 0.9, reachable: false }]).slice(3)).toEqual([
    'precision 0.9 out of reach',
    expect.stringContaining('a calibration file teaches more'),
  ]);
});

test('an explanation says what guarantees the threshold', () => {
  const shown = (precisionProof: object | undefined) =>
    matchLines(
      MatchResponse.fromJSON({
        decision: 'DECISION_ANSWER',
        candidates: [{ intent: 'a', confidence: 0.9 }],
        explanation: {
          rule: 'confidence',
          threshold: 0.6,
          thresholdSource: 'precision',
          ...(precisionProof === undefined ? {} : { precisionProof }),
        },
      }),
      fakeTerminal(),
    ).find((line) => line.startsWith('rule'));
  expect(shown({ certainty: 0.95, answers: 40, right: 39 })).toBe(
    'rule         confidence, threshold 60 % (precision), guaranteed with 95 % certainty: 39 of 40 calibration rows right',
  );
  expect(shown(undefined)).toBe('rule         confidence, threshold 60 % (precision)');
});
