/** Measures confidence on one corpus: the product's own fit and match path, with an expected share of out-of-scope traffic. */
import { join } from 'node:path';
import { goldenRows } from '../../src/cli/eval-source.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import { corpusAsFiles } from '../../src/quality/cross-validation/corpus-as-files.ts';
import { evaluateGolden } from '../../src/quality/evaluate-golden.ts';
import type { OpenedVersions } from '../../src/wiring/open-versions.ts';
import { withThrowawayVersions } from '../../src/wiring/throwaway-versions.ts';
import type { ConfidenceCase, ExpectedShare } from './confidence-cases.ts';
import { type ConfidenceResult, confidenceResult, keepConfidence } from './confidence-result.ts';
import { type MeasuredCorpus, madeCorpus } from './made-corpus.ts';
import { storedCorpus } from './stored-set.ts';

const CORPUS = 'public-set';

/** What measuring stands on. */
export interface MeasuringParts {
  readonly config: Config;
  readonly encoder: Encoder;
  /** Folder of the public sets. */
  readonly root: string;
  readonly onProblem: (problem: string) => void;
}

async function measureBuild(
  { versions, match }: OpenedVersions,
  { corpus, rows }: MeasuredCorpus,
  run: { readonly wanted: ConfidenceCase; readonly expected: ExpectedShare; readonly share: number },
): Promise<ConfidenceResult> {
  await versions.reload(CORPUS, corpusAsFiles(corpus));
  const version = await versions.acquire(CORPUS);
  const result = await evaluateGolden({ match, corpus: CORPUS, rows, minConfidence: 0 });
  return confidenceResult({ ...run, version, rows: result.rows });
}

/** Measures a case at each of its shares and keeps what came of it. @throws FaqError of every step. */
export async function measureConfidence(wanted: ConfidenceCase, { config, encoder, root, onProblem }: MeasuringParts): Promise<void> {
  const labelled = (await Promise.all(wanted.measured.map((path) => goldenRows(join(root, path))))).flat();
  const measured = madeCorpus({ corpus: await storedCorpus(wanted.stored, root), rows: labelled }, wanted);
  const trueShare = measured.rows.filter(({ intent }) => intent === null).length / measured.rows.length;
  for (const expected of wanted.shares) {
    const share = expected === 'true' ? trueShare : expected;
    const began = performance.now();
    const result = await withThrowawayVersions({ ...config, outOfScopeShare: share }, { encoder, onProblem }, (opened) =>
      measureBuild(opened, measured, { wanted, expected, share }),
    );
    // Kept at once, so that an interrupted run loses one build at most.
    keepConfidence(result);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.error(`${result.id}: share ${share.toFixed(3)}, ECE ${result.ece.toFixed(3)}, ${seconds} s`);
  }
}
