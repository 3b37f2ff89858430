import { getEventListeners } from 'node:events';
import type { ServerDuplexStream, ServerUnaryCall, ServerWritableStream, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Metadata, status } from '@grpc/grpc-js';
import { afterEach, expect, test } from 'vitest';
import type { FaqmatchClient } from '../../../src/client/client.ts';
import { createClient } from '../../../src/client/client.ts';
import { nameMissingServer } from '../../../src/client/missing-server.ts';
import type { ClientOptions } from '../../../src/client/options.ts';
import { FaqError } from '../../../src/errors.ts';
import type { ReloadCorpusRequest, ReloadCorpusResponse } from '../../../src/generated/faqmatch/v1/admin.ts';
import { CorpusAdminServiceService } from '../../../src/generated/faqmatch/v1/admin.ts';
import type { ListEntriesRequest, ListEntriesResponse } from '../../../src/generated/faqmatch/v1/faq.ts';
import { Entry, FaqServiceService } from '../../../src/generated/faqmatch/v1/faq.ts';
import type {
  MatchBatchRequest,
  MatchBatchResponse,
  MatchRequest,
  MatchStreamRequest,
  MatchStreamResponse,
} from '../../../src/generated/faqmatch/v1/match.ts';
import { MatchResponse, MatchServiceService } from '../../../src/generated/faqmatch/v1/match.ts';
import { Status } from '../../../src/generated/google/rpc/status.ts';
import type { TestServer } from '../../support/grpc-server.ts';
import { refusal, serve } from '../../support/grpc-server.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function clientOf(address: string, options: ClientOptions = {}): FaqmatchClient {
  const client = createClient({ address, ...options });
  cleanups.push(() => client.close());
  return client;
}

type MatchHandler = (call: ServerUnaryCall<MatchRequest, MatchResponse>, callback: sendUnaryData<MatchResponse>) => void;
const unused = () => undefined;
const stopping = new FaqError('unavailable', 'The chatbot is stopping.');

async function matchServer(match: MatchHandler, port = 0): Promise<TestServer> {
  const server = await serve([{ definition: MatchServiceService, handlers: { match, matchBatch: unused, matchStream: unused } }], port);
  cleanups.push(() => server.stop());
  return server;
}

function answer(request: MatchRequest): MatchResponse {
  return MatchResponse.fromPartial({ matchId: request.utterance, decision: 1 });
}

/** Settles to the error, so that its fields can be looked at. */
async function failure(promise: Promise<unknown>): Promise<FaqError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof FaqError) return error;
  throw new Error(`a FaqError was expected, got ${String(error)}`);
}

test('a match carries its fields there and the answer back', async () => {
  let seen: MatchRequest | undefined;
  const server = await matchServer((call, callback) => {
    seen = call.request;
    callback(null, answer(call.request));
  });
  const response = await clientOf(server.address).match({
    corpus: 'shop',
    utterance: 'где заказ 📦',
    topK: 3,
    minConfidence: 0,
    filter: { tags: ['a'] },
  });
  expect(response.matchId).toBe('где заказ 📦');
  expect(seen).toMatchObject({
    corpus: 'shop',
    topK: 3,
    minConfidence: 0,
    minPrecision: undefined,
    filter: { tags: ['a'], locales: [] },
    version: '',
  });
});

test('every call has a deadline of 2 seconds unless told otherwise', async () => {
  const deadlines: number[] = [];
  const server = await matchServer((call, callback) => {
    deadlines.push(Number(call.getDeadline()) - Date.now());
    callback(null, answer(call.request));
  });
  const client = clientOf(server.address);
  await client.match({ corpus: 'shop', utterance: 'a' });
  await client.match({ corpus: 'shop', utterance: 'a' }, { deadlineMs: 500 });
  expect(deadlines[0]).toBeGreaterThan(1000);
  expect(deadlines[0]).toBeLessThanOrEqual(2001);
  expect(deadlines[1]).toBeLessThanOrEqual(501);
});

