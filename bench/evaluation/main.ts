/**
 * `npm run bench:evaluation`: our figures on public sets beside the published ones, as docs/evaluation.md shows them.
 *   --only <id>   one case of cases.ts; may be given more than once. The others keep the figures of their last run (results.json)
 *   --page        measures nothing and writes the page from the kept figures
 * FAQMATCH_EVAL_DATA names the folder of public sets. Writes results.json and, between its markers, docs/evaluation.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { matchSettingsOf } from '../../src/cli/eval-run.ts';
import { evalSource, goldenRows } from '../../src/cli/eval-source.ts';
import { openEncoder } from '../../src/cli/open-encoder.ts';
import type { OpenedVersions } from '../../src/cli/open-versions.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { withThrowawayVersions } from '../../src/cli/throwaway-versions.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { SourceFile } from '../../src/corpus/corpus.ts';
import { parseCorpus } from '../../src/corpus/parse-corpus.ts';
import { readLocalSource } from '../../src/corpus/read-source.ts';
import { FaqError } from '../../src/errors.ts';
import { corpusFile } from '../../src/quality/cross-validation/corpus-file.ts';
import { withFewerQuestions } from '../../src/quality/cross-validation/learning-sizes.ts';
import { evaluateWithRows } from '../../src/quality/evaluate-version.ts';
import { CASES, type EvaluationCase } from './cases.ts';
import { type CaseResult, caseResult, keepResults, keptResults } from './result.ts';
import { evaluationTables } from './tables.ts';

const PAGE = new URL('../../docs/evaluation.md', import.meta.url);
const BEGIN = '<!-- begin: written by npm run bench:evaluation -->\n';
const END = '<!-- end: written by npm run bench:evaluation -->';
const CORPUS = 'public-set';

/** Stored files as they are, or with one question an intent. */
async function storedFiles({ stored, oneQuestion }: EvaluationCase, root: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of stored)
    files.push(...(await readLocalSource(join(root, path))).map((file) => ({ ...file, name: `${files.length}-${file.name}` })));
  if (oneQuestion === undefined) return files;
  const { corpus } = parseCorpus(files);
  if (corpus === undefined) throw new FaqError('invalid_argument', `Expected FAQ files without faults in ${stored.join(', ')}.`);
  return [corpusFile(withFewerQuestions(corpus, 1, oneQuestion))];
}

async function sourceOf(wanted: EvaluationCase, root: string) {
  const [folder = ''] = wanted.stored;
  if (wanted.measured.length === 0) return evalSource(join(root, folder), root);
  const rows = (await Promise.all(wanted.measured.map((path) => goldenRows(join(root, path))))).flat();
  return { files: await storedFiles(wanted, root), rows, retrieval: false };
}

async function measure(opened: OpenedVersions, wanted: EvaluationCase, root: string): Promise<CaseResult> {
  const { files, rows, retrieval } = await sourceOf(wanted, root);
  const began = performance.now();
  const onProgress = (done: number, total: number, label: string): void => {
    if (done === total) console.error(`${wanted.id}: ${label} ${done}, ${Math.round((performance.now() - began) / 1000)} s`);
  };
  await opened.versions.reload(CORPUS, files, { onProgress: ({ done, total, phase }) => onProgress(done, total, phase) });
  const version = await opened.versions.acquire(CORPUS);
  const evaluation = {
    version,
    name: wanted.id,
    settings: matchSettingsOf(config),
    options: { onProgress },
    builds: opened,
    learningCurve: false,
  };
  return caseResult(wanted.id, await evaluateWithRows(evaluation, { match: opened.match, rows, kind: retrieval ? 'retrieval' : 'golden' }));
}

async function measureAll(cases: readonly EvaluationCase[], root: string): Promise<void> {
  const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
  const encoder = await openEncoder(config, { terminal: processTerminal(), onProblem });
  try {
    await withThrowawayVersions(config, { encoder, onProblem }, async (opened) => {
      for (const wanted of cases) {
        const results = new Map(keptResults());
        results.delete(wanted.id);
        results.set(wanted.id, await measure(opened, wanted, root));
        // Kept at once, so that an interrupted run loses one case at most.
        keepResults([...results.values()]);
      }
    });
  } finally {
    await encoder.close();
  }
}

function writePage(): void {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new FaqError('failed_precondition', `Expected the lines "${BEGIN.trim()}" and "${END}" in docs/evaluation.md.`);
  writeFileSync(PAGE, `${page.slice(0, begin + BEGIN.length)}\n${evaluationTables(keptResults())}\n${page.slice(end)}`);
}

const { values: flags } = parseArgs({ options: { only: { type: 'string', multiple: true }, page: { type: 'boolean', default: false } } });
const { config } = loadConfig();
const cases = CASES.filter(({ id }) => flags.only === undefined || flags.only.includes(id));
if (cases.length === 0) throw new FaqError('invalid_argument', `Expected --only with one of ${CASES.map(({ id }) => id).join(', ')}.`);
if (!flags.page) {
  if (config.evalData === undefined)
    throw new FaqError('failed_precondition', 'Expected FAQMATCH_EVAL_DATA to name the folder of public sets; it is not set.');
  await measureAll(cases, config.evalData);
}
writePage();
