/** Suites that take a real Qdrant server: started once per test file, or skipped with one line for the whole run where there is none. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, type TestContext } from 'vitest';
import { callQdrant, dropCollections, type QdrantEndpoint } from './qdrant-http.ts';
import { findQdrant, NO_QDRANT, type QdrantServer, type QdrantSource, startQdrant } from './qdrant-server.ts';

/** The server that a test file shares. */
export interface SharedQdrant extends QdrantEndpoint {
  /** What this file's names of collections begin with. Collections so named are removed at the end of the file. */
  readonly prefix: string;
  /** The process behind it; undefined where QDRANT_URL names a server that is not ours to stop. */
  readonly server?: QdrantServer;
}

let shared: Promise<SharedQdrant> | undefined;

async function open(source: QdrantSource): Promise<SharedQdrant> {
  const prefix = `faqmatch-test-${randomBytes(4).toString('hex')}-`;
  if (source.kind === 'program') {
    const server = await startQdrant();
    return { url: server.url, prefix, server };
  }
  const endpoint = { url: source.url, ...(source.apiKey === undefined ? {} : { apiKey: source.apiKey }) };
  const answer = await callQdrant(endpoint, { method: 'GET', path: '/collections', timeoutMs: 10_000 });
  if (answer.status !== 200) throw new Error(`QDRANT_URL (${source.url}) answered ${answer.status} when asked for its collections.`);
  return { ...endpoint, prefix };
}

async function close(): Promise<void> {
  const opened = await shared?.catch(() => undefined);
  shared = undefined;
  if (opened?.server !== undefined) await opened.server.dispose();
  else if (opened !== undefined) await dropCollections(opened, opened.prefix);
}

/** As vitest's `describe`; `body` is given how to get the server, for use inside hooks and tests. A server that is there and does not work fails the suite. */
export function describeWithQdrant(name: string, body: (qdrant: () => SharedQdrant) => void): void {
  const source = findQdrant();
  let opened: SharedQdrant | undefined;
  const qdrant = (): SharedQdrant => {
    if (opened === undefined) throw new Error('The Qdrant server is there in hooks and tests only, not while tests are collected.');
    return opened;
  };
  if (source === undefined) {
    describe.skip(name, { meta: { skipReason: NO_QDRANT } }, () => body(qdrant));
    return;
  }
  describe(name, () => {
    beforeAll(async () => {
      shared ??= open(source);
      opened = await shared;
    });
    body(qdrant);
  });
  // After the suite, and only after the last one of the file: a file's suites run one after another.
  afterAll(close);
}

/** As describeWithQdrant, for tests that start, stop and kill servers of their own. With QDRANT_URL alone they are skipped: that server is not ours. */
export function describeWithOwnQdrant(name: string, body: () => void): void {
  const reason = whyNoOwnQdrant();
  if (reason === undefined) describe(name, body);
  else describe.skip(name, { meta: { skipReason: reason } }, body);
}

/** Skips a test that has to stop or break the server where it is not ours. */
export function needsOwnServer(context: TestContext, qdrant: SharedQdrant): QdrantServer {
  return qdrant.server ?? context.skip(NOT_OURS);
}

const NOT_OURS = 'the server at QDRANT_URL is not ours to stop: unset it and put a qdrant program on PATH';

function whyNoOwnQdrant(): string | undefined {
  const source = findQdrant();
  if (source === undefined) return NO_QDRANT;
  return source.kind === 'url' ? NOT_OURS : undefined;
}
