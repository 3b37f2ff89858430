import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../../scripts/checkout.ts';
import { LEAST_NODE } from '../../../src/config/least-node.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('the package asks for the Node that the program takes, so that npm warns where it would refuse', () => {
  expect(JSON.parse(read('package.json')).engines).toEqual({ node: `>=${LEAST_NODE}` });
  expect(JSON.parse(read('package-lock.json')).packages[''].engines).toEqual({ node: `>=${LEAST_NODE}` });
});
