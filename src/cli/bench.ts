/** `faqmatch bench`: how fast a running server answers. `npm run bench` in a checkout compares with the bare encoder besides. */

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { FaqmatchClient } from '../client/client.ts';
import { runLoad } from '../client/load.ts';
import { FaqError, throwIfAborted } from '../errors.ts';
import type { LatencySummary } from '../quality/latency.ts';
import { summariseLatency } from '../quality/latency.ts';
import { callServer } from './call-server.ts';
import { describedCommand, serverAddress, settingsOf } from './command-settings.ts';
import { secondsFlag } from './number-flags.ts';
import { startProgress } from './progress.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';

interface BenchFlags {
  readonly json?: boolean;
  readonly callers: readonly number[];
  readonly seconds: number;
}

interface BenchRow extends LatencySummary {
  readonly call: string;
  readonly callers: number;
  readonly perSecond: number;
  readonly failures: number;
}

/** More questions than any cache of the server could profit from, few enough to fetch at once. */
const UTTERANCES = 2000;

function callersFlag(value: string): readonly number[] {
  const counts = value.split(',').map(Number);
  if (counts.every((count) => Number.isInteger(count) && count > 0 && count <= 10_000)) return counts;
  throw new InvalidArgumentError('Whole numbers above 0 were expected, such as 1,8,32.');
}

/** The corpus's own questions, with words added so that none of them is answered by equality alone. */
async function utterancesOf(corpus: string, client: FaqmatchClient, signal: AbortSignal): Promise<readonly string[]> {
  const questions: string[] = [];
  for await (const entry of client.listEntries({ corpus, pageSize: 500 }, { signal })) {
    questions.push(...entry.questions.map((question) => `hello, ${question}`));
    if (questions.length >= UTTERANCES) break;
  }
  if (questions.length === 0) throw new FaqError('failed_precondition', `Corpus "${corpus}" has no questions to ask.`);
  return questions;
}

async function measure(
  client: FaqmatchClient,
  corpus: string,
  options: { readonly flags: BenchFlags; readonly signal: AbortSignal; readonly terminal: Terminal },
): Promise<readonly BenchRow[]> {
  const { flags, signal, terminal } = options;
  const utterances = await utterancesOf(corpus, client, signal);
  const match = (number: number) =>
    client.match({ corpus, utterance: utterances[number % utterances.length] ?? '' }, { signal, deadlineMs: 30_000 });
  const phases = [
    { name: 'empty call', callers: 1, call: () => client.health('', { signal }) },
    ...flags.callers.map((callers) => ({ name: 'match', callers, call: match })),
  ];
  const progress = startProgress(terminal, 'Measuring');
  const rows: BenchRow[] = [];
  try {
    await runLoad({ callers: 8, forMs: 500, call: match, signal });
    for (const [index, { name, callers, call }] of phases.entries()) {
      progress.update(index, phases.length, `${name}, ${callers} callers`);
      const { latencies, failures, elapsedMs } = await runLoad({ callers, forMs: flags.seconds * 1000, call, signal });
      throwIfAborted(signal);
      rows.push({ call: name, callers, perSecond: (latencies.length / elapsedMs) * 1000, failures, ...summariseLatency(latencies) });
    }
  } finally {
    progress.stop();
  }
  return rows;
}

/** The command. */
export function benchCommand(terminal: Terminal): Command {
  const command = describedCommand('bench', {
    description: 'Measure how fast a running server answers the questions of a corpus.',
    example: 'faqmatch bench shop\nfaqmatch bench shop --callers 1,64 --seconds 10 --json',
    settings: ['address'],
  });
  return command
    .argument('<corpus>', 'name of the corpus')
    .option('--callers <counts>', 'callers at once, one measurement each', callersFlag, [1, 8, 32])
    .option('--seconds <number>', 'length of each measurement', secondsFlag, 3)
    .action(async (corpus: string, flags: BenchFlags) => {
      const address = serverAddress(settingsOf(command, terminal));
      const rows = await callServer(address, (client, signal) => measure(client, corpus, { flags, signal, terminal }));
      if (flags.json === true) {
        for (const row of rows) terminal.out(JSON.stringify(row));
        return;
      }
      const cells = rows.map((row) => [
        row.call,
        row.callers,
        row.perSecond.toFixed(0),
        row.p50.toFixed(2),
        row.p95.toFixed(2),
        row.p99.toFixed(2),
        row.failures,
      ]);
      for (const line of tableLines(['CALL', 'CALLERS', 'PER SECOND', 'P50 MS', 'P95 MS', 'P99 MS', 'FAILED'], cells)) terminal.out(line);
    });
}
