/**
 * Measures on this machine what the cost model takes as measured: `npx node --expose-gc bench/scale/measure.ts` after `npm run build`.
 * Names after it measure these alone: texts, encoder, memory, server. FAQMATCH_EVAL_DATA as for `npm run bench`. Takes about two minutes on
 * a quiet machine; the figures go into inputs.ts by hand.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../src/client/client.ts';
import { runLoad } from '../../src/client/load.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { loadModel } from '../../src/encoder/model-source.ts';
import { createEncoder } from '../../src/encoder/onnx-encoder.ts';
import { createTokenizer } from '../../src/encoder/tokenizer.ts';
import { wordTerms } from '../../src/text/terms.ts';
import { loadCorpus } from '../support/load-corpus.ts';
import { printFindings, type ReportTable, short } from '../support/report.ts';
import { startServerProcess } from '../support/server-process.ts';
import { loadWorkload, longUtterance, type Workload } from '../support/workload.ts';
import { memoryTable } from './measure-memory.ts';

const WORDS = [5, 10, 20, 40, 80, 160];
const RUNS = 30;
const LOAD_MS = 8000;
const QUESTIONS = 2000;

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Milliseconds of one run by word pieces and batch, the lower quartile: noise only ever adds. */
async function encoderTable(dataDir: string): Promise<ReportTable> {
  const model = await loadModel({ model: 'faqmatch-minilm-l6', cacheFolder: dataDir, offline: true });
  const tokenizer = createTokenizer(model);
  const encoder = await createEncoder({ model, workers: 1, maxBatchTokens: 4096 });
  const quarterMs = async (texts: readonly string[]): Promise<string> => {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const started = performance.now();
      await encoder.encodeAll(texts);
      times.push(performance.now() - started);
    }
    return short(
      quantile(
        times.toSorted((a, b) => a - b),
        0.25,
      ),
    );
  };
  try {
    const rows: (string | number)[][] = [];
    for (const words of WORDS) {
      const text = Array.from({ length: words }, (_, i) => ['order', 'card', 'late', 'open'][i % 4]).join(' ');
      rows.push([tokenizer.tokenise(text).ids.length, await quarterMs([text]), await quarterMs(Array.from({ length: 8 }, () => text))]);
    }
    return { title: 'One encoder run, one core', heading: ['word pieces a text', 'ms, 1 text', 'ms, 8 texts'], rows };
  } finally {
    await encoder.close();
  }
}

/** Word pieces of utterances, and how much of a corpus the terms of an utterance touch. */
async function textTable(dataDir: string, { questions, utterances }: Workload): Promise<ReportTable> {
  const tokenizer = createTokenizer(await loadModel({ model: 'faqmatch-minilm-l6', cacheFolder: dataDir, offline: true }));
  const pieces = utterances.map((text) => tokenizer.tokenise(text).ids.length).toSorted((a, b) => a - b);
  const long = utterances.slice(0, 200).map((_, i) => tokenizer.tokenise(longUtterance(utterances, i)).ids.length);
  const documents = questions.map(({ text }) => new Set(wordTerms(text)));
  const frequency = new Map<string, number>();
  for (const terms of documents) for (const term of terms) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const touched = utterances.map((text) => [...new Set(wordTerms(text))].reduce((sum, term) => sum + (frequency.get(term) ?? 0), 0));
  const rare = utterances.map((text) =>
    [...new Set(wordTerms(text))]
      .map((term) => frequency.get(term) ?? 0)
      .filter((count) => count < 0.05 * documents.length)
      .reduce((sum, count) => sum + count, 0),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const rows: [string, string][] = [0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map((share) => [
    `word pieces, quantile ${share}`,
    short(quantile(pieces, share)),
  ]);
  rows.push(
    ['word pieces, mean', short(mean(pieces))],
    ['word pieces of a long utterance, mean', short(mean(long))],
    ['distinct terms a question', short(mean(documents.map((terms) => terms.size)))],
    ['characters a question', short(mean(questions.map(({ text }) => text.length)))],
    ['postings an utterance touches, a question stored', short(mean(touched) / documents.length)],
    ['the same without terms in 5 % of the questions', short(mean(rare) / documents.length)],
  );
  return { title: 'Texts', heading: ['what', 'value'], rows };
}

/** Processor milliseconds by thread; utime and stime are fields 14 and 15 of the stat line, in ticks of 10 ms. */
function threadTimes(pid: number): ReadonlyMap<number, number> {
  return new Map(
    readdirSync(`/proc/${pid}/task`).map((task): [number, number] => {
      const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [Number(task), (Number(fields[11]) + Number(fields[12])) * 10];
    }),
  );
}

/** What a match costs the event loop's thread and all others, under load. */
async function serverTable(dataDir: string, workload: Workload): Promise<ReportTable> {
  const server = await startServerProcess({ dataDir: join(dataDir, 'server'), workers: 1 });
  const client = createClient({ address: server.address, deadlineMs: 30_000, retry: { attempts: 1 } });
  const rows: (string | number)[][] = [];
  try {
    await loadCorpus(client, 'measured', workload.questions.slice(0, QUESTIONS));
    for (const callers of [1, 32]) {
      const call = (number: number) =>
        client.match({ corpus: 'measured', utterance: workload.utterances[number % workload.utterances.length] ?? '' });
      await runLoad({ callers, forMs: LOAD_MS / 2, call });
      const before = threadTimes(server.pid);
      const { latencies } = await runLoad({ callers, forMs: LOAD_MS, call });
      const after = threadTimes(server.pid);
      const spent = [...after].map(([task, ms]) => [task, ms - (before.get(task) ?? 0)] as const);
      const main = spent.find(([task]) => task === server.pid)?.[1] ?? Number.NaN;
      const others = spent.filter(([task]) => task !== server.pid).map(([, ms]) => ms);
      const each = (ms: number) => short(ms / latencies.length);
      const busiest = Math.max(...others);
      rows.push([callers, latencies.length, each(main), each(busiest), each(others.reduce((sum, ms) => sum + ms, 0) - busiest)]);
    }
  } finally {
    client.close();
    await server.stop();
  }
  const heading = ['callers', 'matches', 'event loop, ms each', 'encoder thread, ms each', 'other threads, ms each'];
  return { title: `Processor time of a match, ${QUESTIONS} questions`, heading, rows };
}

const dataDir = mkdtempSync(join(tmpdir(), 'faqmatch-scale-'));
const TABLES: Readonly<Record<string, (workload: Workload) => Promise<ReportTable>>> = {
  texts: (workload) => textTable(dataDir, workload),
  encoder: () => encoderTable(dataDir),
  memory: memoryTable,
  server: (workload) => serverTable(dataDir, workload),
};
const only = process.argv.slice(2);
try {
  const workload = loadWorkload(loadConfig().config.evalData);
  console.log(`## ${cpus()[0]?.model}, ${availableParallelism()} cores; ${workload.source}`);
  for (const [name, table] of Object.entries(TABLES)) {
    if (only.length === 0 || only.includes(name)) printFindings({ tables: [await table(workload)], figures: [] }, false);
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
