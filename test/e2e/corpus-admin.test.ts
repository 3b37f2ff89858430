import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import type { ReloadCorpusRequest, ReloadCorpusResponse, ReloadResult } from '../../src/generated/faqmatch/v1/admin.ts';
import type { MatchRequest } from '../../src/generated/faqmatch/v1/match.ts';
import { createFakeEncoder, type FakeEncoder } from '../support/fake-encoder.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { DELIVERY, faqFile } from '../support/faq-source.ts';
import { ask, matchRequest, putDemoCorpus, readAll, refusalOf, type Served, serveReal, until } from '../support/served.ts';

let served: Served;
let encoder: FakeEncoder;
beforeAll(async () => {
  encoder = createFakeEncoder();
  served = await serveReal({ encoder, entries: null });
  await putDemoCorpus(served, 'shop');
});
afterAll(() => served[Symbol.asyncDispose]());

type Source = ReloadCorpusRequest['source'];
const path = (value: string): Source => ({ $case: 'path', value });
const inline = (text: string, format = 'json'): Source => ({ $case: 'inline', value: { format, data: Buffer.from(text), files: [] } });
const delivery = (entries = DELIVERY): Source => inline(Buffer.from(faqFile(entries)[0]?.data ?? []).toString());

function reloadStream(corpus: string, source: Source, fields: Partial<ReloadCorpusRequest> = {}) {
  return served.admin.reloadCorpus({ corpus, source, stageOnly: false, force: false, ...fields });
}

async function reload(corpus: string, source: Source, fields: Partial<ReloadCorpusRequest> = {}): Promise<ReloadResult> {
  const last = (await readAll(reloadStream(corpus, source, fields))).at(-1)?.event;
  if (last?.$case !== 'result') throw new Error('Expected the result as the last event.');
  return last.value;
}

const validate = (corpus: string, source: Source) => ask(served.admin, served.admin.validateCorpus, { corpus, source });
const listVersions = (corpus: string) => ask(served.admin, served.admin.listVersions, { corpus });
const activate = (corpus: string, version: string, force = false) =>
  ask(served.admin, served.admin.activateVersion, { corpus, version, force });
const rollback = (corpus: string, version = '') => ask(served.admin, served.admin.rollbackCorpus, { corpus, version });
const match = (corpus: string, utterance: string, more: Partial<MatchRequest> = {}) =>
  ask(served.match, served.match.match, matchRequest({ corpus, utterance, ...more }));

const BROKEN = 'entries:\n  - id: a\n    questions: []\n  - id: a\n    questions: [ok]\n    answer: x\n';

