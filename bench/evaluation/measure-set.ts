/** Measures one public set at the default settings, as `faqmatch eval` does. */
import { join } from 'node:path';
import { evalSource, goldenRows } from '../../src/cli/eval-source.ts';
import { corpusAsFiles } from '../../src/quality/cross-validation/corpus-as-files.ts';
import { withFewerQuestions } from '../../src/quality/cross-validation/learning-sizes.ts';
import { evaluateWithRows } from '../../src/quality/evaluate-version.ts';
import { reportedSettingsOf } from '../../src/wiring/match-settings.ts';
import { withThrowawayVersions } from '../../src/wiring/throwaway-versions.ts';
import type { EvaluationCase } from './cases.ts';
import type { MeasuringParts } from './measure-confidence.ts';
import { caseResult, keepResults, keptResults } from './result.ts';
import { storedCorpus, storedFiles } from './stored-set.ts';

const CORPUS = 'public-set';

async function sourceOf({ stored, measured, oneQuestion }: EvaluationCase, root: string) {
  const [folder = ''] = stored;
  if (measured.length === 0) return evalSource(join(root, folder), { corpusRoot: root, rowsMeasure: true });
  const rows = (await Promise.all(measured.map((path) => goldenRows(join(root, path))))).flat();
  const files =
    oneQuestion === undefined
      ? await storedFiles(stored, root)
      : corpusAsFiles(withFewerQuestions(await storedCorpus(stored, root), 1, oneQuestion));
  return { files, rows, retrieval: false };
}

/** Measures a case and keeps what came of it. @throws FaqError of every step. */
export async function measureSet(wanted: EvaluationCase, { config, encoder, root, onProblem }: MeasuringParts): Promise<void> {
  const { files, rows, retrieval } = await sourceOf(wanted, root);
  const began = performance.now();
  const onProgress = (done: number, total: number, label: string): void => {
    if (done === total) console.error(`${wanted.id}: ${label} ${done}, ${Math.round((performance.now() - began) / 1000)} s`);
  };
  await withThrowawayVersions(config, { encoder, onProblem }, async (opened) => {
    await opened.versions.reload(CORPUS, files, { onProgress: ({ done, total, phase }) => onProgress(done, total, phase) });
    const version = await opened.versions.acquire(CORPUS);
    const settings = reportedSettingsOf(config);
    const evaluation = { version, name: wanted.id, settings, options: { onProgress }, builds: opened, learningCurve: false };
    const report = await evaluateWithRows(evaluation, { match: opened.match, rows, kind: retrieval ? 'retrieval' : 'golden' });
    const results = new Map(keptResults());
    results.delete(wanted.id);
    // Kept at once, so that an interrupted run loses one case at most.
    keepResults([...results.set(wanted.id, caseResult(wanted.id, report)).values()]);
  });
}
