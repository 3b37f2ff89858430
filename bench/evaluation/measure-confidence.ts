/** Measures confidence on one corpus: the product's own fit and match path, with an expected share of out-of-scope traffic. */
import { join } from 'node:path';
import { goldenRows } from '../../src/cli/eval-source.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import { toldShare } from '../../src/matching/out-of-scope-share.ts';
import { corpusAsFiles } from '../../src/quality/cross-validation/corpus-as-files.ts';
import type { OpenedVersions } from '../../src/wiring/open-versions.ts';
import { withThrowawayVersions } from '../../src/wiring/throwaway-versions.ts';
import { type ConfidenceCase, DEFAULT_SHARE, type ExpectedShare } from './confidence-cases.ts';
import { type ConfidenceResult, confidenceResult, keepConfidence } from './confidence-result.ts';
import { type MeasuredCorpus, madeCorpus } from './made-corpus.ts';
import { heardRows } from './none-of-these.ts';
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

/** What one build made of the measured utterances. */
interface MeasuredBuild {
  readonly result: ConfidenceResult;
  /** Probability that none of the intents is meant, of each utterance in turn. */
  readonly none: readonly number[];
  /** Whether the corpus's own questions taught its confidences something. */
  readonly taught: boolean;
}

async function measureBuild(
  { versions, match }: OpenedVersions,
  { corpus, rows }: MeasuredCorpus,
  run: { readonly wanted: ConfidenceCase; readonly expected: ExpectedShare; readonly share: number },
): Promise<MeasuredBuild> {
  await versions.reload(CORPUS, corpusAsFiles(corpus));
  const version = await versions.acquire(CORPUS);
  const { rows: heard, none } = await heardRows(match, CORPUS, rows);
  return { result: confidenceResult({ ...run, version, rows: heard }), none, taught: version.scorer.decisions !== undefined };
}

/** Rows whose place is even, or odd. */
function everyOther<Row>(rows: readonly Row[], from: 0 | 1): readonly Row[] {
  return rows.filter((_, place) => place % 2 === from);
}

/** What `faqmatch eval --traffic` would have written as out_of_scope_share. */
function adviceOf({ none, taught }: MeasuredBuild): number {
  if (!taught) return DEFAULT_SHARE;
  const { value, low, high } = toldShare({ none: everyOther(none, 0), fittedShare: DEFAULT_SHARE });
  return low <= DEFAULT_SHARE && DEFAULT_SHARE <= high ? DEFAULT_SHARE : value;
}

/** Measures a case at each of its shares and keeps what came of it. @throws FaqError of every step. */
export async function measureConfidence(wanted: ConfidenceCase, { config, encoder, root, onProblem }: MeasuringParts): Promise<void> {
  const labelled = (await Promise.all(wanted.measured.map((path) => goldenRows(join(root, path))))).flat();
  const measured = madeCorpus({ corpus: await storedCorpus(wanted.stored, root), rows: labelled }, wanted);
  const rest = { ...measured, rows: everyOther(measured.rows, 1) };
  const trueShare = measured.rows.filter(({ intent }) => intent === null).length / measured.rows.length;
  let told = Number.NaN;
  for (const expected of wanted.shares) {
    const share = expected === 'true' ? trueShare : expected === 'told' ? told : expected;
    const began = performance.now();
    const build = await withThrowawayVersions({ ...config, outOfScopeShare: share }, { encoder, onProblem }, (opened) =>
      measureBuild(opened, expected === 'told' ? rest : measured, { wanted, expected, share }),
    );
    if (expected === DEFAULT_SHARE) told = adviceOf(build);
    // Kept at once, so that an interrupted run loses one build at most.
    keepConfidence(build.result);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.error(`${build.result.id}: share ${share.toFixed(3)}, ECE ${build.result.ece.toFixed(3)}, ${seconds} s`);
  }
}
