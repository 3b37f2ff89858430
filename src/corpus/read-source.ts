/** A file or folder to source files: what is read, how much, and nothing through a link out of the root. */
import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FaqError, throwIfAborted } from '../errors.ts';
import { systemCode } from '../system-code.ts';
import type { SourceFile } from './corpus.ts';
import { quoted } from './describe-value.ts';
import { formatOfName, isGoldenName, KNOWN_ENDINGS, roleOfName } from './formats.ts';
import { MAX_SOURCE_BYTES } from './limits.ts';
import { fileError, isInside, leadsOut, resolveInside, UNDER_ROOT } from './source-path.ts';

/** Folders below the named one. Deeper trees are no corpus. */
const MAX_DEPTH = 8;
const MAX_FILES = 1_000;

/** What to read below a root. */
export interface SourceRequest {
  /** Folder that callers may read. */
  readonly root: string;
  /** File or folder relative to the root, forward slashes: `shop`, `shop/faq.yaml`, `.`. */
  readonly path: string;
  readonly signal?: AbortSignal;
  /** Most bytes of all files together; limits.ts' MAX_SOURCE_BYTES where absent. */
  readonly maxBytes?: number;
}

/** How a file the user owns is read. */
export interface LocalOptions {
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
}

interface Reading {
  /** Real path that every file must lie below; undefined where the reader may go anywhere. */
  readonly root: string | undefined;
  /** The path as the caller named it. */
  readonly shown: string;
  readonly signal: AbortSignal | undefined;
  readonly maxBytes: number;
  bytesLeft: number;
}

/** Bytes in words: from a mebibyte on in tenths of those, rounded up so that what is over a limit reads so. */
function inWords(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes} bytes` : `${Math.ceil((bytes / 1024 / 1024) * 10) / 10} MiB`;
}

/** @param bytes of the file that is too much, and of those before it. */
function tooLarge(reading: Reading, name: string, bytes: number): FaqError {
  const expected = `Expected FAQ files of at most ${inWords(reading.maxBytes)} together`;
  const todo = isGoldenName(name) ? 'shorten the golden file' : 'split the corpus';
  const message = `${expected}, came ${inWords(bytes)} or more in ${quoted(reading.shown)}; ${todo}.`;
  return new FaqError('invalid_argument', message, { field: 'path', reason: 'SOURCE_TOO_LARGE' });
}

/** Reads one regular file. O_NONBLOCK, since opening a pipe would wait for its other end. */
async function readOne(path: string, name: string, reading: Reading): Promise<SourceFile> {
  throwIfAborted(reading.signal);
  const real = await realpath(path);
  if (reading.root !== undefined && !isInside(reading.root, real)) throw leadsOut(name);
  const follow = reading.root === undefined ? 0 : constants.O_NOFOLLOW;
  await using handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | follow);
  const found = await handle.stat();
  if (!found.isFile()) {
    const todo = isGoldenName(name) ? 'put a golden file in its place' : 'name an FAQ file';
    throw new FaqError('invalid_argument', `Expected a regular file, came ${quoted(name)}, which is none; ${todo}.`, { field: 'path' });
  }
  const before = reading.maxBytes - reading.bytesLeft;
  if (found.size > reading.bytesLeft) throw tooLarge(reading, name, before + found.size);
  const data = await handle.readFile({ signal: reading.signal });
  reading.bytesLeft -= data.length;
  if (reading.bytesLeft < 0) throw tooLarge(reading, name, before + data.length);
  return { name, data };
}

/** Why a file could not be read, in words that say nothing of the server's own paths. */
function whyUnreadable(error: unknown, name: string): string {
  const told = fileError(error, name, '');
  if (told.code !== 'internal') return told.message;
  return `Expected a readable file, came ${quoted(name)}, which could not be read (${systemCode(error) ?? 'unknown error'}); try again, or put a copy in its place.`;
}

/** Reads a golden file that comes along with a corpus: one that cannot be read is told of like any other fault in it. */
async function readBeside(path: string, name: string, reading: Reading): Promise<SourceFile> {
  try {
    return await readOne(path, name, reading);
  } catch (error) {
    throwIfAborted(reading.signal);
    return { name, data: new Uint8Array(), unreadable: whyUnreadable(error, name) };
  }
}

/** Names of the FAQ files of a folder and its subfolders, sorted, relative to it. Dot files and dot folders are left out. */
async function listFolder(folder: string, prefix: string, reading: Reading): Promise<readonly string[]> {
  throwIfAborted(reading.signal);
  const depth = prefix.split('/').length - 1;
  const names: string[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    if (name.startsWith('.')) continue;
    const shown = `${prefix}${name}`;
    const real = await realpath(join(folder, name)).catch(() => undefined);
    const known = formatOfName(name) !== undefined;
    const outside = real !== undefined && reading.root !== undefined && !isInside(reading.root, real);
    // Whatever is wrong with a golden file, and a link that looks like an FAQ file and leads nowhere or out, is told when it is read.
    const golden = known && isGoldenName(name);
    const isFolder = real !== undefined && !outside && !golden && (await stat(real)).isDirectory();
    if (isFolder && depth < MAX_DEPTH) names.push(...(await listFolder(join(folder, name), `${shown}/`, reading)));
    else if (known && !isFolder) names.push(shown);
    if (names.length > MAX_FILES) {
      const message = `Expected at most ${MAX_FILES} FAQ files, came more in ${quoted(reading.shown)}; name the corpus' own folder.`;
      throw new FaqError('invalid_argument', message, { field: 'path' });
    }
  }
  return names;
}

