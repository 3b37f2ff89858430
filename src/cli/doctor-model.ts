/** The doctor's checks of the encoder: files whole, sessions start, vectors as they were when the model was made. */
import { dirname } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Encoder } from '../encoder/encoder.ts';
import type { ModelFolder } from '../encoder/model-folder.ts';
import { FaqError } from '../errors.ts';
import { openModelFolder, startEncoder } from '../wiring/open-encoder.ts';
import { remoteSettingsOf } from '../wiring/open-remote-encoder.ts';
import type { Finding } from './doctor-checks.ts';
import { fail, ok, warn } from './doctor-checks.ts';
import { checkFit } from './doctor-fit.ts';
import { checkRemoteEncoder } from './doctor-remote.ts';
import { checkVersions } from './doctor-versions.ts';
import { readParity, referenceCosines, shortVector } from './model-parity.ts';
import { startProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** The least that a model made by training/export reaches against the reference. */
const LEAST_COSINE = 0.95;

async function parityOf(model: ModelFolder, encoder: Encoder): Promise<Finding> {
  const parity = await readParity(dirname(dirname(model.graphFile)));
  if (parity === undefined) return warn('parity', 'the model folder has no parity.json, so its vectors cannot be checked');
  if (typeof parity === 'string') return fail('parity', parity, 'Copy the model folder again.');
  const { own, chosen } = model.prompts;
  if (own.utterance !== chosen.utterance)
    return warn('parity', 'FAQMATCH_QUERY_PROMPT differs from the prompt the reference was made with, so the vectors cannot be checked');
  const damage = shortVector(parity, encoder.info.dimension);
  if (damage !== undefined) return fail('parity', damage, 'Copy the model folder again.');
  const cosines = await referenceCosines(parity, encoder);
  const least = Math.min(...cosines);
  const detail = `least cosine ${least.toFixed(4)} to the reference over ${cosines.length} texts`;
  return least >= LEAST_COSINE
    ? ok('parity', detail)
    : fail('parity', detail, 'The model or the runtime differs from the one it was made with: copy the model folder again.');
}

function modelFinding(model: ModelFolder): Finding {
  return ok('model', `${model.name}, ${model.dimension} dimensions, ${model.digest.slice(0, 19)}`);
}

/** Sessions and vectors of a model that runs in this process. */
async function checkHere(config: Config, model: ModelFolder, found: Finding[]): Promise<void> {
  const started = performance.now();
  const encoder = await startEncoder(config, model, (problem) => found.push(warn('inference', problem)));
  try {
    const { workers, device, bulkDevice } = encoder.info;
    const where = bulkDevice === undefined ? device : `${device}, reloads on ${bulkDevice}`;
    found.push(ok('inference', `${workers} workers warm in ${((performance.now() - started) / 1000).toFixed(1)} s on ${where}`));
    found.push(await parityOf(model, encoder));
  } finally {
    await encoder.close();
  }
}

/** Model folder, inference and parity, here or of a remote encoder; what follows from a failure is left out. */
export async function checkModel(config: Config, terminal: Terminal): Promise<readonly Finding[]> {
  const onProblem = (problem: string): void => terminal.err(`warning: ${problem}`);
  const found: Finding[] = [];
  try {
    const remote = remoteSettingsOf(config);
    const model = await openModelFolder(config, { showDownload: () => startProgress(terminal, 'Downloading'), onProblem });
    if (model !== undefined)
      found.push(modelFinding(model), ...(await checkFit(config, model)), ...(await checkVersions(config, model.digest)));
    if (remote !== undefined) found.push(...(await checkRemoteEncoder(remote, model)));
    else if (model !== undefined) await checkHere(config, model, found);
  } catch (thrown) {
    const error = FaqError.from(thrown);
    const detail = error.code === 'internal' && error.cause instanceof Error ? error.cause.message : error.message;
    if (error.reason === 'DEVICE_UNAVAILABLE')
      return [...found, fail('device', detail, 'Set FAQMATCH_DEVICE and FAQMATCH_BULK_DEVICE to what this machine has.')];
    const has = (name: string): boolean => found.some((finding) => finding.name === name);
    const stage = !has('model') ? 'model' : !has('inference') ? 'inference' : 'parity';
    found.push(
      fail(stage, detail, stage === 'model' ? 'Check FAQMATCH_MODEL.' : 'Run "npm ci" again: the native parts may not fit this machine.'),
    );
  }
  return found;
}