test('a server that never answers ends in deadline_exceeded', async () => {
  const server = await matchServer(unused);
  const error = await failure(clientOf(server.address).match({ corpus: 'shop', utterance: 'a' }, { deadlineMs: 150 }));
  expect(error.code).toBe('deadline_exceeded');
});

test('a match is tried again on UNAVAILABLE and succeeds', async () => {
  let calls = 0;
  const server = await matchServer((call, callback) => {
    calls += 1;
    if (calls < 3) callback(refusal(status.UNAVAILABLE, 'draining'));
    else callback(null, answer(call.request));
  });
  await clientOf(server.address).match({ corpus: 'shop', utterance: 'a' });
  expect(calls).toBe(3);
});

test('tries are bounded and the last error comes out', async () => {
  let calls = 0;
  const server = await matchServer((_, callback) => {
    calls += 1;
    callback(refusal(status.UNAVAILABLE, `draining ${calls}`));
  });
  const error = await failure(clientOf(server.address, { retry: { attempts: 2 } }).match({ corpus: 'shop', utterance: 'a' }));
  expect(calls).toBe(2);
  expect(error.message).toContain('draining 2');
});

test('a full queue is tried again no sooner than the server asks', async () => {
  const times: number[] = [];
  const server = await matchServer((call, callback) => {
    times.push(performance.now());
    if (times.length === 1) callback(refusal(status.RESOURCE_EXHAUSTED, 'queue full', { retryAfterMs: 120 }));
    else callback(null, answer(call.request));
  });
  await clientOf(server.address).match({ corpus: 'shop', utterance: 'a' });
  // Timers may fire a millisecond early.
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(118);
});

test('a refusal is not tried again and keeps code, field, reason and faults', async () => {
  let calls = 0;
  const fault = { file: 'faq.yaml', line: 3, field: 'entries[0].id', code: 'duplicate_id', message: 'twice' };
  const server = await matchServer((_, callback) => {
    calls += 1;
    callback(refusal(status.INVALID_ARGUMENT, 'utterance is blank', { field: 'utterance', reason: 'BLANK', faults: [fault] }));
  });
  const error = await failure(clientOf(server.address).match({ corpus: 'shop', utterance: ' ' }));
  expect(calls).toBe(1);
  expect(error).toMatchObject({ code: 'invalid_argument', message: 'utterance is blank', field: 'utterance', reason: 'BLANK' });
  expect(error.faults).toEqual([fault]);
});

test('an error is told although its details cannot be read', async () => {
  const garbage = Buffer.from([0x0a, 0xff, 0xff]);
  const unreadable = { typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value: garbage };
  const partly = Status.encode({ code: status.NOT_FOUND, message: 'no such corpus', details: [unreadable] }).finish();
  for (const details of [garbage, Buffer.from(partly)]) {
    const server = await matchServer((_, callback) => {
      const metadata = new Metadata();
      metadata.set('grpc-status-details-bin', details);
      callback({ code: status.NOT_FOUND, details: 'no such corpus', metadata });
    });
    const error = await failure(clientOf(server.address).match({ corpus: 'shop', utterance: 'a' }));
    expect(error).toMatchObject({ code: 'not_found', message: 'no such corpus', reason: undefined });
  }
  const bare = await matchServer((_, callback) => callback({ code: status.NOT_FOUND, details: 'no such corpus' }));
  expect(await failure(clientOf(bare.address).match({ corpus: 'shop', utterance: 'a' }))).toMatchObject({ code: 'not_found' });
});

test('an answer larger than the 4 MiB that gRPC takes unasked is taken', async () => {
  const matchId = 'm'.repeat(5 * 1024 * 1024);
  const server = await matchServer((_, callback) => callback(null, MatchResponse.fromPartial({ matchId })));
  const answered = await clientOf(server.address).match({ corpus: 'shop', utterance: 'a' }, { deadlineMs: 20_000 });
  expect(answered.matchId).toHaveLength(matchId.length);
});

