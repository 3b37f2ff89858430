/** The thread that draws a report's page. Its drawing library takes more than a second to load, which nothing else shall wait for. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EvaluationReport } from './evaluation-report.ts';
import { htmlReport } from './html-report.ts';

parentPort?.postMessage(await htmlReport(workerData as EvaluationReport));
