/** parseCorpus off the calling thread. */
import { Worker } from 'node:worker_threads';
import { abortError, FaqError, throwIfAborted } from '../errors.ts';
import type { SourceFile } from './corpus.ts';
import { type ParsedCorpus, parseCorpus } from './parse-corpus.ts';

const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './parse-worker.ts' : './parse-worker.js', import.meta.url);

/** Files up to this many bytes are parsed in place: it takes some milliseconds, a thread takes a hundred to start. */
const IN_PLACE_BYTES = 4 * 1024;

/**
 * parseCorpus in a thread of its own, so that ten thousand questions of YAML do not stop the event loop for a second.
 * @throws FaqError cancelled (or the signal's own) when aborted, which ends the thread; internal where the thread dies.
 */
export async function parseCorpusInWorker(files: readonly SourceFile[], signal?: AbortSignal): Promise<ParsedCorpus> {
  throwIfAborted(signal);
  const bytes = files.reduce((sum, file) => sum + file.data.length, 0);
  if (bytes <= IN_PLACE_BYTES) return parseCorpus(files);
  const worker = new Worker(WORKER_FILE, { workerData: files });
  const { promise, resolve, reject } = Promise.withResolvers<ParsedCorpus>();
  const onAbort = (): void => reject(signal === undefined ? new FaqError('cancelled', 'The parse was stopped.') : abortError(signal));
  worker.once('message', resolve);
  worker.once('error', (error) =>
    reject(new FaqError('internal', 'Parsing the FAQ files failed; the log has the cause.', { cause: error })),
  );
  worker.once('exit', (code) =>
    reject(new FaqError('internal', `The thread that parses FAQ files ended with code ${code} and no result.`)),
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}