test('an abort cancels the call on both sides', async () => {
  const cancelled = Promise.withResolvers<boolean>();
  const server = await matchServer((call) => call.on('cancelled', () => cancelled.resolve(true)));
  const abort = new AbortController();
  const call = failure(clientOf(server.address).match({ corpus: 'shop', utterance: 'a' }, { signal: abort.signal, deadlineMs: 300_000 }));
  setTimeout(() => abort.abort(stopping), 100);
  expect(await call).toBe(stopping);
  expect(await cancelled.promise).toBe(true);
});

test('a signal that is aborted already makes no call', async () => {
  let calls = 0;
  const server = await matchServer((call, callback) => {
    calls += 1;
    callback(null, answer(call.request));
  });
  const client = clientOf(server.address);
  const left = { signal: AbortSignal.abort() };
  expect((await failure(client.match({ corpus: 'shop', utterance: 'a' }, left))).code).toBe('cancelled');
  expect((await failure(client.matchStream([{ requestId: '1', input: { corpus: 'shop', utterance: 'a' } }], left).next())).code).toBe(
    'cancelled',
  );
  expect(calls).toBe(0);
});

test('an abort ends the wait before the next try', async () => {
  const refused = Promise.withResolvers<void>();
  const server = await matchServer((_, callback) => {
    callback(refusal(status.RESOURCE_EXHAUSTED, 'queue full', { retryAfterMs: 100_000 }));
    refused.resolve();
  });
  const abort = new AbortController();
  const call = failure(clientOf(server.address).match({ corpus: 'shop', utterance: 'a' }, { signal: abort.signal, deadlineMs: 300_000 }));
  await refused.promise;
  await new Promise((resolve) => setTimeout(resolve, 50));
  abort.abort(stopping);
  expect(await call).toBe(stopping);
});

test('calls leave nothing on a signal that outlives them', async () => {
  const matchStream = (call: ServerDuplexStream<MatchStreamRequest, MatchStreamResponse>) => call.end();
  const match: MatchHandler = (call, callback) => callback(null, answer(call.request));
  const server = await serve([{ definition: MatchServiceService, handlers: { match, matchBatch: unused, matchStream } }]);
  cleanups.push(() => server.stop());
  const client = clientOf(server.address);
  const { signal } = new AbortController();
  await client.match({ corpus: 'shop', utterance: 'a' }, { signal });
  for await (const _ of client.matchStream([], { signal })) throw new Error('nothing was expected');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a server that says that it is going is not taken for one that is not there', () => {
  const target = { address: 'faq:1', deadlineMs: 100, connected: () => false };
  const going = new FaqError('unavailable', 'shutting down', { reason: 'DRAINING' });
  expect(nameMissingServer(going, target)).toBe(going);
  const reset = new FaqError('unavailable', 'reset');
  expect(nameMissingServer(reset, { ...target, connected: () => true })).toBe(reset);
  expect(nameMissingServer(reset, target)).toMatchObject({ code: 'unavailable', reason: 'NO_CONNECTION' });
});

