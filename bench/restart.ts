/** Cold restarts with a stored corpus: how long until the server answers, without encoding. */
import { createClient } from '../src/client/client.ts';
import { summariseLatency } from '../src/quality/latency.ts';
import type { BenchContext } from './support/context.ts';
import { storeCorpus } from './support/load-corpus.ts';
import type { Findings } from './support/report.ts';
import { atMost, short } from './support/report.ts';
import { startServerProcess } from './support/server-process.ts';

const RESTARTS = 3;

/** Restarts the server a few times and asks it one question each time. */
export async function restart({ dataDir, workers, sizes, workload, log }: BenchContext): Promise<Findings> {
  const size = sizes.at(-1) ?? 0;
  const ready: number[] = [];
  await storeCorpus({ dataDir, workers, corpus: `bench-${size}`, questions: workload.questions.slice(0, size) });
  for (let number = 0; number < RESTARTS; number += 1) {
    log(`restart ${number + 1} of ${RESTARTS}`);
    const server = await startServerProcess({ dataDir, workers });
    const client = createClient({ address: server.address });
    try {
      await client.match({ corpus: `bench-${size}`, utterance: workload.utterances[0] ?? 'hello' });
      ready.push(server.readyMs);
    } finally {
      client.close();
      await server.stop();
    }
  }
  const { p50, max } = summariseLatency(ready);
  return {
    tables: [
      {
        title: `Restart with ${size} stored questions`,
        heading: ['ready, s: middle', 'ready, s: slowest'],
        rows: [[short(p50 / 1000), short(max / 1000)]],
      },
    ],
    figures: [atMost(`restart with ${size} questions, s`, p50 / 1000, 3)],
  };
}