describe('ReloadCorpus', () => {
  it('builds a version from a path below the root, tells how far it is, and reports the result last', async () => {
    const events = await readAll(reloadStream('shop', path('shop')));
    const phases = events.flatMap(({ event }) => (event?.$case === 'progress' ? [event.value.phase] : []));
    expect(new Set(phases)).toEqual(new Set(['read', 'encode', 'fit', 'write', 'activate']));
    const last = events.at(-1)?.event;
    expect(last).toMatchObject({ $case: 'result', value: { activated: true, previousVersion: '', reused: 0, unchanged: false } });
    if (last?.$case === 'result') expect(last.value.encoded).toBeGreaterThan(300);
    expect(new Set(events.map(({ operationId }) => operationId)).size).toBe(1);
    expect(events[0]?.operationId).toMatch(/^op-/);
  });

  it('encodes nothing when nothing changed, and one text when one question changed', async () => {
    const items = [
      { id: 'one', questions: ['zebras and lions', 'lions and zebras'] },
      { id: 'two', questions: ['zebras and tigers'] },
    ];
    const first = await reload('steps', delivery(items));
    expect(first).toMatchObject({ encoded: 3, reused: 0 });
    expect(await reload('steps', delivery(items))).toMatchObject({ encoded: 0, unchanged: true, version: first.version });
    const changed = [...items.slice(0, 1), { id: 'two', questions: ['zebras and giraffes'] }];
    expect(await reload('steps', delivery(changed))).toMatchObject({ encoded: 1, reused: 2, removed: 1, previousVersion: first.version });
  });

  it('stages without activating', async () => {
    const staged = await reload('staged', delivery(), { stageOnly: true });
    expect(staged.activated).toBe(false);
    expect((await refusalOf(match('staged', 'refund status'))).code).toBe(status.FAILED_PRECONDITION);
    expect((await listVersions('staged')).versions).toMatchObject([{ version: staged.version, active: false, usable: true, problem: '' }]);
    expect(await activate('staged', staged.version)).toEqual({ version: staged.version, previousVersion: '' });
    expect((await match('staged', 'refund status')).candidates[0]?.intent).toBe('refund');
  });

  it('refuses files with faults whole, naming all of them with their lines; what is active stays', async () => {
    const before = await reload('faulty', delivery());
    const refusal = await refusalOf(readAll(reloadStream('faulty', inline(BROKEN, 'yaml'))));
    expect(refusal.code).toBe(status.INVALID_ARGUMENT);
    expect(refusal.faults.map(({ code, line }) => [code, line])).toEqual(
      expect.arrayContaining([
        ['missing_questions', 3],
        ['duplicate_id', 4],
      ]),
    );
    expect(served.versions.active('faulty')?.version).toBe(before.version);
    // The same faults, named by the call that only looks.
    const checked = await validate('faulty', inline(BROKEN, 'yaml'));
    expect(checked.valid).toBe(false);
    expect(checked.faults).toEqual(refusal.faults);
  });

  it('goes on without a faulty golden file, which fits nothing, and warns of it as the call that only looks does', async () => {
    const golden = { name: 'golden.yaml', data: Buffer.from('- {utterance: hi}\n') };
    const source: Source = {
      $case: 'inline',
      value: { format: 'json', data: Buffer.from(faqFile(DELIVERY)[0]?.data ?? []), files: [golden] },
    };
    const expected = expect.arrayContaining([expect.objectContaining({ file: 'golden.yaml', line: 1, code: 'missing_field' })]);
    expect(await reload('measured', source)).toMatchObject({ activated: true, warnings: expected });
    expect(await validate('measured', source)).toMatchObject({ valid: true, faults: [], warnings: expected });
  });

  it('refuses faulty calibration rows, which would teach', async () => {
    const before = await reload('taught', delivery());
    const calibration = {
      name: 'calibration.yaml',
      data: Buffer.from('- {utterance: hi, intent: greeting}\n- {utterance: refund status, intent: hours}\n'),
    };
    const source: Source = {
      $case: 'inline',
      value: { format: 'json', data: Buffer.from(faqFile(DELIVERY)[0]?.data ?? []), files: [calibration] },
    };
    const refusal = await refusalOf(readAll(reloadStream('taught', source)));
    expect(refusal.code).toBe(status.INVALID_ARGUMENT);
    expect(refusal.faults.map(({ file, line, code }) => [file, line, code])).toEqual([
      ['calibration.yaml', 1, 'unknown_intent'],
      ['calibration.yaml', 2, 'contradicts_question'],
    ]);
    expect(served.versions.active('taught')?.version).toBe(before.version);
  });

  it('learns from calibration rows, and says what they guarantee', async () => {
    // The fake encoder knows words: who names the parcel means it, and who names nothing known is out of scope.
    const inside = Array.from({ length: 300 }, (_, i) => ({ utterance: `where is my parcel ${i}`, intent: 'track' }));
    const outside = Array.from({ length: 100 }, (_, i) => ({ utterance: `unheard${i} of${i}`, intent: null }));
    const calibration = { name: 'calibration.json', data: Buffer.from(JSON.stringify([...inside, ...outside])) };
    const source: Source = {
      $case: 'inline',
      value: { format: 'json', data: Buffer.from(faqFile(DELIVERY)[0]?.data ?? []), files: [calibration] },
    };
    const result = await reload('learnt', source);
    expect(result.calibrationRows).toBe(400);
    const [, wanted] = result.precisionThresholds;
    expect(wanted).toMatchObject({ minPrecision: 0.9, learnt: true, reachable: true, proof: { certainty: 0.95 } });
    const { answers = 0, right = -1 } = wanted?.proof ?? {};
    expect(right / answers).toBeGreaterThanOrEqual(0.9);
    // About half of the utterances are kept to prove what the others taught.
    expect(answers).toBeGreaterThan(100);
    expect(answers).toBeLessThan(200);
    const { explanation } = await match('learnt', 'where is my parcel now', { minPrecision: 0.9, explain: true });
    expect(explanation).toMatchObject({ thresholdSource: 'precision', precisionProof: wanted?.proof });
    expect(explanation?.threshold).toBeCloseTo(wanted?.confidence ?? -1, 12);
    const plain = await match('learnt', 'where is my parcel now', { explain: true });
    expect(plain.explanation?.precisionProof).toBeUndefined();
  });

  it('goes on without a golden file that cannot be opened, by path and from the command line, and warns of it', async () => {
    const folder = join(served.corpusRoot, 'unopened');
    await mkdir(join(folder, 'golden.yaml'), { recursive: true });
    await writeFile(join(folder, 'faq.json'), faqFile(DELIVERY)[0]?.data ?? '');
    const expected = [expect.objectContaining({ file: 'golden.yaml', line: 0, code: 'unreadable_file' })];
    for (const source of [path('unopened'), path('unopened/faq.json')]) {
      expect(await validate('unopened', source)).toMatchObject({ valid: true, faults: [], warnings: expected });
      expect(await reload('unopened', source)).toMatchObject({ activated: true, warnings: expected });
    }
    const terminal = fakeTerminal();
    const args = ['reload', 'unopened-here', '--inline', folder, '--address', served.address];
    expect(await runProgram(args, terminal)).toBe(0);
    expect(terminal.complaints.join('\n')).toMatch(/^warning: golden\.yaml: Expected a regular file, .*\[unreadable_file\]$/mu);
    expect(terminal.written.join('\n')).toContain('active');
  });

  it('carries all of twenty ordinary faults in the refusal itself', async () => {
    const entries = Array.from(
      { length: 20 },
      (_, i) => `  - {id: opening-hours-of-branch-${i}, intent: opening_hours_${i}, questions: []}\n`,
    );
    const refusal = await refusalOf(readAll(reloadStream('twenty', inline(`entries:\n${entries.join('')}`, 'yaml'))));
    expect(refusal.metadata).toEqual({ faults_total: '20' });
    expect(refusal.faults.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
  });

  it.each([['force', { force: true }]])('answers UNIMPLEMENTED to %s, since there is no gate to overrule yet', async (field, fields) => {
    expect(await refusalOf(readAll(reloadStream('shop', delivery(), fields)))).toMatchObject({
      code: status.UNIMPLEMENTED,
      fields: [field],
    });
  });

  it.each([
    ['a corpus name with capitals', 'Shop', delivery(), ['corpus']],
    ['a corpus name with a path', '../shop', delivery(), ['corpus']],
    ['no source', 'shop', undefined, ['source']],
    ['an empty path', 'shop', path(''), ['path']],
    ['an unknown format', 'shop', inline('x', 'docx'), ['inline.format']],
  ])('refuses %s', async (...[, corpus, source, fields]) => {
    expect(await refusalOf(readAll(reloadStream(corpus, source)))).toMatchObject({ code: status.INVALID_ARGUMENT, fields });
  });

  it('takes an inline corpus larger than a chatbot may send', async () => {
    const answer = 'words '.repeat(15_000);
    const big = Array.from({ length: 80 }, (_, i) => ({ id: `e${i}`, questions: [`question ${i}`], answer }));
    expect((await reload('large', inline(JSON.stringify({ entries: big })))).entries).toBe(80);
  });
});

describe('paths of the server', () => {
  it('are read below the corpus root only: no way up, no absolute path, no link out', async () => {
    const outside = join(served.folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'faq.yaml'), 'entries:\n  - id: secret\n    questions: [secret]\n');
    await symlink(outside, join(served.corpusRoot, 'link'));
    await symlink(join(outside, 'faq.yaml'), join(served.corpusRoot, 'faq-link.yaml'));
    for (const bad of [
      '../outside',
      outside,
      'shop/../../outside',
      'link',
      'link/faq.yaml',
      'faq-link.yaml',
      'shop\u0000',
      '..\\outside',
    ]) {
      const refusal = await refusalOf(readAll(reloadStream('traversal', path(bad))));
      expect([status.INVALID_ARGUMENT, status.PERMISSION_DENIED, status.NOT_FOUND], bad).toContain(refusal.code);
      expect(refusal.message, bad).not.toContain('secret');
      if (bad !== outside) expect(refusal.message, bad).not.toContain(served.folder);
      expect((await refusalOf(validate('traversal', path(bad)))).code).toBe(refusal.code);
    }
    expect((await listVersionsOrNothing('traversal')).length).toBe(0);
  });

  it('that do not exist answer NOT_FOUND', async () => {
    expect((await refusalOf(readAll(reloadStream('shop', path('not-there'))))).code).toBe(status.NOT_FOUND);
  });
});

