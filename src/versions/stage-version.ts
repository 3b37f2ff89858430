/**
 * A corpus to a stored version that is not active yet: parse, name, encode what is new, fit, write, open.
 * All or nothing: aborted or failed at any moment, no new version is left. Vectors of finished batches stay in the cache.
 */
import type { Corpus, SourceFile } from '../corpus/corpus.ts';
import { corpusFingerprint } from '../corpus/fingerprint.ts';
import { FaqError, type Fault, throwIfAborted } from '../errors.ts';
import type { VersionStore } from '../index/contract.ts';
import type { FitInput, MatchSettings } from '../matching/contract.ts';
import { usesHitScorer } from '../matching/fit.ts';
import { SCORER_FORMAT } from '../matching/stored-scorer.ts';
import { buildSpelling } from '../text/spelling.ts';
import type { BuildLanes, ParsedFiles } from './build-lanes.ts';
import type { LoadedVersion, ReloadPhase, ReloadProgress } from './contract.ts';
import { type EmbeddedTexts, type Embedder, embedTexts, vectorsOf } from './embed-texts.ts';
import { loadVersion, versionArtifacts } from './loaded-version.ts';
import { readUtterance } from './read-utterance.ts';
import { corpusSettings } from './version-demands.ts';
import { versionId } from './version-id.ts';
import { layOutRows, questionRows, ROW_FORMAT, type RowLayout } from './version-rows.ts';
import { embedWordings, NO_WORDINGS, wordingsOf, wordingTexts } from './wordings.ts';

/** What staging is made of. */
export interface StageParts {
  readonly store: VersionStore;
  readonly embedder: Embedder;
  readonly lanes: BuildLanes;
  readonly settings: MatchSettings;
  readonly onProblem: (problem: string) => void;
}

/** What a version is made from: FAQ files, or what was read from them before. */
export type VersionSource = { readonly files: readonly SourceFile[] } | { readonly content: Corpus };

/** One wish for a version. */
export interface StageRequest {
  readonly corpus: string;
  readonly source: VersionSource;
  /** Active now, so that an unchanged corpus need not be loaded twice. */
  readonly active: LoadedVersion | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ReloadProgress) => void;
}

/** A version that is stored and open. */
export interface StagedVersion {
  readonly loaded: LoadedVersion;
  readonly encoded: number;
  readonly reused: number;
  readonly warnings: readonly Fault[];
  /** It was stored already; nothing was built. */
  readonly unchanged: boolean;
}

interface Plan {
  readonly corpus: Corpus;
  readonly layout: RowLayout;
  readonly version: string;
  readonly warnings: readonly Fault[];
}

function phaseReport({ onProgress }: StageRequest, phase: ReloadPhase): (done: number, total: number) => void {
  return (done, total) => onProgress({ phase, done, total });
}

