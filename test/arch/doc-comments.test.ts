import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';

const EXPORT = /^export (?:async |abstract )?(?:function|const|class|interface|type) (\w+)/u;

/** Names that a file exports without a doc comment right above them (decorators and lint exceptions may stand between). */
function undocumented(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const name = EXPORT.exec(line)?.[1];
    if (name === undefined) return [];
    const above = lines.slice(0, at).findLast((before) => !/^(?:@|\/\/ biome-ignore)/u.test(before));
    return above?.endsWith('*/') === true ? [] : [name];
  });
}

test('an export without a doc comment is found, and only such a one', () => {
  const text = ['/** Said. */', 'export const said = 1;', '', 'export const silent = 2;', '/** Said. */', '@Mark()', 'export class Box {}'];
  expect(undocumented(text.join('\n'))).toEqual(['silent']);
});

test('every export of src has a doc comment', () => {
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.startsWith(join('src', 'generated')));
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((file) => undocumented(readFileSync(join(root, file), 'utf8')).map((name) => `${file}: ${name}`))).toEqual([]);
});
