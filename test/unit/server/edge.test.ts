import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcException } from '@nestjs/microservices';
import { pino } from 'pino';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FaqError } from '../../../src/errors.ts';
import { MatchServiceService } from '../../../src/generated/faqmatch/v1/match.ts';
import { Status } from '../../../src/generated/google/rpc/status.ts';
import { withCallSignal } from '../../../src/server/edge/deadlines.ts';
import { STATUS_DETAILS_KEY, toGrpcFailure, toStatus } from '../../../src/server/edge/errors.ts';
import { GrpcExceptionFilter } from '../../../src/server/edge/exception-filter.ts';
import { createFailureReport } from '../../../src/server/edge/failure-log.ts';
import { createIds } from '../../../src/server/edge/ids.ts';
import { limitMessages, UnreadableMessage } from '../../../src/server/edge/message-limits.ts';
import { collectViolations } from '../../../src/server/edge/violations.ts';
import { decodeStatus } from '../../support/served.ts';

class FakeCall extends EventEmitter {
  cancelled = false;
  readonly deadline: number | Date;
  constructor(deadline: number | Date = Number.POSITIVE_INFINITY) {
    super();
    this.deadline = deadline;
  }
  getDeadline(): number | Date {
    return this.deadline;
  }
}

describe('withCallSignal', () => {
  it('refuses a deadline that is past before anything starts', async () => {
    for (const past of [Date.now() - 1, new Date(Date.now() - 1000)]) {
      let started = false;
      const work = withCallSignal(new FakeCall(past), async () => {
        started = true;
      });
      await expect(work).rejects.toMatchObject({ code: 'deadline_exceeded' });
      expect(started).toBe(false);
    }
  });

  it('refuses a call whose client left before anything starts', async () => {
    const call = new FakeCall();
    call.cancelled = true;
    await expect(withCallSignal(call, async () => 1)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('tells a client that left from a deadline that passed', async () => {
    for (const [leftMs, code] of [
      [Number.POSITIVE_INFINITY, 'cancelled'],
      // Within the time that a client's clock may be ahead.
      [60, 'deadline_exceeded'],
    ] as const) {
      const call = new FakeCall(Date.now() + leftMs);
      const work = withCallSignal(
        call,
        (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      );
      call.emit('cancelled');
      await expect(work).rejects.toMatchObject({ code });
    }
  });

  it('leaves no listener behind, whether the work succeeds or fails', async () => {
    const call = new FakeCall();
    await withCallSignal(call, async () => sleep(1));
    await withCallSignal(call, () => Promise.reject(new Error('x'))).catch(() => undefined);
    expect(call.listenerCount('cancelled')).toBe(0);
  });
});

describe('a status', () => {
  it('says the same in the message, in the details and in the binary trailer', () => {
    const error = new FaqError('not_found', 'There is no such thing.', { field: 'corpus', reason: 'CORPUS_NOT_FOUND', retryAfterMs: 2500 });
    const { metadata, code, details } = toGrpcFailure(error);
    const [bytes] = metadata.get(STATUS_DETAILS_KEY);
    if (!Buffer.isBuffer(bytes)) throw new Error('Expected binary details.');
    expect(Status.decode(bytes)).toEqual(Status.decode(Status.encode(toStatus(error)).finish()));
    expect([code, details]).toEqual([5, 'There is no such thing.']);
    expect(decodeStatus(toStatus(error))).toMatchObject({
      fields: ['corpus'],
      reason: 'CORPUS_NOT_FOUND',
      domain: 'faqmatch',
      retryAfterMs: 2500,
      faults: [],
    });
  });

  it('never carries the cause', () => {
    const error = new FaqError('internal', 'Neutral.', { cause: new Error('password is hunter2') });
    expect(Buffer.from(Status.encode(toStatus(error)).finish()).toString()).not.toContain('hunter2');
  });

  it('is sent although its message holds half a character', () => {
    const { details } = toGrpcFailure(new FaqError('not_found', 'There is no corpus "\ud83d".', { field: 'corpus' }));
    expect(details).toBe('There is no corpus "\ufffd".');
  });

  it('stays under the 8 KiB of trailers that some clients take, however many faults there are', () => {
    const faults = Array.from({ length: 10_000 }, (_, line) => ({
      file: 'faq.yaml',
      line,
      field: 'f',
      code: 'c',
      message: 'm'.repeat(50),
    }));
    for (const message of ['x'.repeat(100_000), 'how many? '.repeat(500), '漢字'.repeat(5_000), 'Short.']) {
      const { details, metadata } = toGrpcFailure(new FaqError('invalid_argument', message, { field: 'path', faults }));
      const binary = String(metadata.toHttp2Headers()[STATUS_DETAILS_KEY]).length;
      // 442 bytes are the names, the fixed values and 32 for each entry.
      expect(encodeURI(details).length + binary + 442).toBeLessThanOrEqual(8 * 1024);
      expect(message).toContain(details);
    }
  });

  it('cuts a long list of refused fields, and says how many were cut', () => {
    const violations = collectViolations();
    for (let row = 0; row < 2_000; row += 1)
      violations.check(true, `rows[${row}].intent`, () => `no intent "refund-${row}" in this version.`);
    try {
      violations.throwIfAny();
      expect.unreachable();
    } catch (error) {
      const { details, metadata } = toGrpcFailure(FaqError.from(error));
      const binary = String(metadata.toHttp2Headers()[STATUS_DETAILS_KEY]).length;
      expect(encodeURI(details).length + binary + 442).toBeLessThanOrEqual(8 * 1024);
      const status = decodeStatus(toStatus(FaqError.from(error)));
      expect(status.fields.length).toBeGreaterThan(20);
      expect(status.fields.length + Number(status.metadata.violations_cut)).toBe(2_000);
    }
  });

  it('says when to come back only where waiting helps', () => {
    const retryOf = (reason: string) => decodeStatus(toStatus(new FaqError('resource_exhausted', 'Full.', { reason }))).retryAfterMs;
    expect(retryOf('QUEUE_FULL')).toBeGreaterThan(0);
    for (const reason of ['MESSAGE_TOO_LARGE', 'RESPONSE_TOO_LARGE', 'DISK_FULL'])
      expect([reason, retryOf(reason)]).toEqual([reason, undefined]);
  });

  it('carries 35 faults of ordinary length', () => {
    const faults = Array.from({ length: 35 }, (_, line) => ({
      file: 'faq.yaml',
      line,
      field: `entries[${line}].questions[2]`,
      code: 'wrong_type',
      message: `Expected a question as text, came the number ${line}; put it in quotes.`,
    }));
    const message = `The FAQ files have 35 faults; nothing was changed. The first: faq.yaml:4: ${faults[0]?.message}`;
    expect(decodeStatus(toStatus(new FaqError('invalid_argument', message, { reason: 'CORPUS_FAULTY', faults }))).faults).toEqual(faults);
  });

  it('sends one fault that is too large by itself as none, with the count', () => {
    const faults = [{ file: 'faq.yaml', line: 1, field: 'f', code: 'c', message: 'm'.repeat(20_000) }];
    const status = decodeStatus(toStatus(new FaqError('invalid_argument', 'Faults.', { faults })));
    expect(status).toMatchObject({ faults: [], metadata: { faults_total: '1' } });
  });
});

describe('violations', () => {
  it('are thrown together, under the prefix, and not at all where there are none', () => {
    const none = collectViolations();
    none.check(false, 'a', () => 'never made');
    expect(() => none.throwIfAny()).not.toThrow();
    const some = collectViolations('requests[2].');
    some.check(true, 'a', () => 'expected 1; got 2.');
    some.check(true, 'b', () => 'expected x.');
    try {
      some.throwIfAny();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'invalid_argument',
        field: 'requests[2].a',
        violations: [{ field: 'requests[2].a' }, { field: 'requests[2].b' }],
      });
      expect(decodeStatus(toStatus(FaqError.from(error))).fields).toEqual(['requests[2].a', 'requests[2].b']);
    }
  });
});

describe('the failure report', () => {
  function logged() {
    const lines: { readonly level: number; readonly [key: string]: unknown }[] = [];
    return { lines, report: createFailureReport(pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })) };
  }

  it('logs what is ours once, however often the error passes', () => {
    const { lines, report } = logged();
    const error = report(new TypeError('boom'), { matchId: 'm-1' });
    expect(report(error, {})).toBe(error);
    expect(lines.map(({ level, matchId }) => [level, matchId])).toEqual([[50, 'm-1']]);
  });

  it('logs damage to stored data with what brought it about', () => {
    const { lines, report } = logged();
    report(new FaqError('data_loss', 'A file is damaged.', { cause: new Error('read EIO') }), { method: '/x/Y' });
    expect(lines).toMatchObject([{ level: 50, method: '/x/Y', msg: 'A file is damaged.', err: { message: 'read EIO' } }]);
  });

  it('does not cry over callers’ mistakes', () => {
    const { lines, report } = logged();
    report(new FaqError('invalid_argument', 'Yours.', { cause: new Error('why') }), {});
    report(new FaqError('not_found', 'Yours.'), {});
    expect(lines.map(({ level }) => level)).toEqual([20]);
  });
});

