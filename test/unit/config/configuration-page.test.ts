import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configurationPage } from '../../../src/config/describe-settings.ts';

test('docs/configuration.md says what the schema says (npm run docs:configuration makes it)', () => {
  expect(readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')).toBe(configurationPage());
});
