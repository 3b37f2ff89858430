import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { artifactName, artifactPart, parseRecord, ROWS_PART, recordPayload } from '../../../../src/index/qdrant/version-record.ts';

const manifest = {
  corpus: 'shop',
  version: 'v1',
  createdAt: new Date('2026-11-03T10:00:00.123Z'),
  modelDigest: 'sha256:0',
  dimension: 16,
  entries: 3,
  questions: 5,
  intents: 2,
};
const sha256 = 'ab'.repeat(32);
const parts = [
  { name: ROWS_PART, size: 10, sha256, pieces: 1 },
  { name: artifactPart('scorer.bin'), size: 0, sha256, pieces: 1 },
];
const method = { kind: 'hnsw', recallAt10: 0.995, ef: 128 } as const;
const payload = recordPayload({ manifest, parts, method });

/** A record of this text with a checksum that fits. */
function signed(change: (record: Record<string, unknown>) => unknown) {
  const record = JSON.stringify(change(JSON.parse(String(payload.record)) as Record<string, unknown>));
  return { ...payload, record, sha256: createHash('sha256').update(record).digest('hex') };
}

describe('the record of a version', () => {
  test('is read back as it was written', () => {
    expect(parseRecord(JSON.parse(JSON.stringify(payload)), 'v1')).toEqual({ manifest, parts, method, setAside: undefined });
  });

  test('says why the version was set aside', () => {
    expect(parseRecord({ ...payload, setAside: 'damaged' }, 'v1').setAside).toBe('damaged');
  });

  test.each([
    ['nothing', undefined],
    ['no object', 'record'],
    ['no checksum', { record: payload.record }],
    ['another checksum', { ...payload, sha256 }],
    ['a changed digit', { ...payload, record: String(payload.record).replace('"questions":5', '"questions":6') }],
    ['no record', signed(() => 'text')],
    ['a later schema', signed((record) => ({ ...record, schema: 3 }))],
    ['a part that leaves its folder', signed((record) => ({ ...record, parts: [{ ...parts[0], name: 'artifact/../x' }] }))],
    ['a corpus with a dot', signed((record) => ({ ...record, corpus: 'a.b' }))],
    ['a recall above 1', signed((record) => ({ ...record, method: { ...method, recallAt10: 2 } }))],
    ['no dimension', signed((record) => ({ ...record, dimension: 0 }))],
  ])('that holds %s is damaged', (_, damaged) => {
    expect(() => parseRecord(damaged, 'v1')).toThrow(expect.objectContaining({ code: 'data_loss', reason: 'CHECKSUM_MISMATCH' }));
  });

  test('tells artifacts from rows', () => {
    expect([artifactName(artifactPart('corpus.json')), artifactName(ROWS_PART)]).toEqual(['corpus.json', undefined]);
  });
});
