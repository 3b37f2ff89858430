/**
 * A stored version into memory: its artifacts parsed and tied to its index. Encodes nothing.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Corpus } from '../corpus/corpus.ts';
import { deserialiseCorpus, serialiseCorpus } from '../corpus/serialise.ts';
import { FaqError } from '../errors.ts';
import type { OpenVersion, VersionManifest } from '../index/contract.ts';
import { loadScorer, SCORER_FORMAT } from '../matching/stored-scorer.ts';
import { buildSpelling } from '../text/spelling.ts';
import type { LoadedVersion } from './contract.ts';
import { buildExactLookup } from './exact-lookup.ts';
import { standingDemands } from './version-demands.ts';
import { groupRows, layOutRows, ROW_FORMAT, type RowLayout } from './version-rows.ts';

const CORPUS_ARTIFACT = 'corpus.json';
const SCORER_ARTIFACT = 'scorer.bin';
/** Reason of the error for a version that another release built, whose content can be read all the same. */
export const VERSION_FORMAT = 'VERSION_FORMAT';
/** With which formats a version was built: another release's version is refused in words, not taken for a damaged one. */
const BUILD_ARTIFACT = 'build.json';

/** The share is missing from versions that earlier releases built. */
const BUILD_SCHEMA = z.object({ scorerFormat: z.number(), rowFormat: z.number(), outOfScopeShare: z.number().optional() });

/** The opaque parts that a version is stored with. @param outOfScopeShare that the scorer was fitted for. */
export function versionArtifacts(corpus: Corpus, scorer: Uint8Array, outOfScopeShare: number): ReadonlyMap<string, Uint8Array> {
  const build: z.infer<typeof BUILD_SCHEMA> = { scorerFormat: SCORER_FORMAT, rowFormat: ROW_FORMAT, outOfScopeShare };
  return new Map([
    [BUILD_ARTIFACT, Buffer.from(JSON.stringify(build))],
    [CORPUS_ARTIFACT, serialiseCorpus(corpus)],
    [SCORER_ARTIFACT, scorer],
  ]);
}

/** Refuses a version whose vectors another model made. @throws FaqError failed_precondition, reason MODEL_MISMATCH. */
export function requireModel(manifest: VersionManifest, modelDigest: string): void {
  if (manifest.modelDigest === modelDigest) return;
  throw new FaqError(
    'failed_precondition',
    `Version ${manifest.version} of corpus "${manifest.corpus}" was built with model ${manifest.modelDigest}, but this server runs ` +
      `${modelDigest}. Reload the corpus, or start the server with the model it was built with.`,
    { reason: 'MODEL_MISMATCH' },
  );
}

function damaged(manifest: VersionManifest, what: string, cause?: unknown): FaqError {
  const message = `Version ${manifest.version} of corpus "${manifest.corpus}" is damaged: ${what}. Reload the corpus to build it again.`;
  return new FaqError('data_loss', message, { reason: 'VERSION_DAMAGED', ...(cause === undefined ? {} : { cause }) });
}

/** @returns the out-of-scope share that the version was fitted for; undefined where it does not say. */
async function requireFormat(open: OpenVersion): Promise<number | undefined> {
  const bytes = await open.artifact(BUILD_ARTIFACT);
  let build: z.infer<typeof BUILD_SCHEMA>;
  try {
    build = BUILD_SCHEMA.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw damaged(open.manifest, `${BUILD_ARTIFACT} cannot be read`, error);
  }
  if (build.scorerFormat === SCORER_FORMAT && build.rowFormat === ROW_FORMAT) return build.outOfScopeShare;
  throw new FaqError(
    'failed_precondition',
    `Version ${open.manifest.version} of corpus "${open.manifest.corpus}" was built by another release of faqmatch. Reload the corpus; ` +
      'texts that were encoded already are not encoded again.',
    { reason: VERSION_FORMAT },
  );
}

/** The corpus that a version was built from; of another release's versions too. @throws FaqError data_loss. */
export async function storedContent(open: OpenVersion): Promise<Corpus> {
  return deserialiseCorpus(await open.artifact(CORPUS_ARTIFACT));
}

function requireSameRows(open: OpenVersion, layout: RowLayout): void {
  const same = layout.questions.length === open.rows.length && layout.questions.every((text, row) => open.rows[row]?.text === text);
  if (!same) throw damaged(open.manifest, 'its questions are not those of its corpus');
}

/**
 * Loads all that a match reads. Gives way to other work between its steps, each of which takes some ten milliseconds at 10,000 questions.
 * @throws FaqError data_loss (damaged), failed_precondition (built by another release).
 */
export async function loadVersion(open: OpenVersion): Promise<LoadedVersion> {
  const outOfScopeShare = await requireFormat(open);
  const scorerBytes = await open.artifact(SCORER_ARTIFACT);
  const content = await storedContent(open);
  await nextTurn();
  const layout = layOutRows(content);
  requireSameRows(open, layout);
  await nextTurn();
  const scorer = loadScorer(scorerBytes);
  if (scorer.intentCount !== layout.intents.length)
    throw damaged(open.manifest, 'its scorer has another number of intents than its corpus');
  if (scorer.counterExamples.intents.length !== layout.counterTexts.length)
    throw damaged(open.manifest, 'its scorer has another number of counter-examples than its corpus');
  await nextTurn();
  const exact = buildExactLookup(layout.questions, layout.refusing);
  await nextTurn();
  const spelling = buildSpelling([...layout.questions, ...layout.counterTexts]);
  const { corpus, version, createdAt, modelDigest } = open.manifest;
  return {
    corpus,
    version,
    createdAt,
    modelDigest,
    calibratorDigest: createHash('sha256').update(scorerBytes).digest('hex'),
    content,
    intents: layout.intents,
    entryOfRow: layout.entryOfRow,
    intentOfRow: layout.intentOfRow,
    rowsOfIntent: groupRows(layout.intentOfRow, layout.intents.length),
    questions: layout.questions,
    counterTexts: layout.counterTexts,
    index: open.index,
    scorer,
    exact,
    demands: standingDemands(content, layout.intents),
    outOfScopeShare,
    spelling,
  };
}
