/**
 * A model's files from the hub into a folder, each held to the size and hash that the hub lists for it.
 * Knows nothing of the cache's layout or of what the files mean.
 */
import { createHash, type Hash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ListFileEntry } from '@huggingface/hub';
import { abortError, FaqError, throwIfAborted } from '../errors.ts';
import { systemCode } from '../system-code.ts';
import type { HubName } from './hub-name.ts';
import { type Checksums, isInnerPath } from './model-digest.ts';
import { modelError } from './model-error.ts';

/** How to reach the hub. */
export interface HubAccess {
  /** Another hub or mirror; the public one where absent. */
  readonly hubUrl?: string;
  /** For private and gated models. */
  readonly accessToken?: string;
  /** In place of the global fetch, e.g. through a proxy. */
  readonly fetch?: typeof fetch;
}

/** How far a download is, in bytes over all files. */
export interface DownloadProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

/** One download. */
export interface HubRequest {
  readonly name: HubName;
  readonly access: HubAccess;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const GRAPH = 'onnx/model.onnx';
/** What a model folder may consist of; other formats of the same weights stay on the hub. */
const WANTED = /^(?:[^/]+\.(?:json|txt)|\d+_[^/]+\/config\.json|\d+_Dense\/model\.safetensors|onnx\/model\.onnx(?:_data)?)$/u;

type HubParameters = { fetch: typeof fetch; hubUrl?: string; accessToken?: string };

function parametersOf(request: HubRequest): HubParameters {
  const { access, signal } = request;
  const call = access.fetch ?? fetch;
  return {
    fetch: (input, init) => call(input, signal === undefined ? init : { ...init, signal }),
    ...(access.hubUrl === undefined ? {} : { hubUrl: access.hubUrl }),
    ...(access.accessToken === undefined ? {} : { accessToken: access.accessToken }),
  };
}

/** What went wrong with the hub, or with the disk on the way from it, as our error. */
function hubError(error: unknown, request: HubRequest): FaqError {
  if (error instanceof FaqError) return error;
  if (request.signal?.aborted === true) return abortError(request.signal);
  const fault = systemCode(error);
  if (fault === 'ENOSPC' || fault === 'EDQUOT') {
    return new FaqError(
      'resource_exhausted',
      'The disk of the model cache is full. Free some space or choose another FAQMATCH_MODEL_CACHE.',
      {
        reason: 'DISK_FULL',
        cause: error,
      },
    );
  }
  const { repo, revision } = request.name;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 401 || status === 403 || status === 404) {
    return modelError(
      'MODEL_NOT_FOUND',
      `The hub has no model ${repo} at ${revision}, or does not show it without a token. Check name and revision.`,
      error,
    );
  }
  return modelError(
    'MODEL_UNREACHABLE',
    `The hub could not be reached for ${repo} at ${revision}. Try again, or give a local folder (./path) or a shipped model.`,
    error,
  );
}

/** The commit that a branch or tag stands for now. @throws FaqError not_found, unavailable, cancelled. */
export async function resolveCommit(request: HubRequest): Promise<string> {
  try {
    const { modelInfo } = await import('@huggingface/hub');
    const info = await modelInfo({
      name: request.name.repo,
      revision: request.name.revision,
      additionalFields: ['sha'],
      ...parametersOf(request),
    });
    return info.sha;
  } catch (error) {
    throw hubError(error, request);
  }
}

async function listWanted(request: HubRequest, commit: string): Promise<readonly ListFileEntry[]> {
  const { listFiles } = await import('@huggingface/hub');
  const files: ListFileEntry[] = [];
  for await (const file of listFiles({ repo: request.name.repo, revision: commit, recursive: true, ...parametersOf(request) })) {
    if (file.type === 'file' && WANTED.test(file.path) && isInnerPath(file.path)) files.push(file);
  }
  if (files.some((file) => file.path === GRAPH)) return files;
  throw modelError(
    'MODEL_INCOMPLETE',
    `The hub model ${request.name.repo} has no ${GRAPH}. Choose one that has, or export it with training/export and give the folder.`,
  );
}

/** Hash of the kind that the hub lists: sha256 for large files, git's blob hash for the others. */
function listedHash(file: ListFileEntry): { readonly hash: Hash; readonly expected: string | undefined } {
  if (file.lfs !== undefined) return { hash: createHash('sha256'), expected: file.lfs.oid };
  return { hash: createHash('sha1').update(`blob ${file.size}\0`), expected: file.oid };
}

async function fetchFile(
  file: ListFileEntry,
  target: string,
  how: { request: HubRequest; commit: string; onBytes: (count: number) => void },
): Promise<string> {
  const { request, commit, onBytes } = how;
  const { downloadFile } = await import('@huggingface/hub');
  const blob = await downloadFile({ repo: request.name.repo, path: file.path, revision: commit, ...parametersOf(request) });
  if (blob === null)
    throw modelError('MODEL_INCOMPLETE', `The hub lists ${file.path} of ${request.name.repo} and does not give it. Try again later.`);
  const sum = createHash('sha256');
  const { hash, expected } = listedHash(file);
  await mkdir(dirname(target), { recursive: true });
  const handle = await open(target, 'wx');
  let size = 0;
  try {
    for await (const chunk of blob.stream()) {
      throwIfAborted(request.signal);
      await handle.writeFile(chunk);
      sum.update(chunk);
      hash.update(chunk);
      size += chunk.byteLength;
      onBytes(chunk.byteLength);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  const wrong = size !== file.size || (expected !== undefined && hash.digest('hex') !== expected);
  if (wrong)
    throw modelError(
      'MODEL_DAMAGED',
      `${file.path} of ${request.name.repo} came in with ${size} of ${file.size} bytes or another checksum than the hub lists. Download it again.`,
    );
  return `sha256:${sum.digest('hex')}`;
}

/**
 * Downloads a model's files one after the other.
 * @returns their checksums. @throws FaqError not_found, unavailable, failed_precondition (no graph), data_loss (size or checksum), resource_exhausted (disk full), cancelled.
 */
export async function downloadModel(request: HubRequest, commit: string, folder: string): Promise<Checksums> {
  const sums: Record<string, string> = {};
  try {
    const files = await listWanted(request, commit);
    const total = files.reduce((sum, file) => sum + file.size, 0);
    let done = 0;
    for (const file of files) {
      const onBytes = (count: number): void => {
        done += count;
        request.onProgress?.({ file: file.path, done, total });
      };
      sums[file.path] = await fetchFile(file, join(folder, file.path), { request, commit, onBytes });
    }
  } catch (error) {
    throw hubError(error, request);
  }
  return sums;
}