async function listVersionsOrNothing(corpus: string) {
  return listVersions(corpus).then(
    ({ versions }) => versions,
    () => [],
  );
}

describe('reloads at the same time', () => {
  it('of one corpus: the second gets ABORTED, the first goes on', async () => {
    const gate = Promise.withResolvers<void>();
    encoder.hold = gate.promise;
    const first = reload('twice', delivery());
    await until(() => served.server.running === 1);
    await expect.poll(async () => (await refusalOf(readAll(reloadStream('twice', delivery(DELIVERY.slice(1)))))).code).toBe(status.ABORTED);
    gate.resolve();
    expect((await first).activated).toBe(true);
  });

  it('cancelled by a client that leaves, leave nothing behind and free the corpus', async () => {
    const gate = Promise.withResolvers<void>();
    encoder.hold = gate.promise;
    const stream = reloadStream('left', delivery([{ id: 'new', questions: ['something never encoded before'] }]));
    const ended = readAll(stream);
    const seen: ReloadCorpusResponse[] = [];
    stream.on('data', (event) => seen.push(event));
    await until(() => seen.length > 0);
    stream.cancel();
    await expect(ended).rejects.toMatchObject({ code: status.CANCELLED });
    gate.resolve();
    await until(() => served.server.running === 0);
    await expect.poll(async () => (await reload('left', delivery())).activated).toBe(true);
    expect((await listVersions('left')).versions).toHaveLength(1);
    expect(await readdir(join(served.folder, 'data', 'corpora', 'left', 'versions'))).toHaveLength(1);
  });

  it('let matches flow: none fails while versions change under them', async () => {
    await reload('traffic', delivery());
    const both = [delivery(), delivery(DELIVERY.slice(0, 2))];
    let going = true;
    let answered = 0;
    const versions = new Set<string | undefined>();
    const traffic = Array.from({ length: 8 }, async () => {
      while (going) {
        const answer = await match('traffic', 'track my parcel');
        expect(answer.candidates[0]?.intent).toBe('track');
        versions.add(answer.versions?.corpus);
        answered += 1;
      }
    });
    for (let round = 0; round < 6; round += 1) await reload('traffic', both[(round + 1) % 2]);
    going = false;
    await Promise.all(traffic);
    expect(answered).toBeGreaterThan(50);
    expect(versions.size).toBe(2);
  });
});

