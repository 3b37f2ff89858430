/**
 * What FAQMATCH_MODEL says to a model folder, read and verified: a shipped name, a path, or a pinned hub model.
 * Starts no session.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CachedModel, findCached, rememberCommit, rememberedCommit, storeModel } from './hub-cache.ts';
import { type DownloadProgress, downloadModel, type HubAccess, resolveCommit } from './hub-download.ts';
import { parseHubName } from './hub-name.ts';
import { modelError } from './model-error.ts';
import { MANIFEST_FILE, type ModelFolder, readModelFolder } from './model-folder.ts';

/** Which model, and what may be done to get it. */
export interface ModelRequest {
  /** `name`, `./path`, `/path` or `hub:org/name@revision`. */
  readonly model: string;
  /** Where hub models are kept. */
  readonly cacheFolder: string;
  /** Use the cache only. */
  readonly offline?: boolean;
  /** Where relative paths start; the working directory where absent. */
  readonly baseFolder?: string;
  /** Where shipped models lie; the package's own `models` where absent. */
  readonly shippedFolder?: string;
  readonly hub?: HubAccess;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/** The package's models: the same two steps up from src/encoder and from dist/encoder. */
const SHIPPED = fileURLToPath(new URL('../../models', import.meta.url));

/** Names of the models in a folder of shipped ones. */
async function shippedNames(shippedFolder: string): Promise<readonly string[]> {
  const entries = await readdir(shippedFolder, { withFileTypes: true }).catch(() => []);
  // Reports and unfinished runs of training may lie beside them.
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(shippedFolder, entry.name, MANIFEST_FILE)))
    .map(({ name }) => name);
}

/** Where a shipped model lies; undefined where none has that name. */
export async function shippedModelFolder(name: string): Promise<string | undefined> {
  return (await shippedNames(SHIPPED)).includes(name) ? join(SHIPPED, name) : undefined;
}

async function loadShipped(name: string, { shippedFolder = SHIPPED, baseFolder = '.' }: ModelRequest): Promise<ModelFolder> {
  const names = await shippedNames(shippedFolder);
  if (names.includes(name)) return await readModelFolder(join(shippedFolder, name));
  const advice = existsSync(resolve(baseFolder, name))
    ? `Did you mean the folder ./${name}?`
    : 'For a folder write ./path, for a hub model hub:org/name@revision.';
  throw modelError('MODEL_NOT_FOUND', `No shipped model is named "${name}"; there are: ${names.join(', ') || 'none'}. ${advice}`);
}

async function fetchHub(request: ModelRequest): Promise<CachedModel> {
  const { cacheFolder, onProgress, signal } = request;
  const name = parseHubName(request.model);
  const known = await rememberedCommit(cacheFolder, name);
  const cached = known === undefined ? undefined : await findCached(cacheFolder, name.repo, known);
  if (cached !== undefined) return cached;
  if (request.offline === true) {
    throw modelError(
      'MODEL_UNREACHABLE',
      `Offline mode is on and ${request.model} is not in the model cache. Download it once with offline mode off, or give a local folder (./path) or a shipped model.`,
    );
  }
  const download = { name, access: request.hub ?? {}, onProgress, signal };
  const commit = known ?? (await resolveCommit(download));
  const stored = await storeModel({ cacheFolder, repo: name.repo, commit }, (folder) => downloadModel(download, commit, folder));
  await rememberCommit(cacheFolder, name, commit);
  return stored;
}

async function loadHub(request: ModelRequest): Promise<ModelFolder> {
  const { folder, commit, checksums } = await fetchHub(request);
  return await readModelFolder(folder, { name: `${parseHubName(request.model).repo}@${commit}`, checksums });
}

/**
 * Finds, downloads where needed, reads and verifies a model.
 * @throws FaqError invalid_argument (not of a known form, hub model without revision), not_found, unavailable (hub out of reach, offline),
 *   failed_precondition or data_loss (see readModelFolder), cancelled.
 */
export async function loadModel(request: ModelRequest): Promise<ModelFolder> {
  const { model } = request;
  if (model.startsWith('hub:')) return await loadHub(request);
  if (isAbsolute(model) || /^\.{1,2}(?:[/\\]|$)/u.test(model))
    return await readModelFolder(request.baseFolder === undefined ? model : resolve(request.baseFolder, model));
  return await loadShipped(model, request);
}
