/**
 * `node bench/invariance/main.ts`: how often a rewritten golden utterance keeps its decision, and how often an unrelated intent leaves its
 * confidence alone, per demo corpus, as markdown.
 * test/golden/invariances.test.ts holds what is reached; docs/evaluation.md has the table.
 */
import { DEMO_CORPORA } from '../../src/cli/demo.ts';
import { evalSource } from '../../src/cli/eval-source.ts';
import { markdownLines } from '../../src/cli/table.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Entry } from '../../src/corpus/corpus.ts';
import { corpusAsFiles } from '../../src/quality/cross-validation/corpus-as-files.ts';
import { percentText } from '../../src/quality/report/number-text.ts';
import { openEncoder } from '../../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../../src/wiring/throwaway-versions.ts';
import { asker, type Invariance, measureInvariance, measureMoves, unmovedShare } from './measure.ts';
import { UNRELATED } from './unrelated-intents.ts';

const { config } = loadConfig();
const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
const encoder = await openEncoder(config, { onProblem });
const byCorpus = new Map<string, readonly Invariance[]>();
const unmoved: number[] = [];
const unmovedInScope: number[] = [];
try {
  await withThrowawayVersions(config, { encoder, onProblem }, async ({ versions, match }) => {
    for (const name of DEMO_CORPORA) {
      const { files, rows } = await evalSource(name, { corpusRoot: config.corpusRoot, rowsMeasure: true });
      await versions.reload(name, files);
      const utterances = rows.map(({ utterance }) => utterance);
      byCorpus.set(name, await measureInvariance(asker(match, name), utterances));
      const { content } = await versions.acquire(name);
      const grown = async (entry: Entry) => {
        await versions.reload('grown', corpusAsFiles({ ...content, entries: [...content.entries, entry] }));
        return asker(match, 'grown');
      };
      const moves = await measureMoves(asker(match, name), grown, { utterances, entries: UNRELATED });
      unmoved.push(unmovedShare(moves));
      unmovedInScope.push(unmovedShare(moves.filter(({ utterance }) => typeof rows[utterance]?.intent === 'string')));
    }
  });
} finally {
  await encoder.close();
}
const [names, lists] = [[...byCorpus.keys()], [...byCorpus.values()]];
const rows = (lists[0] ?? []).map(({ transformation }, i) => [
  transformation,
  lists.map((list) => list[i]?.pairs ?? 0).join(' / '),
  lists.map((list) => percentText(list[i]?.decisionHolds ?? Number.NaN)).join(' / '),
  lists.map((list) => percentText(list[i]?.bestHolds ?? Number.NaN)).join(' / '),
  lists.map((list) => (list[i]?.greatestFall ?? Number.NaN).toFixed(3)).join(' / '),
  lists.map((list) => percentText(list[i]?.fellFar ?? Number.NaN)).join(' / '),
]);
const heading = [
  `rewriting (${names.join(' / ')})`,
  'utterances it changes',
  'decision holds',
  'best candidate holds',
  'greatest fall of similarity',
  'fell by more than .15',
];
const added = (what: string, shares: readonly number[]): readonly string[] => [
  `an unrelated intent is added: the confidence of the best candidate moves by less than .02, ${what}`,
  '',
  shares.map((share) => percentText(share)).join(' / '),
  '',
  '',
  '',
];
console.log(
  markdownLines(heading, [...rows, added('utterances with an intent', unmovedInScope), added('all utterances', unmoved)]).join('\n'),
);
