import { expect, test } from 'vitest';
import { codeOfStatus, statusOfCode } from '../../../src/client/status-codes.ts';
import type { ErrorCode } from '../../../src/errors.ts';
import { STATUS_OF_CODE } from '../../../src/server/edge/errors.ts';

const CODES = Object.keys(STATUS_OF_CODE) as ErrorCode[];

test.each(CODES)('%s has one number at both ends of the wire, and comes back from it', (code) => {
  expect(statusOfCode(code)).toBe(STATUS_OF_CODE[code]);
  expect(codeOfStatus(statusOfCode(code))).toBe(code);
});

test('a number that gRPC does not define is a fault of the server', () => {
  expect(codeOfStatus(99)).toBe('internal');
});
