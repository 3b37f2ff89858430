/** Puts the kept figures into docs/evaluation.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { FaqError } from '../../src/errors.ts';
import { keptConfidence } from './confidence-result.ts';
import { confidenceTables } from './confidence-tables.ts';
import { goalsTable } from './goals-table.ts';
import { keptResults } from './result.ts';
import { evaluationTables, newestModelOnly } from './tables.ts';

const PAGE = new URL('../../docs/evaluation.md', import.meta.url);

/** Markdown between a part's markers, the page's other lines as they are. @throws FaqError failed_precondition without the markers. */
function withPart(page: string, part: string, markdown: string): string {
  const begin = `<!-- begin: ${part}, written by npm run bench:evaluation -->\n`;
  const end = `<!-- end: ${part} -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new FaqError('failed_precondition', `Expected the lines "${begin.trim()}" and "${end}" in docs/evaluation.md.`);
  return `${page.slice(0, from + begin.length)}\n${markdown.trim()}\n\n${page.slice(to)}`;
}

/** Writes all parts. Results of another model than the newest are left out rather than mixed in. */
export function writePage(): void {
  const sets = newestModelOnly(keptResults());
  const confidence = newestModelOnly(keptConfidence());
  let page = readFileSync(PAGE, 'utf8');
  page = withPart(page, 'sets', evaluationTables(sets));
  page = withPart(page, 'confidence', confidenceTables(confidence));
  page = withPart(page, 'goals', goalsTable(sets, confidence));
  writeFileSync(PAGE, page);
}