/** Golden and calibration files beside a named FAQ file. */
async function labelledBeside(folder: string, name: string): Promise<readonly string[]> {
  if (roleOfName(name) !== 'faq') return [];
  const names = await readdir(folder);
  return names.filter((other) => roleOfName(other) !== 'faq' && formatOfName(other) !== undefined).toSorted();
}

async function readAll(path: string, reading: Reading): Promise<readonly SourceFile[]> {
  throwIfAborted(reading.signal);
  const isFolder = (await stat(path)).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const name = basename(path);
  const names = isFolder ? await listFolder(folder, '', reading) : [name, ...(await labelledBeside(folder, name))];
  if (names.length === 0) {
    const message = `Expected FAQ files ending in ${KNOWN_ENDINGS}, came none in ${quoted(reading.shown)}; name another folder.`;
    throw new FaqError('not_found', message, { field: 'path' });
  }
  // A golden file that is named itself is what is asked for; one that only comes along stands in no corpus's way.
  const isBeside = (file: string): boolean => isGoldenName(file) && (isFolder || file !== name);
  const files = new Map<string, SourceFile>();
  // One after another: the sum is bounded, and an abort or a limit stops at the next file. Golden files last, so that they take no FAQ's room.
  for (const file of names) if (!isBeside(file)) files.set(file, await readOne(join(folder, file), file, reading));
  for (const file of names) if (isBeside(file)) files.set(file, await readBeside(join(folder, file), file, reading));
  return names.flatMap((file) => files.get(file) ?? []);
}

async function guarded(path: string, reading: Reading): Promise<readonly SourceFile[]> {
  try {
    return await readAll(path, reading);
  } catch (error) {
    throwIfAborted(reading.signal);
    throw fileError(error, reading.shown, reading.root === undefined ? '' : UNDER_ROOT);
  }
}

/**
 * Reads an FAQ file with the golden and calibration files beside it, or every FAQ file of a folder, dot folders left out, in order of name. A golden file that
 * cannot be read says so itself; only one that is named as the path fails the call.
 * @throws FaqError invalid_argument for a path that is no plain relative one or for too much data; permission_denied for a link out of the
 * root; not_found where nothing is there; cancelled when the signal is aborted.
 */
export async function readSource(request: SourceRequest): Promise<readonly SourceFile[]> {
  throwIfAborted(request.signal);
  const resolved = await resolveInside(request.root, request.path);
  const { signal, maxBytes = MAX_SOURCE_BYTES } = request;
  return guarded(resolved.path, { root: resolved.root, shown: request.path, signal, maxBytes, bytesLeft: maxBytes });
}

/**
 * As readSource, for the user's own files on the user's own machine: any path, links followed.
 * @throws FaqError not_found, permission_denied, invalid_argument for too much data, cancelled.
 */
export async function readLocalSource(path: string, options: LocalOptions = {}): Promise<readonly SourceFile[]> {
  const { signal, maxBytes = MAX_SOURCE_BYTES } = options;
  return guarded(path, { root: undefined, shown: path, signal, maxBytes, bytesLeft: maxBytes });
}