test('a health that this client does not know is unknown', async () => {
  const definition = {
    check: {
      path: '/grpc.health.v1.Health/Check',
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  };
  const healths: string[] = [];
  for (const answered of [[], [8, 1], [8, 2], [8, 7], [18, 1, 97, 8, 1]]) {
    const check = (_: unknown, callback: sendUnaryData<Buffer>) => callback(null, Buffer.from(answered));
    const server = await serve([{ definition, handlers: { check } }]);
    cleanups.push(() => server.stop());
    healths.push(await clientOf(server.address).health(''));
  }
  expect(healths).toEqual(['unknown', 'serving', 'not_serving', 'unknown', 'serving']);
});

test('a client that started before the server waits for it within the deadline', async () => {
  const first = await matchServer(unused);
  const port = Number(first.address.split(':')[1]);
  first.stop();
  const call = clientOf(`127.0.0.1:${port}`).match({ corpus: 'shop', utterance: 'early' }, { deadlineMs: 5000 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await matchServer((request, callback) => callback(null, answer(request.request)), port);
  expect((await call).matchId).toBe('early');
});

test('without a server the call ends at its deadline and says so', async () => {
  const started = performance.now();
  const error = await failure(clientOf('127.0.0.1:1').match({ corpus: 'shop', utterance: 'a' }, { deadlineMs: 300 }));
  expect(performance.now() - started).toBeLessThan(2000);
  expect(error).toMatchObject({ code: 'unavailable', reason: 'NO_CONNECTION' });
  expect(error.message).toContain('127.0.0.1:1');
});

test('told not to wait, a missing server fails at once', async () => {
  const started = performance.now();
  const client = clientOf('127.0.0.1:1', { waitForServer: false, retry: { attempts: 1 } });
  const error = await failure(client.match({ corpus: 'shop', utterance: 'a' }, { deadlineMs: 10_000 }));
  expect(error.code).toBe('unavailable');
  expect(performance.now() - started).toBeLessThan(3000);
});

test('the client reconnects after the server went away and came back', async () => {
  const handler: MatchHandler = (call, callback) => callback(null, answer(call.request));
  const first = await matchServer(handler);
  const client = clientOf(first.address);
  await client.match({ corpus: 'shop', utterance: 'a' });
  first.stop();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await matchServer(handler, Number(first.address.split(':')[1]));
  expect((await client.match({ corpus: 'shop', utterance: 'back' }, { deadlineMs: 5000 })).matchId).toBe('back');
});

test('a bad item of a batch is an error of its own', async () => {
  const matchBatch = (call: ServerUnaryCall<MatchBatchRequest, MatchBatchResponse>, callback: sendUnaryData<MatchBatchResponse>) => {
    callback(null, {
      outcomes: call.request.requests.map((request) => ({
        outcome:
          request.utterance === ''
            ? { $case: 'error', value: { code: status.INVALID_ARGUMENT, message: 'blank', details: [] } }
            : { $case: 'response', value: answer(request) },
      })),
    });
  };
  const server = await serve([{ definition: MatchServiceService, handlers: { match: unused, matchBatch, matchStream: unused } }]);
  cleanups.push(() => server.stop());
  const outcomes = await clientOf(server.address).matchBatch([
    { corpus: 'shop', utterance: 'a' },
    { corpus: 'shop', utterance: '' },
  ]);
  expect(outcomes[0]?.response?.matchId).toBe('a');
  expect(outcomes[1]?.error).toMatchObject({ code: 'invalid_argument', message: 'blank' });
});

test('a stream takes many items and yields every outcome', async () => {
  const matchStream = (call: ServerDuplexStream<MatchStreamRequest, MatchStreamResponse>) => {
    call.on('data', ({ requestId, request }: MatchStreamRequest) => {
      if (request !== undefined) call.write({ requestId, outcome: { $case: 'response', value: answer(request) } });
    });
    call.on('end', () => call.end());
  };
  const server = await serve([{ definition: MatchServiceService, handlers: { match: unused, matchBatch: unused, matchStream } }]);
  cleanups.push(() => server.stop());
  const items = Array.from({ length: 1000 }, (_, index) => ({
    requestId: String(index),
    input: { corpus: 'shop', utterance: `u${index}` },
  }));
  const seen = new Map<string, string | undefined>();
  for await (const outcome of clientOf(server.address).matchStream(items)) seen.set(outcome.requestId, outcome.response?.matchId);
  expect(seen.size).toBe(1000);
  expect(seen.get('999')).toBe('u999');
});

test('a fault of the items themselves comes out of the stream', async () => {
  const matchStream = (call: ServerDuplexStream<MatchStreamRequest, MatchStreamResponse>) => call.on('data', unused);
  const server = await serve([{ definition: MatchServiceService, handlers: { match: unused, matchBatch: unused, matchStream } }]);
  cleanups.push(() => server.stop());
  // biome-ignore lint/correctness/useYield: the source fails before its first item
  async function* broken(): AsyncGenerator<never> {
    throw new Error('the file ended early');
  }
  const reading = async () => {
    for await (const _ of clientOf(server.address).matchStream(broken())) throw new Error('nothing was expected');
  };
  await expect(reading()).rejects.toThrow('the file ended early');
});

test('a server that reads nothing is sent no more than a little', async () => {
  const server = await serve([{ definition: MatchServiceService, handlers: { match: unused, matchBatch: unused, matchStream: unused } }]);
  cleanups.push(() => server.stop());
  const utterance = 'u'.repeat(1_000);
  let taken = 0;
  function* items() {
    for (; taken < 20_000; taken += 1) yield { requestId: String(taken), input: { corpus: 'shop', utterance } };
  }
  const leaving = new AbortController();
  const reading = failure(clientOf(server.address).matchStream(items(), { signal: leaving.signal }).next());
  let before = -1;
  while (taken !== before) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(taken).toBeLessThan(10_000);
  leaving.abort(stopping);
  expect(await reading).toBe(stopping);
});

test('leaving the loop of a stream takes no more items', async () => {
  const matchStream = (call: ServerDuplexStream<MatchStreamRequest, MatchStreamResponse>) => {
    call.on('data', ({ requestId, request }: MatchStreamRequest) => {
      if (request !== undefined) call.write({ requestId, outcome: { $case: 'response', value: answer(request) } });
    });
  };
  const server = await serve([{ definition: MatchServiceService, handlers: { match: unused, matchBatch: unused, matchStream } }]);
  cleanups.push(() => server.stop());
  const closed = Promise.withResolvers<string>();
  async function* items() {
    try {
      for (let item = 0; item < 1_000; item += 1) {
        yield { requestId: String(item), input: { corpus: 'shop', utterance: 'a' } };
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      closed.resolve('all were taken');
    } finally {
      closed.resolve('closed');
    }
  }
  for await (const _ of clientOf(server.address).matchStream(items())) break;
  expect(await closed.promise).toBe('closed');
});

async function adminService(handlers: UntypedServiceImplementation): Promise<TestServer> {
  const others = Object.fromEntries(Object.keys(CorpusAdminServiceService).map((name) => [name, unused]));
  const server = await serve([{ definition: CorpusAdminServiceService, handlers: { ...others, ...handlers } }]);
  cleanups.push(() => server.stop());
  return server;
}

const adminServer = (reloadCorpus: (call: ServerWritableStream<ReloadCorpusRequest, ReloadCorpusResponse>) => void) =>
  adminService({ reloadCorpus });

test('what changes the active version is asked for once, since it may be done although the answer was lost; what only looks is tried again', async () => {
  const calls: string[] = [];
  const lost = (name: string) => (_: unknown, callback: sendUnaryData<unknown>) => {
    calls.push(name);
    callback(refusal(status.UNAVAILABLE, 'connection reset'));
  };
  const server = await adminService({
    activateVersion: lost('activate'),
    rollbackCorpus: lost('rollback'),
    listVersions: lost('list'),
  });
  const client = clientOf(server.address);
  for (const change of [
    client.activate({ corpus: 'shop', version: 'v1' }),
    client.rollback({ corpus: 'shop' }),
    client.listVersions('shop'),
  ])
    expect((await failure(change)).code).toBe('unavailable');
  expect(calls.toSorted()).toEqual(['activate', 'list', 'list', 'list', 'rollback']);
});

test('a reload yields progress and then its result, and is never tried again', async () => {
  let calls = 0;
  const server = await adminServer((call) => {
    calls += 1;
    call.write({ event: { $case: 'progress', value: { phase: 'encode', done: 1, total: 2 } }, operationId: 'op' });
    call.emit('error', refusal(status.UNAVAILABLE, 'draining'));
  });
  const events: (string | undefined)[] = [];
  const reading = async () => {
    for await (const event of clientOf(server.address).reload({ corpus: 'shop', source: { path: 'shop' } }))
      events.push(event.event?.$case);
  };
  expect((await failure(reading())).code).toBe('unavailable');
  expect(events).toEqual(['progress']);
  expect(calls).toBe(1);
});

test('a stream to a server that is not there says so, at its deadline or at once', async () => {
  for (const options of [{ waitForServer: false }, { deadlines: { stream: 200 } }]) {
    const client = clientOf('127.0.0.1:1', options);
    const reading = async () => {
      for await (const _ of client.reload({ corpus: 'shop', source: { path: 'shop' } })) throw new Error('nothing was expected');
    };
    expect(await failure(reading())).toMatchObject({ code: 'unavailable', reason: 'NO_CONNECTION' });
  }
});

test('a stream that nobody reads yet throws nothing into the process, and its error at whoever reads it', async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  process.on('uncaughtException', note);
  cleanups.push(() => process.off('uncaughtException', note));
  const server = await adminServer((call) => void call.emit('error', refusal(status.ABORTED, 'Another reload is running.')));
  const client = clientOf(server.address);
  const events = client.reload({ corpus: 'shop', source: { path: 'shop' } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(uncaught).toEqual([]);
  expect(await failure(events.next())).toMatchObject({ code: 'aborted' });
});

test('leaving the loop of a reload cancels it on the server', async () => {
  const cancelled = Promise.withResolvers<boolean>();
  const server = await adminServer((call) => {
    call.on('cancelled', () => cancelled.resolve(true));
    call.write({ event: { $case: 'progress', value: { phase: 'encode', done: 1, total: 2 } }, operationId: 'op' });
  });
  for await (const _ of clientOf(server.address).reload({ corpus: 'shop', source: { path: 'shop' } })) break;
  expect(await cancelled.promise).toBe(true);
});

test('all entries are listed page by page', async () => {
  const listEntries = (call: ServerUnaryCall<ListEntriesRequest, ListEntriesResponse>, callback: sendUnaryData<ListEntriesResponse>) => {
    const page = Number(call.request.pageToken === '' ? '0' : call.request.pageToken);
    callback(null, {
      entries: [Entry.fromPartial({ id: `e${page}` })],
      nextPageToken: page < 2 ? String(page + 1) : '',
      total: 3,
      version: 'v',
    });
  };
  const handlers = { getEntry: unused, getAnswer: unused, listCorpora: unused, listEntries };
  const server = await serve([{ definition: FaqServiceService, handlers }]);
  cleanups.push(() => server.stop());
  const ids: string[] = [];
  for await (const entry of clientOf(server.address).listEntries({ corpus: 'shop' })) ids.push(entry.id);
  expect(ids).toEqual(['e0', 'e1', 'e2']);
});

test('a client that was closed says so, whatever is called', async () => {
  const server = await matchServer((call, callback) => callback(null, answer(call.request)));
  const client = clientOf(server.address);
  await client.match({ corpus: 'shop', utterance: 'first' });
  client.close();
  const calls = [
    client.match({ corpus: 'shop', utterance: 'hi' }),
    client.matchBatch([{ corpus: 'shop', utterance: 'hi' }]),
    client.rollback({ corpus: 'shop' }),
    client.health(''),
    client.matchStream([]).next(),
    client.reload({ corpus: 'shop', source: { path: 'faq.yaml' } }).next(),
  ];
  for (const call of calls) expect(await failure(call)).toMatchObject({ code: 'failed_precondition', reason: 'CLIENT_CLOSED' });
});

test.each<[input: object | undefined, field: string | undefined, came: string]>([
  [undefined, undefined, 'came undefined'],
  [{ corpus: 'shop' }, 'utterance', 'expected a text, came undefined'],
  [{ corpus: 7, utterance: 'hi' }, 'corpus', 'expected a text, came 7'],
  [{ corpus: 'shop', utterance: 'hi', topK: -1 }, 'topK', 'came -1'],
  [{ corpus: 'shop', utterance: 'hi', topK: 1.5 }, 'topK', 'came 1.5'],
  [{ corpus: 'shop', utterance: 'hi', filter: { locales: 'de', tags: [] } }, 'filter.locales', "expected a list of texts, came 'de'"],
  [{ corpus: 'shop', utterance: 'hi', filter: { locales: [], tags: [1] } }, 'filter.tags', 'came [ 1 ]'],
])('a request that the contract has no form for is refused before it is sent: %o', async (input, field, came) => {
  const client = clientOf('127.0.0.1:1');
  for (const call of [() => client.match(input as never), () => client.matchBatch([input as never])]) {
    const error = await failure(call());
    expect(error).toMatchObject({ code: 'invalid_argument', field });
    expect(error.message).toContain(came);
  }
});