function refuseFaults({ faults }: ParsedFiles): FaqError {
  const [first] = faults;
  const place = first === undefined ? '' : ` The first: ${first.file}${first.line > 0 ? `:${first.line}` : ''}: ${first.message}`;
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`;
  return new FaqError('invalid_argument', `The FAQ files have ${count}; nothing was changed.${place}`, { reason: 'CORPUS_FAULTY', faults });
}

/** The content of the source, checked. @throws FaqError invalid_argument with every fault. */
async function read(request: StageRequest, { lanes }: StageParts): Promise<ParsedFiles & { readonly corpus: Corpus }> {
  const { source, signal } = request;
  if ('content' in source) return { corpus: source.content, faults: [], warnings: [], fingerprint: corpusFingerprint(source.content) };
  const report = phaseReport(request, 'read');
  report(0, source.files.length);
  const parsed = await lanes.parse(source.files, { signal });
  const { corpus } = parsed;
  if (corpus === undefined) throw refuseFaults(parsed);
  report(source.files.length, source.files.length);
  return { ...parsed, corpus };
}

async function plan(request: StageRequest, parts: StageParts): Promise<Plan> {
  const { corpus, fingerprint, warnings } = await read(request, parts);
  const version = versionId({
    fingerprint,
    modelDigest: parts.embedder.encoder.info.digest,
    settings: corpusSettings(parts.settings, corpus),
    scorerFormat: SCORER_FORMAT,
    rowFormat: ROW_FORMAT,
  });
  return { corpus, layout: layOutRows(corpus), version, warnings };
}

/** The version where it is stored whole; `damaged` says what is wrong where it is stored but not whole. */
async function findStored(
  request: StageRequest,
  version: string,
  store: VersionStore,
): Promise<{ loaded?: LoadedVersion; damaged?: string }> {
  try {
    // Opened even where it is active in memory: a reload is a good moment to notice a damaged disk.
    const open = await store.open(request.corpus, version);
    return { loaded: request.active?.version === version ? request.active : await loadVersion(open) };
  } catch (cause) {
    const error = FaqError.from(cause);
    if (error.code === 'not_found') return {};
    if (error.code === 'data_loss') return { damaged: error.message };
    throw error;
  }
}

/** Calibration rows as a match would read them; undefined where there are none. */
function readLabelled({ layout }: Plan, { embedder, settings }: StageParts): RowLayout['labelled'] | undefined {
  const { texts, intents } = layout.labelled;
  if (texts.length === 0) return undefined;
  const spelling = buildSpelling([...layout.questions, ...layout.counterTexts]);
  return { texts: texts.map((text) => readUtterance(text, spelling, { encoder: embedder.encoder, settings }).text), intents };
}

/** What is encoded, and what of it teaches by its labels. */
interface Encoded {
  readonly embedded: EmbeddedTexts;
  readonly labelled: RowLayout['labelled'] | undefined;
}

function fitInput(planned: Plan, { embedded, labelled }: Encoded, parts: StageParts): Omit<FitInput, 'names' | 'answers'> {
  const { layout } = planned;
  const { hasLearnt } = parts.embedder.encoder;
  const { dimension } = parts.embedder.encoder.info;
  return {
    ...(hasLearnt === undefined ? {} : { learnt: Uint8Array.from(layout.questions, (question) => (hasLearnt(question) ? 1 : 0)) }),
    dimension,
    intentCount: layout.intents.length,
    texts: layout.questions,
    intents: layout.intentOfRow,
    vectors: vectorsOf(layout.questions, embedded, dimension),
    ...(labelled === undefined ? {} : { labelled: { ...labelled, vectors: vectorsOf(labelled.texts, embedded, dimension) } }),
    counterTexts: layout.counterTexts,
    counterIntents: layout.counterIntents,
    counterVectors: vectorsOf(layout.counterTexts, embedded, dimension),
    settings: corpusSettings(parts.settings, planned.corpus),
  };
}

/** Encodes what the cache lacks: the corpus's texts, and wordings where the scorer is one that reads them. */
async function encode(request: StageRequest, parts: StageParts, planned: Plan) {
  const { layout, corpus } = planned;
  const { signal } = request;
  const { embedder, settings } = parts;
  const report = phaseReport(request, 'encode');
  const hits = usesHitScorer({ texts: layout.questions, counterTexts: layout.counterTexts, intentCount: layout.intents.length, settings });
  const wordings = hits ? NO_WORDINGS : wordingsOf(corpus, layout);
  const labelled = readLabelled(planned, parts);
  const texts = new Set([...layout.questions, ...layout.counterTexts, ...(labelled?.texts ?? [])]);
  const total = texts.size + wordingTexts(wordings).length;
  const embedded = await embedTexts([...texts], embedder, { signal, onProgress: (done) => report(done, total) });
  const read = await embedWordings(wordings, embedder, { signal, onProgress: (done) => report(texts.size + done, total) });
  return { input: { ...fitInput(planned, { embedded, labelled }, parts), ...read }, encoded: embedded.encoded, reused: embedded.reused };
}

interface Build {
  readonly planned: Plan;
  readonly input: FitInput;
  readonly scorer: Uint8Array;
  readonly damaged: string | undefined;
}

async function write(request: StageRequest, parts: StageParts, { planned, input, scorer, damaged }: Build): Promise<void> {
  const { corpus, layout, version } = planned;
  const report = phaseReport(request, 'write');
  report(0, 1);
  throwIfAborted(request.signal);
  if (damaged !== undefined) {
    const where = await parts.store.setAside(request.corpus, version, damaged);
    parts.onProblem(`${damaged} It was set aside as ${where} and is built again.`);
  }
  const manifest = {
    corpus: request.corpus,
    version,
    createdAt: new Date(),
    modelDigest: parts.embedder.encoder.info.digest,
    dimension: input.dimension,
    entries: corpus.entries.length,
    questions: layout.questions.length,
    intents: layout.intents.length,
  };
  const artifacts = versionArtifacts(corpus, scorer, input.settings.outOfScopeShare);
  const contents = { manifest, rows: await questionRows(corpus, layout), vectors: input.vectors, artifacts };
  await parts.store.write(contents, request.signal, report);
  report(1, 1);
}

/** Lets followers open a version while this process does. It only saves them time, so what goes wrong is left to the switch. */
export async function foretell(store: VersionStore, corpus: string, version: string): Promise<void> {
  await store.announce(corpus, version).catch(() => undefined);
}

/** Removes a version that was written in vain. */
export async function unstage({ store, onProblem }: StageParts, corpus: string, version: string): Promise<void> {
  try {
    await store.remove(corpus, version);
  } catch (error) {
    onProblem(`Version ${version} of corpus "${corpus}" was not wanted any more but could not be removed: ${FaqError.from(error).message}`);
  }
}

/**
 * Builds the version that the source describes, or finds it stored.
 * @throws FaqError invalid_argument with every fault; cancelled; what encoder and store throw.
 */
export async function stageVersion(request: StageRequest, parts: StageParts): Promise<StagedVersion> {
  const planned = await plan(request, parts);
  const { layout, version, warnings } = planned;
  const { loaded: stored, damaged } = await findStored(request, version, parts.store);
  throwIfAborted(request.signal);
  const texts = [...layout.questions, ...layout.counterTexts, ...layout.labelled.texts];
  if (stored !== undefined) return { loaded: stored, encoded: 0, reused: new Set(texts).size, warnings, unchanged: true };
  const { signal } = request;
  const { input, encoded, reused } = await encode(request, parts, planned);
  const onProgress = phaseReport(request, 'fit');
  onProgress(0, 1);
  const scorer = await parts.lanes.fit(input, { signal, onProgress });
  await write(request, parts, { planned, input, scorer, damaged });
  await foretell(parts.store, request.corpus, version);
  try {
    const loaded = await loadVersion(await parts.store.open(request.corpus, version));
    throwIfAborted(signal);
    return { loaded, encoded, reused, warnings, unchanged: false };
  } catch (error) {
    await unstage(parts, request.corpus, version);
    throw error;
  }
}
