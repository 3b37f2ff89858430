/**
 * `FAQMATCH_EVAL_DATA=… node bench/answers.ts`: what reading answers is worth where questions are few. The demo corpora thinned to a few questions
 * an intent (the mean of seeded draws, all golden utterances) and StackFAQ, each with its answers and without.
 * docs/decisions/0018-answers.md has the table.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEMO_CORPORA } from '../src/cli/demo.ts';
import { evalSource } from '../src/cli/eval-source.ts';
import { markdownLines } from '../src/cli/table.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Corpus } from '../src/corpus/corpus.ts';
import { parseCorpus } from '../src/corpus/parse-corpus.ts';
import { corpusAsFiles } from '../src/quality/cross-validation/corpus-as-files.ts';
import { withFewerQuestions } from '../src/quality/cross-validation/learning-sizes.ts';
import { evaluateWithRows } from '../src/quality/evaluate-version.ts';
import type { LabelledUtterance } from '../src/quality/evaluated-row.ts';
import type { FigureName } from '../src/quality/figures.ts';
import { reportedSettingsOf } from '../src/wiring/match-settings.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';
import { rememberingEncoder } from './evaluation/remembering-encoder.ts';

const CORPUS_ROOT = fileURLToPath(new URL('../faq-data', import.meta.url));
const SIZES = [1, 2, 3, 4, 6, 8];
const DRAWS = [1, 2, 3];
const SHOWN = ['intentAccuracy', 'accuracy', 'refused', 'precision', 'ece', 'auroc'] as const satisfies readonly FigureName[];

interface Case {
  readonly title: string;
  readonly corpora: readonly Corpus[];
  readonly rows: readonly LabelledUtterance[];
  readonly retrieval: boolean;
}

const { config } = loadConfig();
const onProblem = (problem: string): void => console.error(`warning: ${problem}`);

async function casesOf(path: string, title: string, root: string): Promise<readonly Case[]> {
  const { files, rows, retrieval } = await evalSource(path, { corpusRoot: root, rowsMeasure: true });
  const { corpus } = parseCorpus(files);
  if (corpus === undefined) throw new Error(`Expected FAQ files without faults in ${path}.`);
  if (retrieval) return [{ title, corpora: [corpus], rows, retrieval }];
  return SIZES.map((size) => ({
    title: `${title}, ${size} an intent`,
    corpora: DRAWS.map((seed) => withFewerQuestions(corpus, size, seed)),
    rows,
    retrieval,
  }));
}

function withoutAnswers(corpus: Corpus): Corpus {
  return { ...corpus, entries: corpus.entries.map((entry) => ({ ...entry, answer: '' })) };
}

const percent = (value: number): string => (Number.isFinite(value) ? (100 * value).toFixed(1) : '–');
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const shown = (name: FigureName, value: number): string => (name === 'ece' || name === 'auroc' ? value.toFixed(3) : percent(value));

const encoder = rememberingEncoder(await openEncoder(config, { onProblem }));
const table: (readonly string[])[] = [];
try {
  await withThrowawayVersions(config, { encoder, onProblem }, async (opened) => {
    const figuresOf = async (corpus: Corpus, { title, rows, retrieval }: Case): Promise<readonly number[]> => {
      await opened.versions.reload('answers', corpusAsFiles(corpus));
      const version = await opened.versions.acquire('answers');
      const evaluation = { version, name: title, settings: reportedSettingsOf(config), options: {}, builds: opened, learningCurve: false };
      const { figures } = await evaluateWithRows(evaluation, { match: opened.match, rows, kind: retrieval ? 'retrieval' : 'golden' });
      return SHOWN.map((name) => figures[name].value);
    };
    const demos = DEMO_CORPORA.map((name) => [name, name, CORPUS_ROOT] as const);
    const sets = config.evalData === undefined ? [] : [[join(config.evalData, 'stackfaq'), 'StackFAQ', config.evalData] as const];
    for (const [path, title, root] of [...sets, ...demos]) {
      for (const wanted of await casesOf(path, title, root)) {
        console.error(wanted.title);
        const before: (readonly number[])[] = [];
        const after: (readonly number[])[] = [];
        for (const corpus of wanted.corpora) {
          before.push(await figuresOf(withoutAnswers(corpus), wanted));
          after.push(await figuresOf(corpus, wanted));
        }
        const cells = SHOWN.map((name, at) => {
          const [without, read] = [before, after].map((runs) => shown(name, mean(runs.map((run) => run[at] ?? Number.NaN))));
          return `${without} → ${read}`;
        });
        table.push([wanted.title, ...cells]);
      }
    }
  });
} finally {
  await encoder.close();
}
const heading = [
  'corpus',
  'best candidate right, %',
  'right with ANSWER, %',
  'out of scope refused, %',
  'answers that are right, %',
  'ECE',
  'AUROC',
];
console.log(markdownLines(heading, table).join('\n'));