describe('versions', () => {
  it('are listed newest first, activated by name and rolled back', async () => {
    const one = await reload('history', delivery());
    const two = await reload('history', delivery(DELIVERY.slice(1)));
    const { versions } = await listVersions('history');
    expect(versions.map(({ version, active }) => [version, active])).toEqual([
      [two.version, true],
      [one.version, false],
    ]);
    expect(versions[0]).toMatchObject({
      entries: 2,
      questions: 6,
      intents: 2,
      model: 'sha256:fake',
      createdAt: expect.any(Date),
      usable: true,
    });
    expect(await rollback('history')).toEqual({ version: one.version, previousVersion: two.version });
    expect((await match('history', 'track my parcel')).versions?.corpus).toBe(one.version);
    expect(await activate('history', two.version)).toEqual({ version: two.version, previousVersion: one.version });
    expect(await rollback('history', one.version)).toMatchObject({ version: one.version });
  });

  it('that are not there answer NOT_FOUND, unnamed ones INVALID_ARGUMENT, and a forced one UNIMPLEMENTED', async () => {
    await reload('history', delivery());
    for (const version of ['v-0000000000000000', '../../etc', '.']) {
      expect((await refusalOf(activate('history', version))).code, version).toBe(status.NOT_FOUND);
      expect((await refusalOf(rollback('history', version))).code, version).toBe(status.NOT_FOUND);
    }
    expect((await refusalOf(activate('', ''))).fields).toEqual(['corpus', 'version']);
    expect((await refusalOf(activate('history', 'v-0000000000000000', true))).code).toBe(status.UNIMPLEMENTED);
    expect((await refusalOf(rollback('nowhere'))).code).toBe(status.NOT_FOUND);
    expect((await refusalOf(listVersions('nowhere'))).code).toBe(status.NOT_FOUND);
  });

  it('with nothing before them cannot be rolled back', async () => {
    await reload('single', delivery());
    expect((await refusalOf(rollback('single'))).code).toBe(status.FAILED_PRECONDITION);
  });
});