describe('the exception filter', () => {
  const filter = new GrpcExceptionFilter(createFailureReport(pino({ level: 'silent' })));
  const host = { getArgByIndex: () => ({ getPath: () => '/x/Y' }) };
  // biome-ignore lint/suspicious/noExplicitAny: only one method of the host is used
  const caught = (error: unknown) => lastValueFrom(filter.catch(error, host as any)).catch((sent: unknown) => sent);

  it('lets an RpcException with a status of its own through', async () => {
    const own = { code: 8, details: 'quota' };
    expect(await caught(new RpcException(own))).toBe(own);
  });

  it('turns everything else into a status of the table', async () => {
    expect(await caught(new RpcException('just words'))).toMatchObject({ code: 13 });
    expect(await caught(new Error('x'))).toMatchObject({ code: 13, details: expect.not.stringContaining('x:') });
    expect(await caught(undefined)).toMatchObject({ code: 13 });
    expect(await caught(new FaqError('aborted', 'Busy.'))).toMatchObject({ code: 10, details: 'Busy.' });
  });
});

describe('message limits', () => {
  const { match } = limitMessages(MatchServiceService, 10);

  it('decode what fits and replace what does not, or what is no message', () => {
    expect(match?.requestDeserialize(Buffer.from([0x0a, 1, 0x61]))).toMatchObject({ corpus: 'a' });
    expect(match?.requestDeserialize(Buffer.from([0x0a, 8, ...Buffer.from('abcdefgh')]))).toMatchObject({ corpus: 'abcdefgh' });
    expect(match?.requestDeserialize(Buffer.alloc(11))).toMatchObject({ refusal: { code: 'resource_exhausted' } });
    const broken: unknown = match?.requestDeserialize(Buffer.from([0x0a, 0xff]));
    expect(broken).toBeInstanceOf(UnreadableMessage);
    expect(broken).toMatchObject({ refusal: { code: 'invalid_argument' } });
  });
});

describe('ids', () => {
  it('are distinct, in order, and distinct between makers', () => {
    const next = createIds('m');
    const ids = Array.from({ length: 300 }, next);
    expect(new Set(ids).size).toBe(300);
    expect([...ids].sort()).toEqual(ids);
    expect(createIds('m')()).not.toBe(createIds('m')());
  });
});
