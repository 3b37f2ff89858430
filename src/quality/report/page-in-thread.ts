/** The page of a report, drawn in a thread of its own, so that a server answers matches meanwhile. */
import { Worker } from 'node:worker_threads';
import { FaqError } from '../../errors.ts';
import { workerScript } from '../../worker-script.ts';
import type { EvaluationReport } from './evaluation-report.ts';

function notDrawn(cause: unknown): FaqError {
  return new FaqError('internal', 'The page of the report could not be drawn.', { cause });
}

/** The same as htmlReport (html-report.ts). @throws FaqError internal where the thread ends without it. */
export async function pageInThread(report: EvaluationReport): Promise<string> {
  const worker = new Worker(workerScript('page-worker', import.meta.url), { workerData: report });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  worker.on('message', resolve);
  worker.on('error', (error) => reject(notDrawn(error)));
  worker.on('exit', (code) => reject(notDrawn(`thread ended with ${code}`)));
  try {
    return await promise;
  } finally {
    await worker.terminate();
  }
}
