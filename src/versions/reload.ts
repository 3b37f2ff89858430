/**
 * One reload from beginning to end: stage, activate, count, let old versions go. Runs under the corpus's lock.
 */
import { throwIfAborted } from '../errors.ts';
import type { ReloadOptions, ReloadResult } from './contract.ts';
import { doubtfulCalibration, learntQuestions, learntSummary, unreachableDemands } from './learnt-summary.ts';
import { type StagedVersion, type StageParts, type StageRequest, stageVersion, unstage } from './stage-version.ts';
import type { VersionSwitch } from './switch-version.ts';
import { corpusSettings } from './version-demands.ts';

/** What a reload is made of. */
export interface ReloadParts extends StageParts {
  readonly switching: VersionSwitch;
}

/** Texts of the active version's questions; read from the store where memory has none, e.g. since another model built it. */
async function questionsBefore({ corpus, active }: StageRequest, { store }: StageParts): Promise<readonly string[]> {
  if (active !== undefined) return active.questions;
  try {
    const pointer = await store.active(corpus);
    if (pointer === undefined) return [];
    return (await store.open(corpus, pointer.version)).rows.map(({ text }) => text);
  } catch {
    // Unreadable: nothing is known of what it held, and a count is not worth a refusal.
    return [];
  }
}

/** The last moment at which the caller may leave; after the switch the reload is done. */
async function activateStaged(request: StageRequest, parts: ReloadParts, staged: StagedVersion): Promise<void> {
  const report = (done: number): void => request.onProgress({ phase: 'activate', done, total: 1 });
  try {
    report(0);
    throwIfAborted(request.signal);
    await parts.switching.activate(staged.loaded);
  } catch (error) {
    if (!staged.unchanged) await unstage(parts, request.corpus, staged.loaded.version);
    throw error;
  }
  report(1);
}

/**
 * Builds a version and activates it unless stageOnly. Cancelled or failed, no new version is left and the active one stays.
 * @throws FaqError invalid_argument with faults, cancelled, and what encoder and store throw.
 */
export async function reloadCorpus(request: StageRequest, parts: ReloadParts, { stageOnly = false }: ReloadOptions): Promise<ReloadResult> {
  const start = performance.now();
  const before = (await parts.store.active(request.corpus).catch(() => undefined))?.version;
  const questions = await questionsBefore(request, parts);
  const staged = await stageVersion(request, parts);
  const { loaded } = staged;
  // Memory and store can differ: another process switched, or the version was deleted under our feet and is built anew.
  const isActive = request.active === loaded && before === loaded.version;
  const activate = !stageOnly && !isActive;
  if (activate) await activateStaged(request, parts, staged);
  const now = new Set(loaded.questions);
  const share = corpusSettings(parts.settings, loaded.content).outOfScopeShare;
  return {
    version: loaded.version,
    encoded: staged.encoded,
    reused: staged.reused,
    removed: questions.filter((text) => !now.has(text)).length,
    entries: loaded.content.entries.length,
    questions: loaded.questions.length,
    intents: loaded.intents.length,
    calibrationRows: loaded.content.calibration?.length ?? 0,
    warnings: [
      ...staged.warnings,
      ...unreachableDemands(loaded),
      ...learntQuestions(loaded, parts.embedder.encoder.hasLearnt),
      ...doubtfulCalibration(loaded.content, share),
    ],
    activated: activate || isActive,
    method: loaded.index.method,
    learnt: learntSummary(loaded, share),
    previousVersion: before,
    durationMs: performance.now() - start,
    unchanged: staged.unchanged,
  };
}
