import { describe, expect, test } from 'vitest';
import type { QdrantConnection } from '../../../../src/index/qdrant/connection.ts';
import { checkServerVersion, isAtLeast } from '../../../../src/index/qdrant/server-version.ts';

/** A server that says this of itself. */
function saying(data: unknown): QdrantConnection {
  const call = async () => ({ data });
  return { call: call as QdrantConnection['call'], block: () => undefined, close: () => undefined };
}

describe('the server version', () => {
  test.each([
    ['1.16.0', true],
    ['1.16.1', true],
    ['1.18.3', true],
    ['1.18.3-dev', true],
    ['2.0.0', true],
    ['1.15.9', false],
    ['1.9.99', false],
    ['0.99.0', false],
    ['', false],
    ['latest', false],
  ])('%s is new enough: %s', (version, enough) => expect(isAtLeast(version, '1.16.0')).toBe(enough));

  test('lets a new enough server pass', () =>
    expect(checkServerVersion(saying({ title: 'qdrant', version: '1.18.3' }))).resolves.toBe('1.18.3'));

  test.each([
    [{ version: '1.12.0' }, 'Qdrant 1.12.0'],
    [{ hello: 'world' }, 'does not say it is Qdrant'],
    ['', 'does not say it is Qdrant'],
  ])('refuses %j and says what it found', (data, words) =>
    expect(checkServerVersion(saying(data))).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'INDEX_TOO_OLD',
      message: expect.stringContaining(words),
    }),
  );
});
