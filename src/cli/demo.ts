/** The demo corpora: loaded where they are not active or have changed, and shown how to call. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { readSource } from '../corpus/read-source.ts';
import { FaqError } from '../errors.ts';
import { counted } from '../text/counted.ts';
import type { Versions } from '../versions/contract.ts';
import { startProgress } from './progress.ts';
import { faultLine } from './report-error.ts';
import type { Terminal } from './terminal.ts';

/** Corpora that come with the project. */
export const DEMO_CORPORA = ['shop', 'bank', 'helpdesk'] as const;

const TRY_CORPUS = 'shop';
const TRY_UTTERANCE = 'do you ship to norway';

/** What a demo load needs. */
export interface DemoLoad {
  readonly versions: Versions;
  readonly corpusRoot: string;
  readonly terminal: Terminal;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

async function loadOne(corpus: string, { versions, corpusRoot, terminal, logger, signal }: DemoLoad): Promise<void> {
  const progress = startProgress(terminal, `Loading ${corpus}`);
  try {
    const files = await readSource({ root: corpusRoot, path: corpus, signal });
    const result = await versions.reload(corpus, files, {
      signal,
      onProgress: ({ phase, done, total }) => progress.update(done, total, phase),
    });
    progress.stop();
    for (const warning of result.warnings) logger.warn(`${corpus}/${faultLine(warning)}`);
    const { version, encoded, reused, unchanged } = result;
    logger.info({ corpus, version, encoded, reused, unchanged }, 'demo corpus is active');
  } catch (error) {
    if (!(error instanceof FaqError) || error.reason !== 'OPERATION_RUNNING') throw error;
    logger.info({ corpus }, 'another replica loads this demo corpus; it is answered here as soon as it is active');
  } finally {
    progress.stop();
  }
}

/** Loads every demo corpus that lies under the corpus root; what is active and unchanged encodes nothing. */
export async function loadDemo(load: DemoLoad): Promise<void> {
  for (const corpus of DEMO_CORPORA) {
    const there = await stat(join(load.corpusRoot, corpus)).catch(() => undefined);
    if (there?.isDirectory() === true) await loadOne(corpus, load);
    else load.logger.warn({ corpus, corpusRoot: load.corpusRoot }, 'no such demo corpus under the corpus root');
  }
}

/** What to paste where the demo's first corpus is there; where it is not, the lines would fail. */
function tryLines(address: string, elsewhere: string): readonly string[] {
  const request = JSON.stringify({ corpus: TRY_CORPUS, utterance: TRY_UTTERANCE });
  return [
    'Try it:',
    `  grpcurl -plaintext -d '${request}' ${address} faqmatch.v1.MatchService/Match`,
    `  npm run -s faqmatch -- match ${TRY_CORPUS} "${TRY_UTTERANCE}"${elsewhere}`,
  ];
}

/** Lines to paste, for the server that listens at the address. */
export function welcomeLines(address: string, versions: Pick<Versions, 'status'>): readonly string[] {
  const { active = [], idle = [] } = Object.groupBy(versions.status(), ({ activeVersion }) =>
    activeVersion === undefined ? 'idle' : 'active',
  );
  const corpora = active.map(({ corpus, questions }) => `${corpus} (${counted(questions, 'question')})`);
  const elsewhere = address === '127.0.0.1:50051' ? '' : ` --address ${address}`;
  const demo = active.some(({ corpus }) => corpus === TRY_CORPUS);
  const next = ['Load a corpus:', `  npm run -s faqmatch -- reload <corpus>${elsewhere}`];
  return [
    '',
    `faqmatch serves gRPC on ${address}`,
    `corpora: ${corpora.length === 0 ? 'none yet' : corpora.join(', ')}`,
    ...idle.map(({ corpus }) => `${corpus} has no version in use; "faqmatch versions ${corpus}" says what is stored, a reload builds one`),
    '',
    ...(demo ? tryLines(address, elsewhere) : next),
    '',
    'Ctrl-C stops it.',
  ];
}
