/** The thread that parses FAQ files, so that a large file never holds up the matches that flow meanwhile. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SourceFile } from './corpus.ts';
import { parseCorpus } from './parse-corpus.ts';

// The starter (parse-in-worker.ts) is the only one to fill workerData.
const files = workerData as readonly SourceFile[];
parentPort?.postMessage(parseCorpus(files));