describe('ValidateCorpus', () => {
  it('counts what a good corpus holds and changes nothing', async () => {
    const found = await validate('never-loaded', path('shop'));
    expect(found).toMatchObject({ valid: true, faults: [] });
    expect(found.entries).toBeGreaterThanOrEqual(60);
    expect(found.questions).toBeGreaterThanOrEqual(300);
    expect(served.versions.status().map(({ corpus }) => corpus)).not.toContain('never-loaded');
  });

  it('names hundreds of faults, all of them', async () => {
    const entries = Array.from({ length: 300 }, (_, i) => ({ id: `e${i}`, questions: [], answer: 'x' }));
    const found = await validate('x', inline(JSON.stringify({ entries })));
    expect(found.faults).toHaveLength(300);
    const refusal = await refusalOf(readAll(reloadStream('x', inline(JSON.stringify({ entries })))));
    expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT, metadata: { faults_total: '300' } });
    expect(refusal.faults.length).toBeGreaterThan(10);
  });
});

describe('calls that are not built yet', () => {
  const { admin, feedback } = { admin: () => served.admin, feedback: () => served.feedback };
  const page = { corpus: 'shop', pageSize: 0, pageToken: '' };
  const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['DiffCorpus', () => ask(admin(), admin().diffCorpus, { corpus: 'shop', fromVersion: '', to: undefined })],
    ['DeleteVersion', () => ask(admin(), admin().deleteVersion, { corpus: 'shop', version: 'v' })],
    ['LintCorpus', () => ask(admin(), admin().lintCorpus, { corpus: 'shop', version: '' })],
    ['CancelOperation', () => ask(admin(), admin().cancelOperation, { operationId: 'x' })],
    ['DeleteCorpus', () => ask(admin(), admin().deleteCorpus, { corpus: 'shop' })],
    ['UpsertEntries', () => readAll(admin().upsertEntries({ corpus: 'shop', entries: [], stageOnly: false }))],
    ['DeleteEntries', () => readAll(admin().deleteEntries({ corpus: 'shop', entryIds: [], stageOnly: false }))],
    ['ExportCorpus', () => readAll(admin().exportCorpus({ corpus: 'shop', version: '', format: 'yaml' }))],
    [
      'SubmitFeedback',
      () => ask(feedback(), feedback().submitFeedback, { matchId: '', corpus: '', correct: true, rightIntent: '', comment: '' }),
    ],
    ['ListUnanswered', () => ask(feedback(), feedback().listUnanswered, page)],
    ['ClusterUnanswered', () => ask(feedback(), feedback().clusterUnanswered, { corpus: 'shop', maxClusters: 3 })],
  ];

  it.each(calls)('%s answers UNIMPLEMENTED and says so', async (name, start) => {
    const refusal = await refusalOf(start());
    expect(refusal).toMatchObject({ code: status.UNIMPLEMENTED, reason: 'CALL_NOT_BUILT' });
    expect(refusal.message).toContain(name);
  });
});
